using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MVAE.C: the programmer forgot to count or to add.</summary>
public sealed class MissingCompoundAssignment : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MVAE.C",
        name: "missing compound assignment",
        FaultClass.Assignment,
        rationale: "A step of a count, a sum or a flag is left out of one of the branches. "
            + "The total is wrong only on the way through that branch, and then by little.",
        before: """
            var count = Environment.ProcessorCount;
            count += 2;
            return count;
            """,
        after: """
            var count = Environment.ProcessorCount;
            return count;
            """,
        constraints: ["C02", "C06"],
        origin: FaultOrigin.Variant,
        provenance: "MVAE of the G-SWFIT library for `+=`, `??=`, `++` and their kind");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (Target(node.Expression) is { } target
            && Placement.IsNotAlone(node)
            && !target.DescendantNodesAndSelf().Any(each => each is InvocationExpressionSyntax)
            && model.GetSymbolInfo(target, cancel).Symbol is not IEventSymbol
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"drop {Excerpt.Of(node.Expression)}", Removal.Of(node));
        }
    }

    // What is read and written at once, or several variables together.
    private static ExpressionSyntax? Target(ExpressionSyntax expression) => expression switch
    {
        AssignmentExpressionSyntax { Left: TupleExpressionSyntax tuple } => tuple,
        AssignmentExpressionSyntax assignment => assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) ? null : assignment.Left,
        PrefixUnaryExpressionSyntax prefix
            when prefix.IsKind(SyntaxKind.PreIncrementExpression) || prefix.IsKind(SyntaxKind.PreDecrementExpression) => prefix.Operand,
        PostfixUnaryExpressionSyntax postfix
            when postfix.IsKind(SyntaxKind.PostIncrementExpression) || postfix.IsKind(SyntaxKind.PostDecrementExpression) => postfix.Operand,
        _ => null,
    };
}
