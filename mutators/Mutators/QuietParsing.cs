using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mutators;

/// <summary>
/// Parse options for code that is compiled for its instructions alone: whether something may be null and what documentation refers to decides about warnings, never
/// about an instruction, and costs the compiler as much as the instructions do.
/// </summary>
public static class QuietParsing
{
    /// <summary>The compiler's own switch.</summary>
    private const string NullableAnalysis = "run-nullable-analysis";

    /// <summary>The same language, its warnings about null and documentation left out.</summary>
    public static CSharpParseOptions Quiet(this CSharpParseOptions options) => options
        .WithDocumentationMode(DocumentationMode.None)
        .WithFeatures([.. options.Features.Where(feature => feature.Key != NullableAnalysis), new KeyValuePair<string, string>(NullableAnalysis, "never")]);

    /// <summary>The same compilation with <see cref="Quiet(CSharpParseOptions)">quiet</see> trees, and the tree that took the place of each.</summary>
    public static (Compilation Compilation, ImmutableDictionary<SyntaxTree, SyntaxTree> Trees) Quiet(this Compilation compilation, CancellationToken cancel)
    {
        var trees = compilation.SyntaxTrees.ToImmutableDictionary(tree => tree, tree => tree.WithRootAndOptions(tree.GetRoot(cancel), ((CSharpParseOptions)tree.Options).Quiet()));
        return (compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(compilation.SyntaxTrees.Select(tree => trees[tree])), trees);
    }
}
