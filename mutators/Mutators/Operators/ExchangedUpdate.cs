using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-UPDATE: a count in the other direction.</summary>
public sealed class ExchangedUpdate : FaultOperator<ExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-UPDATE",
        name: "update operator exchanged",
        FaultClass.Assignment,
        rationale: "A count goes in the other direction. A test of one step that looks at no number does not notice.",
        before: """
            var x = Environment.ProcessorCount;
            x++;
            return x;
            """,
        after: """
            var x = Environment.ProcessorCount;
            x--;
            return x;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Update of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Operator(node) is { } sign && Exchange.IsNumber(node, model, cancel))
        {
            var other = sign.Text == "++" ? "--" : "++";
            yield return Site(node, $"use {other} instead of {sign.Text} in {Excerpt.Of(node)}", new TextChange(sign.Span, other));
        }
    }

    private static SyntaxToken? Operator(ExpressionSyntax node) => node switch
    {
        PrefixUnaryExpressionSyntax prefix when prefix.OperatorToken.Text is "++" or "--" => prefix.OperatorToken,
        PostfixUnaryExpressionSyntax postfix when postfix.OperatorToken.Text is "++" or "--" => postfix.OperatorToken,
        _ => null,
    };
}
