using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mutators.Analyzers;

/// <summary>
/// Warns where a campaign injected a fault, the program failed, and nobody noticed. Only files with such a fault are scanned, and only by
/// the operators that found them: without a file of outcomes it costs a build nothing.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UndetectedFaultAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [SiteDescriptors.Undetected];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownOutcomes.IsAmong(start.Options.AdditionalFiles))
            {
                Register(start, KnownOutcomes.Of(start.Options.AdditionalFiles, start.CancellationToken));
            }
        });
    }

    private static void Register(CompilationStartAnalysisContext start, KnownOutcomes known)
    {
        if (known.Undetected.Count > 0)
        {
            start.RegisterSemanticModelAction(file => Report(file, known));
        }
    }

    private static void Report(SemanticModelAnalysisContext file, KnownOutcomes known)
    {
        if (SourceSites.PathOf(file.SemanticModel.SyntaxTree, file.Options.AnalyzerConfigOptionsProvider) is not { } path || !known.Undetected.Contains(path))
        {
            return;
        }

        var wanted = known.Undetected[path].ToDictionary(each => each.Id);

        // A site's id counts equal sites of its own operator only, so that the others need not look.
        var ids = new HashSet<string>(wanted.Keys.Select(id => id.Operator), StringComparer.Ordinal);
        var operators = FaultOperator.All.Where(each => ids.Contains(each.Definition.Id));
        foreach (var mutant in SourceSites.Of(file.SemanticModel, path, operators, file.CancellationToken))
        {
            if (wanted.TryGetValue(mutant.Id, out var outcome))
            {
                file.ReportDiagnostic(Diagnostic.Create(
                    SiteDescriptors.Undetected,
                    Location.Create(file.SemanticModel.SyntaxTree, mutant.Site.Span),
                    ImmutableDictionary<string, string?>.Empty.Add("mutant", mutant.Id.ToString()).Add("operator", mutant.Id.Operator).Add("branch", outcome.Branch),
                    mutant.Id.Operator,
                    outcome.Date,
                    outcome.FailureMode,
                    outcome.Noticed,
                    mutant.Site.Change,
                    outcome.Branch is null ? "" : $"; branch {outcome.Branch}"));
            }
        }
    }
}
