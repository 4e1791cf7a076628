using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>Whether execution can run through a piece of code to its end.</summary>
internal static class Reachability
{
    /// <summary>Whether the end of the block can be reached. Mostly its last statement tells, and only the rest needs an analysis.</summary>
    public static bool OfEnd(BlockSyntax block, SemanticModel model) => block.Statements.LastOrDefault() switch
    {
        null => true,
        { } last when IsJump(last) => false,
        ExpressionStatementSyntax or LocalDeclarationStatementSyntax when block.Statements.All(IsSimpleOrBranch) => true,
        _ when !Body.OwnNodes(block).Any(node => IsJump(node) || IsOpenLoop(node)) => true,
        _ => model.AnalyzeControlFlow(block) is { Succeeded: true, EndPointIsReachable: true },
    };

    // Behind an IF without else execution goes on.
    private static bool IsSimpleOrBranch(StatementSyntax statement) =>
        statement is ExpressionStatementSyntax or LocalDeclarationStatementSyntax or IfStatementSyntax { Else: null } or CommonForEachStatementSyntax;

    private static bool IsJump(SyntaxNode node) => node is ReturnStatementSyntax or ThrowStatementSyntax or BreakStatementSyntax
        or ContinueStatementSyntax or GotoStatementSyntax or YieldStatementSyntax { ReturnOrBreakKeyword.RawKind: (int)SyntaxKind.BreakKeyword };

    private static bool IsOpenLoop(SyntaxNode node) => node is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax;
}
