using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>EVAV: the programmer assigned what must keep its value.</summary>
public sealed class ExtraneousVariableAssignment : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "EVAV",
        name: "extraneous variable assignment using another variable",
        FaultClass.Assignment,
        rationale: "A variable is overwritten by another of its type, as a step of an earlier version did. "
            + "Where the two hold the same value, as they do in a simple test, nobody sees it.",
        before: """
            int least = 1, most = 2;
            most = Environment.ProcessorCount;
            return most - least;
            """,
        after: """
            int least = 1, most = 2;
            most = Environment.ProcessorCount;
            most = least;
            return most - least;
            """,
        fieldCount: 9,
        constraints: ["C03", "C11"],
        origin: FaultOrigin.FieldStudy);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Expression is AssignmentExpressionSyntax { Left: IdentifierNameSyntax name, Right: not RefExpressionSyntax } assignment
            && assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)
            && Placement.ListOf(node) is not null
            && StackVariable.NamedBy(name, model, cancel) is { Symbol: var variable }
            && VisibleVariables.FirstOther(name, variable, model, cancel) is { } other)
        {
            var text = SyntaxFacts.GetKeywordKind(other.Name) == SyntaxKind.None ? other.Name : "@" + other.Name;
            yield return Site(node, $"assign {text} to {name} behind {Excerpt.Of(assignment)}", Insertion.Behind(node, $"{name} = {text};"));
        }
    }
}
