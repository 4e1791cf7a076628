using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// McCabe's cyclomatic complexity of the member that holds a site: one, and one more for each place where its control flow forks.
/// Lambdas and local functions count to the member that they stand in.
/// </summary>
public static class MemberComplexity
{
    /// <summary>The complexity of the member around a span.</summary>
    /// <param name="root">The root of the golden tree.</param>
    /// <param name="span">A site's span.</param>
    public static int At(SyntaxNode root, TextSpan span) => Of(ContainingMember.DeclarationAround(root.FindToken(span.Start).Parent!));

    /// <summary>The complexity of a declared member.</summary>
    internal static int Of(SyntaxNode declaration) => 1 + declaration.DescendantNodes().Count(Forks);

    private static bool Forks(SyntaxNode node) => node switch
    {
        IfStatementSyntax or WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax => true,
        CaseSwitchLabelSyntax or CasePatternSwitchLabelSyntax or CatchClauseSyntax or ConditionalExpressionSyntax or ConditionalAccessExpressionSyntax => true,
        SwitchExpressionArmSyntax arm => arm.Pattern is not DiscardPatternSyntax,
        WhenClauseSyntax or CatchFilterClauseSyntax => true,
        BinaryExpressionSyntax binary => binary.Kind() is SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression or SyntaxKind.CoalesceExpression,
        AssignmentExpressionSyntax assignment => assignment.IsKind(SyntaxKind.CoalesceAssignmentExpression),
        BinaryPatternSyntax => true,
        _ => false,
    };
}
