using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-EVENT: the programmer did not take the handler off an event.</summary>
public sealed class MissingUnsubscription : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-EVENT",
        name: "missing unsubscription from an event",
        FaultClass.Algorithm,
        rationale: "Who subscribes sees at once that it works; who forgets to unsubscribe sees nothing. "
            + "The handler goes on being called, and what it belongs to stays alive; both show late.",
        before: """
            ConsoleCancelEventHandler stop = (_, _) => { };
            Console.CancelKeyPress += stop;
            Console.CancelKeyPress -= stop;
            return stop;
            """,
        after: """
            ConsoleCancelEventHandler stop = (_, _) => { };
            Console.CancelKeyPress += stop;
            return stop;
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // Disposing often is nothing but an unsubscription, so it may stand alone in its block.
        if (node.Expression is AssignmentExpressionSyntax assignment
            && assignment.IsKind(SyntaxKind.SubtractAssignmentExpression)
            && Placement.ListOf(node) is not null
            && model.GetSymbolInfo(assignment.Left, cancel).Symbol is IEventSymbol
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"do not unsubscribe {Excerpt.Of(assignment.Right)} from {Excerpt.Of(assignment.Left)}", Removal.Of(node));
        }
    }
}
