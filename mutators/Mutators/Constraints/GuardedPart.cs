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
    public static bool IsSmallAndStraight(StatementSyntax part) => Count(part, null) is >= 1 and <= StatementLimit;

    /// <summary>
    /// C09 as guards need it: the last statement is a return, throw, continue or break, and nothing is declared. In C# most checks
    /// leave the body at once, which the strict reading never lets be forgotten.
    /// </summary>
    public static bool IsSmallGuard(StatementSyntax part)
    {
        var last = part;
        while (last is BlockSyntax { Statements: [.., var inner] })
        {
            last = inner;
        }

        return last is ReturnStatementSyntax or ThrowStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax
            && Count(part, last) is >= 1 and <= StatementLimit
            && !Body.OwnNodes(part).Any(node => node is LocalDeclarationStatementSyntax or LocalFunctionStatementSyntax);
    }

    // Null where the part holds what the constraint forbids.
    private static int? Count(StatementSyntax statement, StatementSyntax? final) => statement switch
    {
        _ when statement == final => 1,
        BlockSyntax block => CountAll(block.Statements, final),
        CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax => null,
        IfStatementSyntax or SwitchStatementSyntax or TryStatementSyntax => null,
        BreakStatementSyntax or ContinueStatementSyntax or GotoStatementSyntax or ReturnStatementSyntax or ThrowStatementSyntax => null,
        YieldStatementSyntax leave when leave.IsKind(SyntaxKind.YieldBreakStatement) => null,
        UsingStatementSyntax scope => 1 + Count(scope.Statement, final),
        LockStatementSyntax scope => 1 + Count(scope.Statement, final),
        FixedStatementSyntax scope => 1 + Count(scope.Statement, final),
        CheckedStatementSyntax scope => 1 + Count(scope.Block, final),
        UnsafeStatementSyntax scope => 1 + Count(scope.Block, final),
        LabeledStatementSyntax labelled => 1 + Count(labelled.Statement, final),
        _ => 1,
    };

    private static int? CountAll(IReadOnlyList<StatementSyntax> statements, StatementSyntax? final)
    {
        int? total = 0;
        foreach (var statement in statements)
        {
            total += Count(statement, final);
        }

        return total;
    }
}
