using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>Which names a piece of code writes, as far as syntax tells.</summary>
internal static class Writes
{
    /// <summary>
    /// The written expression that <paramref name="name"/> begins (the name itself, or <c>name.Field</c>), when it stands left of an
    /// assignment, after <c>out</c> or beside <c>++</c> or <c>--</c>; null when the name is only read.
    /// </summary>
    public static ExpressionSyntax? Target(IdentifierNameSyntax name)
    {
        ExpressionSyntax target = name.Parent is MemberAccessExpressionSyntax member && member.Expression == name ? member : name;
        SyntaxNode outer = target;
        while (outer.Parent is ParenthesizedExpressionSyntax or TupleExpressionSyntax or ArgumentSyntax { Parent: TupleExpressionSyntax })
        {
            outer = outer.Parent;
        }

        return outer.Parent switch
        {
            AssignmentExpressionSyntax assignment when assignment.Left == outer => target,
            ArgumentSyntax argument when argument.RefKindKeyword.IsKind(SyntaxKind.OutKeyword) => target,
            PrefixUnaryExpressionSyntax prefix
                when prefix.IsKind(SyntaxKind.PreIncrementExpression) || prefix.IsKind(SyntaxKind.PreDecrementExpression) => target,
            PostfixUnaryExpressionSyntax postfix
                when postfix.IsKind(SyntaxKind.PostIncrementExpression) || postfix.IsKind(SyntaxKind.PostDecrementExpression) => target,
            _ => null,
        };
    }

    /// <summary>The simple names that <paramref name="part"/> writes; lambdas are entered, since they run there at the latest.</summary>
    public static IEnumerable<IdentifierNameSyntax> In(SyntaxNode part) =>
        part.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Where(name => Target(name) is not null);
}
