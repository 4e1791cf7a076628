using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>A pattern joined of several patterns by <c>and</c> or by <c>or</c>.</summary>
internal static class PatternChain
{
    /// <summary>Whether the pattern is the whole chain of its operator and no part of a longer one.</summary>
    public static bool IsWhole(BinaryPatternSyntax pattern) => !pattern.Parent.IsKind(pattern.Kind());

    /// <summary>The patterns that the chain joins, each with the edit that leaves it out.</summary>
    public static IEnumerable<(PatternSyntax Pattern, TextChange Removal)> Members(BinaryPatternSyntax chain)
    {
        var withoutLeft = new TextChange(TextSpan.FromBounds(chain.Left.SpanStart, chain.Right.SpanStart), "");
        var withoutRight = new TextChange(TextSpan.FromBounds(chain.Left.Span.End, chain.Right.Span.End), "");
        return (chain.Left is BinaryPatternSyntax inner && inner.IsKind(chain.Kind()) ? Members(inner) : [(chain.Left, withoutLeft)])
            .Append((chain.Right, withoutRight));
    }

    /// <summary>Whether the pattern lets what comes behind it see another type than what came before it.</summary>
    public static bool Narrows(PatternSyntax pattern, SemanticModel model, CancellationToken cancel)
    {
        var info = model.GetTypeInfo(pattern, cancel);
        return !SymbolEqualityComparer.Default.Equals(info.Type, info.ConvertedType);
    }
}
