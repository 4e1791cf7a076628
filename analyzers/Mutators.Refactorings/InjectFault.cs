using System.Collections.Immutable;
using System.Composition;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeRefactorings;
using Microsoft.CodeAnalysis.Text;
using Mutators.Analyzers;

namespace Mutators.Refactorings;

/// <summary>
/// Offers to inject the faults of the sites that begin on the selected lines. A refactoring and never a code fix: fixes are applied to whole
/// solutions at once, one keystroke from injecting every fault.
/// </summary>
[ExportCodeRefactoringProvider(LanguageNames.CSharp, Name = nameof(InjectFault))]
[Shared]
public sealed class InjectFault : CodeRefactoringProvider
{
    /// <summary>Faults offered at once: each has to be compiled before, and nobody reads a longer menu.</summary>
    private const int MaximumOffered = 25;

    // The light bulb asks at every move of the caret, and the sites are those of the whole file.
    private static readonly ConditionalWeakTable<SemanticModel, IReadOnlyList<Mutant>> sites = new();

    /// <inheritdoc/>
    public override async Task ComputeRefactoringsAsync(CodeRefactoringContext context)
    {
        var (document, cancel) = (context.Document, context.CancellationToken);
        if (await document.GetSemanticModelAsync(cancel).ConfigureAwait(false) is not { } model)
        {
            return;
        }

        var options = document.Project.AnalyzerOptions.AnalyzerConfigOptionsProvider;
        var known = await OutcomesAsync(document.Project, cancel).ConfigureAwait(false);
        var text = await document.GetTextAsync(cancel).ConfigureAwait(false);
        var selected = text.Lines.GetLinePositionSpan(context.Span);
        var here = sites.GetValue(model, _ => [.. SourceSites.Of(model, options, cancel)])
            .Where(mutant => mutant.Lines.StartLinePosition.Line is var line && line >= selected.Start.Line && line <= selected.End.Line)
            .Where(mutant => MutantCompiler.Errors(model.Compilation, model.SyntaxTree, mutant, cancel).IsEmpty)
            .Take(MaximumOffered)
            .ToList();
        foreach (var mutant in here)
        {
            context.RegisterRefactoring(Injecting(document, text, mutant));
        }

        foreach (var outcome in here.Select(mutant => known[mutant.Id]).Where(outcome => outcome?.Branch is not null))
        {
            context.RegisterRefactoring(new OpenBranch(outcome!));
        }
    }

    private static CodeAction Injecting(Document document, SourceText golden, Mutant mutant)
    {
        var title = $"Inject fault: {mutant.Site.Change} ({mutant.Id.Operator})";
        return CodeAction.Create(title, _ => Task.FromResult(document.WithText(mutant.Inject(golden))), equivalenceKey: mutant.Id.ToString());
    }

    private static async Task<KnownOutcomes> OutcomesAsync(Project project, CancellationToken cancel) =>
        project.AdditionalDocuments.FirstOrDefault(file => KnownOutcomes.IsOutcomes(file.FilePath)) is { } file
            ? KnownOutcomes.Of(await file.GetTextAsync(cancel).ConfigureAwait(false))
            : KnownOutcomes.None;
}
