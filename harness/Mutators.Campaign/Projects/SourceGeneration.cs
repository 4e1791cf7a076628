using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Projects;

/// <summary>Runs a project's source generators as the compiler does.</summary>
internal static class SourceGeneration
{
    /// <summary>The compilation with what the generators add; what went wrong with one of them is told in <paramref name="warnings"/>.</summary>
    public static CSharpCompilation Run(
        CSharpCompilation compilation,
        CSharpCommandLineArguments arguments,
        AnalyzerAssemblies analyzers,
        EditorConfig editorConfig,
        ImmutableArray<string>.Builder warnings,
        CancellationToken cancel)
    {
        var generators = analyzers.GeneratorsOf(arguments, compilation.SyntaxTrees, warnings);
        if (generators.IsEmpty)
        {
            return compilation;
        }

        // Names of generated documents start in the folder that the compiler would use, so that debug information agrees with the build's.
        var folder = arguments.GeneratedFilesOutputDirectory ?? arguments.OutputDirectory;
        var driver = CSharpGeneratorDriver.Create(
            generators,
            arguments.AdditionalFiles.Select(file => new AdditionalFile(file.Path, arguments.ChecksumAlgorithm)),
            arguments.ParseOptions,
            editorConfig.Options,
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: false, baseDirectory: folder));
        driver.RunGeneratorsAndUpdateCompilation(compilation, out var whole, out var diagnostics, cancel);
        warnings.AddRange(diagnostics.Where(each => each.Severity >= DiagnosticSeverity.Warning).Select(each => each.ToString()));
        return (CSharpCompilation)whole;
    }

    private sealed class AdditionalFile(string path, SourceHashAlgorithm algorithm) : AdditionalText
    {
        private readonly Lazy<SourceText?> _text = new(() =>
            File.Exists(path) ? SourceDecoding.Decode(File.ReadAllBytes(path), named: null, algorithm) : null);

        public override string Path => path;

        public override SourceText? GetText(CancellationToken cancellationToken = default) => _text.Value;
    }
}
