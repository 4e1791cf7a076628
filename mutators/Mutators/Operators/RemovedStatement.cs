using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
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
        var hasList = Placement.ListOf(node) is not null;
        if (((IsPlain(node) && (hasList || IsEmbedded(node))) || (IsJump(node) && EndsBranch(node, model, cancel)))
            && !Dependence.OnStatement(node, model, cancel))
        {
            // Where no braces stand, something must.
            yield return Site(node, $"remove {Excerpt.Of(node)}", hasList ? Removal.Of(node) : new TextChange(node.Span, "{ }"));
        }
    }

    private static bool IsPlain(StatementSyntax node) => node is ExpressionStatementSyntax or YieldStatementSyntax { ReturnOrBreakKeyword.RawKind: (int)SyntaxKind.ReturnKeyword };

    private static bool IsJump(StatementSyntax node) => node is BreakStatementSyntax or ContinueStatementSyntax or ThrowStatementSyntax or GotoStatementSyntax
        or ReturnStatementSyntax or YieldStatementSyntax { ReturnOrBreakKeyword.RawKind: (int)SyntaxKind.BreakKeyword };

    private static bool IsEmbedded(StatementSyntax node) =>
        node.Parent is IfStatementSyntax or ElseClauseSyntax or LockStatementSyntax or UsingStatementSyntax || (node.Parent is { } parent && Placement.IsLoop(parent));

    // Behind an IF without else execution goes on, with all that has a value there: what the condition declares or assigns may
    // have one only where the branch was not taken.
    private static bool EndsBranch(StatementSyntax node, SemanticModel model, CancellationToken cancel) =>
        BranchEndedBy(node) is { Else: null } branch
        && !Dependence.DeclaresVariables(branch.Condition)
        && !Writes.In(branch.Condition).Any()
        && (node is not ReturnStatementSyntax { Expression: not null } || Body.Of(node) is not AnonymousFunctionExpressionSyntax)
        && !model.GetConstantValue(branch.Condition, cancel).HasValue;

    private static IfStatementSyntax? BranchEndedBy(StatementSyntax node) => node.Parent switch
    {
        IfStatementSyntax branch => branch,
        BlockSyntax { Parent: IfStatementSyntax branch } block when block.Statements.Last() == node => branch,
        _ => null,
    };
}
