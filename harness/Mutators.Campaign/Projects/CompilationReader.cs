using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mutators.Campaign.Projects;

/// <summary>
/// Makes compilations from compiler arguments. One reader serves the projects of one load: they share references and generators, and a
/// project that refers to one read before gets its compilation, not its output. So nothing need be built, and what lies in the output
/// folders, a mutant's build perhaps, has no say.
/// </summary>
internal sealed class CompilationReader(string root)
{
    private readonly Dictionary<(string Path, MetadataReferenceProperties Properties), MetadataReference> _references = [];
    private readonly Dictionary<string, CSharpCompilation> _read = new(StringComparer.Ordinal);
    private readonly AnalyzerAssemblies _analyzers = new();

    public TargetProject Read(CompilerInvocation invocation, CancellationToken cancel)
    {
        var directory = Path.GetDirectoryName(invocation.ProjectPath)!;
        var arguments = CSharpCommandLineParser.Default.Parse(invocation.Arguments, directory, sdkDirectory: null);
        if (arguments.Errors.FirstOrDefault(each => each.Severity == DiagnosticSeverity.Error) is { } error)
        {
            throw NotCompilable(invocation, error.ToString());
        }

        var trees = Trees(invocation, arguments, cancel);
        var editorConfig = EditorConfig.Read(arguments, trees);
        var compilation = CSharpCompilation.Create(
            arguments.CompilationName ?? invocation.AssemblyName,
            trees,
            References(invocation, arguments, directory),
            Options(arguments, editorConfig));

        var warnings = ImmutableArray.CreateBuilder<string>();
        var whole = SourceGeneration.Run(compilation, arguments, _analyzers, editorConfig, warnings, cancel);
        _read[invocation.OutputAssemblyPath] = whole;
        if (invocation.ReferenceAssemblyPath is { } withoutBodies)
        {
            _read[withoutBodies] = whole;
        }

        return new TargetProject(
            PathInRepository(invocation.ProjectPath),
            invocation.ProjectPath,
            Path.GetFileNameWithoutExtension(invocation.ProjectPath),
            invocation.AssemblyName,
            invocation.TargetFramework,
            invocation.OutputType,
            invocation.OutputAssemblyPath,
            invocation.OutputDirectory,
            whole,
            Sources(invocation, whole, trees.Length),
            arguments,
            warnings.ToImmutable());
    }

    private static ImmutableArray<SyntaxTree> Trees(CompilerInvocation invocation, CSharpCommandLineArguments arguments, CancellationToken cancel)
    {
        var files = arguments.SourceFiles;
        var trees = new SyntaxTree[files.Length];
        try
        {
            Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancel }, i =>
            {
                var text = SourceDecoding.Decode(File.ReadAllBytes(files[i].Path), arguments.Encoding, arguments.ChecksumAlgorithm);
                trees[i] = CSharpSyntaxTree.ParseText(text, arguments.ParseOptions, files[i].Path, cancel);
            });
        }
        catch (AggregateException problems) when (problems.InnerExceptions.OfType<IOException>().FirstOrDefault() is { } problem)
        {
            throw NotCompilable(invocation, problem.Message);
        }

        var error = trees.SelectMany(tree => tree.GetDiagnostics(cancel)).FirstOrDefault(each => each.Severity == DiagnosticSeverity.Error);
        return error is null ? [.. trees] : throw NotCompilable(invocation, error.ToString());
    }

    private List<MetadataReference> References(CompilerInvocation invocation, CSharpCommandLineArguments arguments, string directory)
    {
        var references = new List<MetadataReference>(arguments.MetadataReferences.Length);
        foreach (var named in arguments.MetadataReferences)
        {
            var key = (Path.GetFullPath(named.Reference, directory), named.Properties);
            if (!_references.TryGetValue(key, out var reference))
            {
                reference = _read.TryGetValue(key.Item1, out var project)
                    ? project.ToMetadataReference(key.Properties.Aliases, key.Properties.EmbedInteropTypes)
                    : File.Exists(key.Item1) ? MetadataReference.CreateFromFile(key.Item1, key.Properties)
                    : throw NotCompilable(invocation, $"it refers to '{PathInRepository(key.Item1)}', which is not built");
                _references.Add(key, reference);
            }

            references.Add(reference);
        }

        return references;
    }

    private static CSharpCompilationOptions Options(CSharpCommandLineArguments arguments, EditorConfig editorConfig) =>
        arguments.CompilationOptions
            .WithAssemblyIdentityComparer(DesktopAssemblyIdentityComparer.Default)
            .WithXmlReferenceResolver(new XmlFileResolver(arguments.BaseDirectory))
            .WithSourceReferenceResolver(new SourceFileResolver([], arguments.BaseDirectory, arguments.PathMap))
            .WithStrongNameProvider(new DesktopStrongNameProvider(arguments.KeyFileSearchPaths))
            .WithSyntaxTreeOptionsProvider(editorConfig.TreeOptions);

    private ImmutableArray<ProjectSource> Sources(CompilerInvocation invocation, CSharpCompilation compilation, int written) =>
    [
        .. compilation.SyntaxTrees.Select((tree, i) =>
        {
            var path = PathInRepository(tree.FilePath);
            var isGenerated = i >= written
                || Path.IsPathRooted(path)
                || GeneratedCode.IsBelow(tree.FilePath, invocation.IntermediateDirectory)
                || GeneratedCode.IsMarked(tree);
            return new ProjectSource(path, tree, isGenerated);
        }),
    ];

    private string PathInRepository(string path)
    {
        var relative = Path.GetRelativePath(root, path);
        var isOutside = Path.IsPathRooted(relative) || relative == ".." || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return (isOutside ? path : relative).Replace('\\', '/');
    }

    private static UsageException NotCompilable(CompilerInvocation invocation, string why) => new(
        $"{Path.GetFileName(invocation.ProjectPath)} cannot be compiled: {why.ReplaceLineEndings(" ")}",
        $"Run 'dotnet build {invocation.ProjectPath}': golden must build before faults are injected.",
        ExitCode.RepositoryNotUsable);
}
