using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-ARM: the programmer did not think of one of the cases.</summary>
public sealed class MissingSwitchCase : FaultOperator<CSharpSyntaxNode>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-ARM",
        name: "missing case of a switch",
        FaultClass.Checking,
        rationale: "One of the cases is left out of a switch, or comes later to the type that it distinguishes. "
            + "What never happened at the desk goes the way of all other values.",
        before: """
            var count = Environment.ProcessorCount;
            return count switch
            {
                1 => "one",
                2 => "two",
                _ => "many",
            };
            """,
        after: """
            var count = Environment.ProcessorCount;
            return count switch
            {
                1 => "one",
                _ => "many",
            };
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(CSharpSyntaxNode node, SemanticModel model, CancellationToken cancel) => node switch
    {
        SwitchExpressionArmSyntax arm => Arm(arm, (SwitchExpressionSyntax)arm.Parent!, model, cancel),
        SwitchSectionSyntax section => Section(section, (SwitchStatementSyntax)section.Parent!, model, cancel),
        _ => [],
    };

    private IEnumerable<InjectionSite> Arm(
        SwitchExpressionArmSyntax arm, SwitchExpressionSyntax choice, SemanticModel model, CancellationToken cancel)
    {
        if (choice.Arms.Count > 1 && KeepsItsType(arm, choice, model, cancel) && !Dependence.OnExpression(arm.Expression, model, cancel))
        {
            var when = arm.WhenClause is { } guard ? $" {Excerpt.Of(guard)}" : "";
            yield return Site(
                arm, $"drop case {Excerpt.Of(arm.Pattern)}{when} of switch ({Excerpt.Of(choice.GoverningExpression)})", ListElement.Removal(choice.Arms, arm));
        }
    }

    // The type of the whole is one of the arms' types; without one by itself it takes the type that is asked for.
    private static bool KeepsItsType(SwitchExpressionArmSyntax arm, SwitchExpressionSyntax choice, SemanticModel model, CancellationToken cancel)
    {
        var others = choice.Arms.Where(each => each != arm).Select(each => model.GetTypeInfo(each.Expression, cancel).Type).ToList();
        return model.GetTypeInfo(choice, cancel).Type is { } type && others.Any(other => SymbolEqualityComparer.Default.Equals(other, type));
    }

    private IEnumerable<InjectionSite> Section(SwitchSectionSyntax section, SwitchStatementSyntax choice, SemanticModel model, CancellationToken cancel)
    {
        if (choice.Sections.Count > 1
            && !Body.OwnNodes(choice).Any(node => node is GotoStatementSyntax)
            && !Dependence.OnStatements(section.Statements[0], section.Statements.Last(), model, cancel)
            && MayPass(section, choice, model, cancel))
        {
            yield return Site(section, $"drop {Excerpt.Of(section.Labels[0]).TrimEnd(':')} of switch ({Excerpt.Of(choice.Expression)})", Removal.Of(section));
        }
    }

    // Without a default, what no case takes goes past the switch: nothing may rest on its never getting there.
    private static bool MayPass(SwitchSectionSyntax section, SwitchStatementSyntax choice, SemanticModel model, CancellationToken cancel) =>
        choice.Sections.Any(each => each != section && each.Labels.Any(label => label.IsKind(SyntaxKind.DefaultSwitchLabel)))
        || (!Dependence.OnStatement(choice, model, cancel)
            && model.AnalyzeControlFlow(choice) is { Succeeded: true, EndPointIsReachable: true });
}
