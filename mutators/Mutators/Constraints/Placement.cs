using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>Where a statement stands: constraints C02, C05 and C08.</summary>
internal static class Placement
{
    /// <summary>
    /// The list that holds the statement: a block's, a switch section's or the top-level program's; null for an embedded
    /// statement without braces and for a labelled one.
    /// </summary>
    public static IReadOnlyList<StatementSyntax>? ListOf(StatementSyntax statement) => statement.Parent switch
    {
        BlockSyntax block => block.Statements,
        SwitchSectionSyntax section => section.Statements,
        GlobalStatementSyntax { Parent: CompilationUnitSyntax unit } =>
            [.. unit.Members.OfType<GlobalStatementSyntax>().Select(global => global.Statement)],
        _ => null,
    };

    /// <summary>C02: the statement is not the only one in its list. The jump that closes a switch section is no other statement.</summary>
    public static bool IsNotAlone(StatementSyntax statement) =>
        ListOf(statement) is { } list && OthersRemain(list, removed: 1);

    /// <summary>C02 for a window: at least one statement is left when <paramref name="removed"/> statements of the list are gone.</summary>
    public static bool OthersRemain(IReadOnlyList<StatementSyntax> list, int removed) =>
        list.Count - removed - (EndsWithClosingJump(list) ? 1 : 0) >= 1;

    /// <summary>C05: no loop lies between the construct and the body that holds it.</summary>
    public static bool IsOutsideLoops(SyntaxNode construct)
    {
        var body = Body.Of(construct);
        return !construct.Ancestors().TakeWhile(ancestor => ancestor != body).Any(IsLoop);
    }

    /// <summary>C08: the IF has no ELSE and is not itself what an ELSE runs.</summary>
    public static bool StandsWithoutElse(IfStatementSyntax statement) =>
        statement.Else is null && statement.Parent is not ElseClauseSyntax;

    /// <summary>A for, foreach, while or do loop.</summary>
    public static bool IsLoop(SyntaxNode node) =>
        node is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax;

    // The braces of `case 1: { A(); break; }` change nothing: the break closes the section.
    private static bool EndsWithClosingJump(IReadOnlyList<StatementSyntax> list)
    {
        var last = list[list.Count - 1];
        var closesSection = last.Parent is SwitchSectionSyntax ||
            (last.Parent is BlockSyntax { Parent: SwitchSectionSyntax section } block && section.Statements.Last() == block);
        return closesSection && IsJump(last);
    }

    private static bool IsJump(StatementSyntax statement) => statement is BreakStatementSyntax or ContinueStatementSyntax
        or GotoStatementSyntax or ReturnStatementSyntax or ThrowStatementSyntax
        or YieldStatementSyntax { ReturnOrBreakKeyword.Text: "break" };
}
