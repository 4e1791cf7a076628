using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>The condition of an if, while, do or for, joined of several conditions: constraint C12.</summary>
internal static class BranchCondition
{
    /// <summary>
    /// C12: whether the chain of <c>&amp;&amp;</c> or <c>||</c> belongs to the condition of a branch, with nothing but
    /// <c>&amp;&amp;</c>, <c>||</c>, <c>!</c> and parentheses above it.
    /// </summary>
    public static bool Holds(BinaryExpressionSyntax chain)
    {
        var condition = WholeOf(chain);
        return condition.Parent switch
        {
            IfStatementSyntax branch => branch.Condition == condition,
            WhileStatementSyntax loop => loop.Condition == condition,
            DoStatementSyntax loop => loop.Condition == condition,
            ForStatementSyntax loop => loop.Condition == condition,
            _ => false,
        };
    }

    /// <summary>C12 where an expression branches: the condition of <c>?:</c>, of a case or of a handler.</summary>
    public static bool HoldsInExpression(BinaryExpressionSyntax chain)
    {
        var condition = WholeOf(chain);
        return condition.Parent is WhenClauseSyntax or CatchFilterClauseSyntax
            || (condition.Parent is ConditionalExpressionSyntax choice && choice.Condition == condition);
    }

    /// <summary>Whether the expression is the whole chain of its operator and no part of a longer one.</summary>
    public static bool IsWholeChain(BinaryExpressionSyntax node)
    {
        var parent = node.Parent;
        while (parent is ParenthesizedExpressionSyntax)
        {
            parent = parent.Parent;
        }

        return !parent.IsKind(node.Kind());
    }

    /// <summary>The conditions that the chain joins, through parentheses, each with the edit that leaves it out.</summary>
    public static IEnumerable<(ExpressionSyntax Condition, TextChange Removal)> Members(BinaryExpressionSyntax chain)
    {
        var (left, right) = (chain.Left, chain.Right);
        var withoutLeft = new TextChange(TextSpan.FromBounds(left.SpanStart, right.SpanStart), "");
        return Inner(left, withoutLeft).Concat(Inner(right, WithoutRight(chain)));

        IEnumerable<(ExpressionSyntax, TextChange)> Inner(ExpressionSyntax operand, TextChange removal) =>
            WithoutParentheses(operand) is BinaryExpressionSyntax inner && inner.IsKind(chain.Kind()) ? Members(inner) : [(operand, removal)];
    }

    // A condition on a line of its own takes the line; the comment behind the condition before it stays where it is.
    private static TextChange WithoutRight(BinaryExpressionSyntax chain)
    {
        var text = chain.SyntaxTree.GetText();
        var (start, end) = (chain.OperatorToken.SpanStart, chain.Right.Span.End);
        var (first, last) = (text.Lines.GetLineFromPosition(start), text.Lines.GetLineFromPosition(end));
        var beginsLine = string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(first.Start, start)));
        var endsLine = chain.Right.GetLastToken().TrailingTrivia.FullSpan.End >= last.End;
        var isCommented = chain.OperatorToken.GetPreviousToken().TrailingTrivia.Any(SyntaxKind.SingleLineCommentTrivia);
        var removed = (beginsLine, endsLine, isCommented) switch
        {
            (true, true, _) => TextSpan.FromBounds(first.Start, last.EndIncludingLineBreak),
            (true, false, true) => TextSpan.FromBounds(start, end),
            _ => TextSpan.FromBounds(chain.Left.Span.End, end),
        };
        return new TextChange(removed, "");
    }

    private static SyntaxNode WholeOf(BinaryExpressionSyntax chain)
    {
        SyntaxNode condition = chain;
        while (condition.Parent is ParenthesizedExpressionSyntax
            || condition.Parent.IsKind(SyntaxKind.LogicalNotExpression)
            || condition.Parent.IsKind(SyntaxKind.LogicalAndExpression)
            || condition.Parent.IsKind(SyntaxKind.LogicalOrExpression))
        {
            condition = condition.Parent!;
        }

        return condition;
    }

    private static ExpressionSyntax WithoutParentheses(ExpressionSyntax expression) =>
        expression is ParenthesizedExpressionSyntax parenthesized ? WithoutParentheses(parenthesized.Expression) : expression;
}
