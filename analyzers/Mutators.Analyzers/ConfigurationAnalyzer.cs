using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mutators.Analyzers;

/// <summary>
/// Says which options, comments and files mean nothing to Mutators, instead of leaving them out of account in silence. It runs in every build,
/// so it loads the fault operators only where some are named or a comment names them, and reads equal options once.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ConfigurationAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [SiteDescriptors.Configuration];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationAction(Report);
    }

    private static void Report(CompilationAnalysisContext whole)
    {
        var problems = new SortedSet<string>(StringComparer.Ordinal);
        var read = new HashSet<string>(StringComparer.Ordinal);
        if (KnownOutcomes.IsAmong(whole.Options.AdditionalFiles) && KnownOutcomes.Of(whole.Options.AdditionalFiles, whole.CancellationToken).Problem is { } unreadable)
        {
            problems.Add(unreadable);
        }

        foreach (var tree in whole.Compilation.SyntaxTrees)
        {
            var section = whole.Options.AnalyzerConfigOptionsProvider.GetOptions(tree);
            if (SiteOptions.TextOf(section) is { } text && read.Add(text))
            {
                problems.UnionWith(SiteOptions.Read(section).Problems);
            }

            if (!SiteComments.MayBeIn(tree, whole.CancellationToken))
            {
                continue;
            }

            foreach (var comment in SiteComments.Of(tree, whole.CancellationToken).WithoutEffect)
            {
                whole.ReportDiagnostic(Diagnostic.Create(
                    SiteDescriptors.Configuration, comment, "This comment takes no site out: write // mutators: off MFC — and the reason"));
            }
        }

        foreach (var problem in problems)
        {
            whole.ReportDiagnostic(Diagnostic.Create(SiteDescriptors.Configuration, Location.None, problem));
        }
    }
}
