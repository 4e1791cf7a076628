using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-EQ: the programmer did not say when two objects are equal, or said half of it.</summary>
public sealed class MissingEquality : FaultOperator<MethodDeclarationSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-EQ",
        name: "missing override of Equals or GetHashCode",
        FaultClass.Interface,
        rationale: "A class is compared or kept in a table before anybody thinks of what makes two of its objects equal. "
            + "Objects compare by reference then, or get lost in a dictionary; a test that keeps one object does not notice.",
        before: """
            return new HashSet<Key> { new(), new() }.Count;
            }

            class Key
            {
                public override bool Equals(object? other) => other is Key;
                public override int GetHashCode() => 1;
            """,
        after: """
            return new HashSet<Key> { new(), new() }.Count;
            }

            class Key
            {
                public override bool Equals(object? other) => other is Key;
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(MethodDeclarationSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // What an ancestor leaves abstract must be said, and the compiler writes what a record does not say.
        if (node is { Identifier.ValueText: "Equals" or "GetHashCode", Parent: TypeDeclarationSyntax and not RecordDeclarationSyntax }
            && model.GetDeclaredSymbol(node, cancel) is { IsAbstract: false, OverriddenMethod: { IsAbstract: false } } method
            && OverridesObject(method))
        {
            yield return Site(node.Span, method.Name, $"drop the override of {method.Name}", WithComments(node));
        }
    }

    private static bool OverridesObject(IMethodSymbol method)
    {
        var first = method;
        while (first.OverriddenMethod is { } overridden)
        {
            first = overridden;
        }

        return first.ContainingType.SpecialType == SpecialType.System_Object;
    }

    // The comments right above say what the override does: nobody would have written them without it.
    private static TextChange WithComments(MethodDeclarationSyntax node)
    {
        var removal = Removal.Of(node);
        var text = node.SyntaxTree.GetText();
        var start = removal.Span.Start;
        for (var line = text.Lines.GetLineFromPosition(node.SpanStart).LineNumber - 1; line >= 0 && start == text.Lines[line].EndIncludingLineBreak; line--)
        {
            if (text.ToString(text.Lines[line].Span).TrimStart().StartsWith("//", StringComparison.Ordinal))
            {
                start = text.Lines[line].Start;
            }
        }

        return new TextChange(TextSpan.FromBounds(start, removal.Span.End), "");
    }
}
