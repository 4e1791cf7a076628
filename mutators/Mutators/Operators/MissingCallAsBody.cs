using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MFC.B: the programmer left the body of a member empty.</summary>
public sealed class MissingCallAsBody : FaultOperator<ArrowExpressionClauseSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MFC.B",
        name: "missing function call that is the whole body",
        FaultClass.Algorithm,
        rationale: "The member is there because a type asks for it, and what it should do was put off. "
            + "It compiles, it is called, and nothing reminds anybody of the empty body.",
        before: """
            static void Note(List<int> list) => list.Add(1);
            var list = new List<int>();
            Note(list);
            return list.Count;
            """,
        after: """
            static void Note(List<int> list) { }
            var list = new List<int>();
            Note(list);
            return list.Count;
            """,
        constraints: ["C01"],
        origin: FaultOrigin.Variant,
        provenance: "MFC of the G-SWFIT library without C02, for the bodies of one call that C# has many of");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ArrowExpressionClauseSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (CallStatement.Call(node.Expression) is { } call
            && MayBeEmpty(node, model, cancel)
            && !CallStatement.IsWithoutEffect(call, model, cancel))
        {
            var body = TextSpan.FromBounds(node.SpanStart, node.GetLastToken().GetNextToken().Span.End);
            yield return Site(node, $"drop call {Excerpt.Of(node.Expression)}", new TextChange(body, "{ }"));
        }
    }

    // Nothing is returned, by value or by reference.
    private static bool MayBeEmpty(ArrowExpressionClauseSyntax node, SemanticModel model, CancellationToken cancel) =>
        node.Parent is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
        && model.GetDeclaredSymbol(node.Parent, cancel) is IMethodSymbol method
        && (method.ReturnsVoid || (method.IsAsync && method.ReturnType is INamedTypeSymbol { Arity: 0 }))
        && method.Parameters.All(parameter => parameter.RefKind != RefKind.Out);
}
