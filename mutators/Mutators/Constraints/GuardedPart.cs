using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>What an IF guards, and how large it may be for the IF to be forgotten: constraint C09.</summary>
internal static class GuardedPart
{
    /// <summary>The most statements that a forgotten part holds.</summary>
    public const int StatementLimit = 5;

    /// <summary>
    /// C09: one to five statements in all, counted through blocks and the bodies of using, lock, fixed, checked and unsafe;
    /// no loop, no branch, no try and no jump among them. A lambda or a local function is part of one statement and is not entered.
    /// </summary>
    public static bool IsSmallAndStraight(StatementSyntax part) => Count(part) is >= 1 and <= StatementLimit;

    // Null where the part holds what the constraint forbids.
    private static int? Count(StatementSyntax statement) => statement switch
    {
        BlockSyntax block => CountAll(block.Statements),
        CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax => null,
        IfStatementSyntax or SwitchStatementSyntax or TryStatementSyntax => null,
        BreakStatementSyntax or ContinueStatementSyntax or GotoStatementSyntax or ReturnStatementSyntax or ThrowStatementSyntax => null,
        YieldStatementSyntax leave when leave.IsKind(SyntaxKind.YieldBreakStatement) => null,
        UsingStatementSyntax scope => 1 + Count(scope.Statement),
        LockStatementSyntax scope => 1 + Count(scope.Statement),
        FixedStatementSyntax scope => 1 + Count(scope.Statement),
        CheckedStatementSyntax scope => 1 + Count(scope.Block),
        UnsafeStatementSyntax scope => 1 + Count(scope.Block),
        LabeledStatementSyntax labelled => 1 + Count(labelled.Statement),
        _ => 1,
    };

    private static int? CountAll(IReadOnlyList<StatementSyntax> statements)
    {
        int? total = 0;
        foreach (var statement in statements)
        {
            total += Count(statement);
        }

        return total;
    }
}
