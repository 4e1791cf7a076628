using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-STMT: one statement less.</summary>
public sealed class RemovedStatement : FaultOperator<StatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-STMT",
        name: "statement removed",
        FaultClass.Algorithm,
        rationale: "A statement is left out. A test that does not look at what the statement does does not notice.",
        before: """
            var names = new List<string>();
            names.Add("a");
            return names;
            """,
        after: """
            var names = new List<string>();
            return names;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Statement removal of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(StatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (((node is ExpressionStatementSyntax && Placement.ListOf(node) is not null) || (IsJump(node) && EndsBranch(node, model, cancel)))
            && !Dependence.OnStatement(node, model, cancel))
        {
            yield return Site(node, $"remove {Excerpt.Of(node)}", Removal.Of(node));
        }
    }

    private static bool IsJump(StatementSyntax node) => node is BreakStatementSyntax or ContinueStatementSyntax or ThrowStatementSyntax
        or ReturnStatementSyntax or YieldStatementSyntax { ReturnOrBreakKeyword.RawKind: (int)SyntaxKind.BreakKeyword };

    // Behind an IF without else execution goes on, with all that has a value there: what the condition declares or assigns may
    // have one only where the branch was not taken.
    private static bool EndsBranch(StatementSyntax node, SemanticModel model, CancellationToken cancel) =>
        node.Parent is BlockSyntax { Parent: IfStatementSyntax { Else: null } branch } block
        && block.Statements.Last() == node
        && !Dependence.DeclaresVariables(branch.Condition)
        && !Writes.In(branch.Condition).Any()
        && (node is not ReturnStatementSyntax { Expression: not null } || Body.Of(node) is not AnonymousFunctionExpressionSyntax)
        && !model.GetConstantValue(branch.Condition, cancel).HasValue;
}
