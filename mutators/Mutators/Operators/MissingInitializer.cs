using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-INIT: the programmer forgot to set a member of a new object.</summary>
public sealed class MissingInitializer : FaultOperator<AssignmentExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-INIT",
        name: "missing member of an object initialiser",
        FaultClass.Assignment,
        rationale: "One of many members is left out when an object is written down at once. "
            + "The member keeps the value that its type begins with, and the object looks complete.",
        before: """
            var options = new ParallelOptions { MaxDegreeOfParallelism = 2, TaskScheduler = TaskScheduler.Default };
            return options;
            """,
        after: """
            var options = new ParallelOptions { MaxDegreeOfParallelism = 2 };
            return options;
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(AssignmentExpressionSyntax member, SemanticModel model, CancellationToken cancel)
    {
        if (member.Parent is InitializerExpressionSyntax list
            && list.IsKind(SyntaxKind.ObjectInitializerExpression)
            && !IsRequired(member.Left, model, cancel)
            && !Dependence.OnExpression(member, model, cancel))
        {
            var identity = $"{GoldenText.Of(member)} of {GoldenText.Of(list)}";
            yield return Site(
                member.Span, identity, $"drop {Excerpt.Of(member)} from an object initialiser", ListElement.Removal(list.Expressions, member));
        }
    }

    private static bool IsRequired(ExpressionSyntax name, SemanticModel model, CancellationToken cancel) =>
        model.GetSymbolInfo(name, cancel).Symbol is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true };
}
