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
        rationale: "A test that does not look at the result does not notice.",
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
        origin: FaultOrigin.Classic);

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
        SyntaxKind.LeftShiftAssignmentExpression => ">>=",
        SyntaxKind.RightShiftAssignmentExpression => "<<=",
        _ => null,
    };
}
