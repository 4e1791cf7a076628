using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mutators.Campaign.Projects;

/// <summary>The assemblies that a compilation names by <c>/analyzer:</c>, loaded for the source generators in them.</summary>
internal sealed class AnalyzerAssemblies : IAnalyzerAssemblyLoader
{
    private readonly Dictionary<string, AnalyzerFileReference> _references = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FolderContext> _contexts = new(StringComparer.Ordinal);
    private readonly List<string> _failures = [];

    /// <summary>New instances of the generators that may have something to add, in the order of the command line.</summary>
    public ImmutableArray<ISourceGenerator> GeneratorsOf(CSharpCommandLineArguments arguments, IEnumerable<SyntaxTree> trees, ImmutableArray<string>.Builder warnings)
    {
        _failures.Clear();
        var generators = ImmutableArray.CreateBuilder<ISourceGenerator>();
        var paths = arguments.AnalyzerReferences.Select(each => Path.GetFullPath(each.FilePath, arguments.BaseDirectory!));
        foreach (var path in paths.Where(path => !StandardGenerators.AddNothing(path, trees)))
        {
            if (!_references.TryGetValue(path, out var reference))
            {
                reference = new AnalyzerFileReference(path, this);
                reference.AnalyzerLoadFailed += (_, failure) => Note(path, failure);
                _references.Add(path, reference);
            }

            generators.AddRange(reference.GetGenerators(LanguageNames.CSharp));
        }

        warnings.AddRange(_failures);
        return generators.ToImmutable();
    }

    /// <inheritdoc/>
    void IAnalyzerAssemblyLoader.AddDependencyLocation(string fullPath)
    {
        // An assembly's dependencies are looked for in its own folder, so there is nothing to remember.
    }

    /// <inheritdoc/>
    Assembly IAnalyzerAssemblyLoader.LoadFromPath(string fullPath)
    {
        var folder = Path.GetDirectoryName(fullPath)!;
        lock (_contexts)
        {
            if (!_contexts.TryGetValue(folder, out var context))
            {
                context = new FolderContext(folder);
                _contexts.Add(folder, context);
            }

            return context.LoadFromPath(fullPath);
        }
    }

    private void Note(string path, AnalyzerLoadFailureEventArgs failure)
    {
        // Most references hold analyzers only; that they have no generator is no failure.
        if (failure.ErrorCode != AnalyzerLoadFailureEventArgs.FailureErrorCode.NoAnalyzers)
        {
            _failures.Add($"{Path.GetFileName(path)}: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>
    /// The assemblies of one folder, kept apart from other generators' versions of the same dependencies. What they share with the
    /// compiler (its own assemblies and the framework's) comes from this process.
    /// </summary>
    private sealed class FolderContext(string folder) : AssemblyLoadContext($"generators of {folder}")
    {
        private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        /// <summary>Loads from memory: a generator that the target builds itself may be rebuilt while this process lives.</summary>
        public Assembly LoadFromPath(string path)
        {
            var name = AssemblyName.GetAssemblyName(path);
            return Assemblies.FirstOrDefault(each => each.GetName().Name == name.Name) ?? LoadFromStream(new MemoryStream(File.ReadAllBytes(path)));
        }

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var name = assemblyName.Name!;
            var isShared = name is "Microsoft.CodeAnalysis" or "Microsoft.CodeAnalysis.CSharp" || File.Exists(Path.Combine(Framework, name + ".dll"));
            var here = Path.Combine(folder, name + ".dll");
            return !isShared && File.Exists(here) ? LoadFromPath(here) : null;
        }
    }
}
