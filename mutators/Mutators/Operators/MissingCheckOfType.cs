using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MIFS.C: the programmer took for granted what an object is.</summary>
public sealed class MissingCheckOfType : FaultOperator<IfStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MIFS.C",
        name: "missing IF construct plus statements behind a test of a type",
        FaultClass.Algorithm,
        rationale: "The object is cast and not asked, since it is of that type in all that one tries by hand. "
            + "Another type comes later, by a caller or a version that nobody thought of.",
        before: """
            object value = Environment.NewLine;
            if (value is not string text)
            {
                return -1;
            }

            return text.Length;
            """,
        after: """
            object value = Environment.NewLine;
            var text = (string)value;

            return text.Length;
            """,
        constraints: ["C08", "C09"],
        origin: FaultOrigin.Variant,
        provenance: "MIFS of the G-SWFIT library where the condition names a pattern variable that is used afterwards: the cast stays, the test goes");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(IfStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Condition is IsPatternExpressionSyntax
            {
                Expression: IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or ElementAccessExpressionSyntax,
                Pattern: UnaryPatternSyntax { Pattern: DeclarationPatternSyntax { Designation: SingleVariableDesignationSyntax variable } declared },
            } test
            && Placement.StandsWithoutElse(node)
            && Placement.ListOf(node) is not null
            && GuardedPart.IsSmallGuard(node.Statement)
            && !Dependence.OnStatement(node.Statement, model, cancel)
            && !Writes.In(test.Expression).Any()
            && model.GetTypeInfo(declared.Type, cancel).Type is { } type
            && model.ClassifyConversion(test.Expression, type, isExplicitInSource: true).Exists)
        {
            var cast = $"var {variable.Identifier.Text} = ({declared.Type}){test.Expression};";
            yield return Site(node, $"do not check that {Excerpt.Of(test.Expression)} is {declared.Type}", new TextChange(node.Span, cast));
        }
    }
}
