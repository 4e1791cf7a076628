using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mutators.Analyzers;

/// <summary>
/// Shows the injection sites of a program. All it reports is hidden unless somebody raises it, so a build leaves it out altogether: the
/// compiler runs no analyzer of which nothing could be seen.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class InjectionSiteAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The faults of the field study that frequencies refer to (Durães and Madeira, IEEE TSE 32(11), 2006).</summary>
    private const int FieldFaults = 668;

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => SiteDescriptors.Sites;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var known = KnownOutcomes.Of(start.Options.AdditionalFiles, start.CancellationToken);
            start.RegisterSemanticModelAction(file => Report(file, known));
        });
    }

    private static void Report(SemanticModelAnalysisContext file, KnownOutcomes known)
    {
        foreach (var mutant in SourceSites.Of(file.SemanticModel, file.Options.AnalyzerConfigOptionsProvider, file.CancellationToken))
        {
            var definition = mutant.Operator.Definition;
            file.ReportDiagnostic(Diagnostic.Create(
                SiteDescriptors.Of(definition.FaultClass),
                Location.Create(file.SemanticModel.SyntaxTree, mutant.Site.Span),
                Properties(mutant, known[mutant.Id]),
                definition.Id,
                mutant.Site.Change,
                mutant.MemberName,
                definition.Name + (known[mutant.Id] is { } outcome ? $"; {outcome.InWords}" : "")));
        }
    }

    /// <summary>What programs want to know; in a log of errors (SARIF) these are the result's own properties.</summary>
    private static ImmutableDictionary<string, string?> Properties(Mutant mutant, KnownOutcome? outcome)
    {
        var definition = mutant.Operator.Definition;
        var properties = ImmutableDictionary.CreateBuilder<string, string?>();
        properties["mutant"] = mutant.Id.ToString();
        properties["operator"] = definition.Id;
        properties["name"] = definition.Name;
        properties["class"] = definition.FaultClass.ToString();
        properties["frequency"] = definition.FieldCount is { } count ? string.Format(CultureInfo.InvariantCulture, "{0} of {1} field faults", count, FieldFaults) : "no published count";
        properties["link"] = $"docs/operators/{definition.Id}.md";
        properties["change"] = mutant.Site.Change;
        properties["member"] = mutant.MemberName;
        if (outcome is not null)
        {
            properties["outcome"] = outcome.InWords;
            properties["branch"] = outcome.Branch;
        }

        return properties.ToImmutable();
    }
}
