using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-ASSIGN: another compound assignment.</summary>
public sealed class ExchangedAssignment : FaultOperator<AssignmentExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-ASSIGN",
        name: "assignment operator exchanged",
        FaultClass.Assignment,
        rationale: "A variable is changed by the opposite operation. A test that does not look at the result does not notice.",
        before: """
            var x = Environment.ProcessorCount;
            x += 2;
            return x;
            """,
        after: """
            var x = Environment.ProcessorCount;
            x -= 2;
            return x;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Assignment of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(AssignmentExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Other(node) is { } other
            && Exchange.IsNumber(node.Left, model, cancel)
            && Exchange.IsNumber(node.Right, model, cancel)
            && !(other == "/=" && model.GetConstantValue(node.Right, cancel).HasValue))
        {
            yield return Site(node, $"use {other} instead of {node.OperatorToken.Text} in {Excerpt.Of(node)}", new TextChange(node.OperatorToken.Span, other));
        }

        // Where nobody reads the value, its type does not matter; behind `?.` a plain assignment needs a newer language.
        if (node.IsKind(SyntaxKind.CoalesceAssignmentExpression)
            && node.Parent is ExpressionStatementSyntax
            && !node.Left.DescendantNodesAndSelf().Any(each => each is ConditionalAccessExpressionSyntax or MemberBindingExpressionSyntax))
        {
            yield return Site(node, $"use = instead of ??= in {Excerpt.Of(node)}", new TextChange(node.OperatorToken.Span, "="));
        }
    }

    private static string? Other(AssignmentExpressionSyntax node) => node.Kind() switch
    {
        SyntaxKind.AddAssignmentExpression => "-=",
        SyntaxKind.SubtractAssignmentExpression => "+=",
        SyntaxKind.MultiplyAssignmentExpression => "/=",
        SyntaxKind.DivideAssignmentExpression => "*=",
        SyntaxKind.ModuloAssignmentExpression => "*=",
        SyntaxKind.AndAssignmentExpression => "|=",
        SyntaxKind.OrAssignmentExpression => "&=",
        SyntaxKind.ExclusiveOrAssignmentExpression => "|=",
        SyntaxKind.LeftShiftAssignmentExpression => ">>=",
        SyntaxKind.RightShiftAssignmentExpression => "<<=",
        _ => null,
    };
}
