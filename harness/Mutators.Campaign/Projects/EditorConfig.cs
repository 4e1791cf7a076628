using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Projects;

/// <summary>What the <c>.editorconfig</c> and <c>.globalconfig</c> files of a compilation say, for the compiler and for source generators.</summary>
internal sealed class EditorConfig
{
    private readonly AnalyzerConfigSet _set;
    private readonly Dictionary<SyntaxTree, AnalyzerConfigOptionsResult> _trees = [];

    private EditorConfig(AnalyzerConfigSet set)
    {
        _set = set;
        TreeOptions = new Severities(this);
        Options = new Provider(this);
    }

    /// <summary>Severities of the compiler's own diagnostics.</summary>
    public SyntaxTreeOptionsProvider TreeOptions { get; }

    /// <summary>The options that source generators read.</summary>
    public AnalyzerConfigOptionsProvider Options { get; }

    public static EditorConfig Read(CSharpCommandLineArguments arguments, ImmutableArray<SyntaxTree> trees)
    {
        var files = arguments.AnalyzerConfigPaths
            .Select(path => AnalyzerConfig.Parse(SourceText.From(File.ReadAllText(path)), path))
            .ToImmutableArray();
        var config = new EditorConfig(AnalyzerConfigSet.Create(files));
        foreach (var tree in trees)
        {
            config._trees.Add(tree, config._set.GetOptionsForSourcePath(tree.FilePath));
        }

        return config;
    }

    /// <summary>What holds for a tree; for one that a generator made, what holds everywhere.</summary>
    private AnalyzerConfigOptionsResult Of(SyntaxTree tree) => _trees.TryGetValue(tree, out var result) ? result : _set.GlobalConfigOptions;

    private sealed class Severities(EditorConfig config) : SyntaxTreeOptionsProvider
    {
        public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) =>
            config.Of(tree).AnalyzerOptions.TryGetValue("generated_code", out var value) && bool.TryParse(value, out var isGenerated)
                ? isGenerated ? GeneratedKind.MarkedGenerated : GeneratedKind.NotGenerated
                : GeneratedKind.Unknown;

        public override bool TryGetDiagnosticValue(
            SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
            config.Of(tree).TreeOptions.TryGetValue(diagnosticId, out severity);

        public override bool TryGetGlobalDiagnosticValue(string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
            config._set.GlobalConfigOptions.TreeOptions.TryGetValue(diagnosticId, out severity);
    }

    private sealed class Provider(EditorConfig config) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(config._set.GlobalConfigOptions.AnalyzerOptions);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values(config.Of(tree).AnalyzerOptions);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) =>
            new Values(config._set.GetOptionsForSourcePath(textFile.Path).AnalyzerOptions);
    }

    private sealed class Values(ImmutableDictionary<string, string> values) : AnalyzerConfigOptions
    {
        private readonly ImmutableDictionary<string, string> _values = values.WithComparers(KeyComparer);

        public override IEnumerable<string> Keys => _values.Keys.Order(StringComparer.Ordinal);

        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) =>
            _values.TryGetValue(key, out value);
    }
}
