using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MIFS.T: the programmer did not ask whether the try succeeded.</summary>
public sealed class MissingCheckOfTry : FaultOperator<IfStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MIFS.T",
        name: "missing IF construct plus statements behind a call that tries",
        FaultClass.Algorithm,
        rationale: "A call that says whether it worked is made for its result only. "
            + "The result is there in all that one tries by hand, and is the zero of its type when it is not.",
        before: """
            if (!int.TryParse(Environment.NewLine, out var number))
            {
                return -1;
            }

            return number;
            """,
        after: """
            int.TryParse(Environment.NewLine, out var number);

            return number;
            """,
        constraints: ["C08", "C09"],
        origin: FaultOrigin.Variant,
        provenance: "MIFS of the G-SWFIT library where the condition sets an `out` variable that is used afterwards: the call stays, its "
            + "answer is not asked");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(IfStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // Where nobody needs the result, the call goes with the check: MIFS and MIFS.G.
        if (CallOf(node.Condition) is { } call
            && Placement.StandsWithoutElse(node)
            && Placement.ListOf(node) is not null
            && (GuardedPart.IsSmallAndStraight(node.Statement) || GuardedPart.IsSmallGuard(node.Statement))
            && !Dependence.OnStatement(node.Statement, model, cancel)
            && Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(
                node,
                $"do not check {Excerpt.Of(call)}",
                new TextChange(TextSpan.FromBounds(node.SpanStart, call.SpanStart), ""),
                new TextChange(TextSpan.FromBounds(call.Span.End, node.Span.End), ";"));
        }
    }

    private static InvocationExpressionSyntax? CallOf(ExpressionSyntax condition) => condition switch
    {
        PrefixUnaryExpressionSyntax negation when negation.IsKind(SyntaxKind.LogicalNotExpression) => CallOf(negation.Operand),
        InvocationExpressionSyntax call when call.ArgumentList.Arguments.Any(each => each.RefKindKeyword.IsKind(SyntaxKind.OutKeyword)) => call,
        _ => null,
    };
}
