using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mutators.Analyzers;

/// <summary>The sites of a file as the command line finds them: the same scan, the same names.</summary>
internal static class SourceSites
{
    /// <summary>The sites that a file's options let through, in document order.</summary>
    public static IEnumerable<Mutant> Of(SemanticModel model, AnalyzerConfigOptionsProvider options, CancellationToken cancel)
    {
        var chosen = SiteOptions.Read(options.GetOptions(model.SyntaxTree));
        var (operators, excluded) = (chosen.Operators, chosen.ExcludedMembers);
        return !operators.IsEmpty && PathOf(model.SyntaxTree, options) is { } path
            ? Of(model, path, operators, cancel).Where(mutant => !excluded.Any(name => name.Names(mutant)))
            : [];
    }

    /// <summary>The sites that some operators find in a file. The model at hand would say what may be null at each place it is asked about, so another is asked.</summary>
    public static IEnumerable<Mutant> Of(SemanticModel model, string path, IEnumerable<FaultOperator> operators, CancellationToken cancel) =>
        SiteScanner.Scan(SiteScanner.ModelFor(model.Compilation, model.SyntaxTree), path, operators, cancel);

    /// <summary>
    /// The file's path in the repository, with forward slashes: part of its mutants' ids. Null for a file that lies elsewhere, which no
    /// branch can change; its own path where no repository is known, as in a project that was never committed.
    /// </summary>
    public static string? PathOf(SyntaxTree tree, AnalyzerConfigOptionsProvider options)
    {
        var path = tree.FilePath.Replace('\\', '/');
        if (!options.GlobalOptions.TryGetValue("build_property.MutatorsRepositoryRoot", out var property) || property.Length == 0)
        {
            return path;
        }

        var root = property.Replace('\\', '/').TrimEnd('/') + "/";
        return path.StartsWith(root, StringComparison.Ordinal) ? path.Substring(root.Length) : null;
    }
}
