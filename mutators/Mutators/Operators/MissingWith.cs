using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-WITH: the programmer forgot to change a member of a copy.</summary>
public sealed class MissingWith : FaultOperator<AssignmentExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-WITH",
        name: "missing member of a changed copy",
        FaultClass.Assignment,
        rationale: "One of the members that should change is left out when a record is copied. "
            + "The copy keeps what the original has, which often is the same.",
        before: """
            var day = new { Month = 1, Name = "a" };
            return day with { Month = 2, Name = "b" };
            """,
        after: """
            var day = new { Month = 1, Name = "a" };
            return day with { Month = 2 };
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(AssignmentExpressionSyntax member, SemanticModel model, CancellationToken cancel)
    {
        if (member.Parent is InitializerExpressionSyntax list
            && list.IsKind(SyntaxKind.WithInitializerExpression)
            && !Dependence.OnExpression(member, model, cancel))
        {
            var identity = $"{GoldenText.Of(member)} of {GoldenText.Of(list)}";
            yield return Site(
                member.Span, identity, $"drop {Excerpt.Of(member)} from a changed copy", ListElement.Removal(list.Expressions, member));
        }
    }
}
