using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MLPA: the programmer forgot a few steps in a row.</summary>
public sealed class MissingLocalizedPart : FaultOperator<StatementSyntax>
{
    /// <summary>
    /// The most windows of one list. A run of n statements has about 4n windows, nearly all of which say the same; without a limit
    /// this operator would outnumber all others together.
    /// </summary>
    private const int WindowLimit = 3;

    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MLPA",
        name: "missing small and localized part of the algorithm",
        FaultClass.Algorithm,
        rationale: "A few steps that belong together are left out together, and the rest still makes sense. "
            + "No single step looks forgotten, since all that depends on them is gone as well.",
        before: """
            var names = new List<string> { "b", "a" };
            Console.Write(names[0]);
            names.Sort();
            names.Add("c");
            return names;
            """,
        after: """
            var names = new List<string> { "b", "a" };
            Console.Write(names[0]);
            return names;
            """,
        fieldCount: 23,
        constraints: ["C02", "C10"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(StatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Parent is not (BlockSyntax or SwitchSectionSyntax) || Placement.ListOf(node) is not { } list || list[0] != node)
        {
            return [];
        }

        // Which windows are taken depends on their text alone: code elsewhere changes neither the choice nor the ids.
        return StatementWindow.In(list)
            .Select(window => (window, text: GoldenText.Of(node.Parent, window.Span)))
            .OrderBy(each => new SeededGenerator(0, each.text).Next())
            .ThenBy(each => each.window.First.SpanStart)
            .Where(each => !each.window.IsWithoutEffect(model, cancel))
            .Where(each => !Dependence.OnStatements(each.window.First, each.window.Last, model, cancel))
            .Take(WindowLimit)
            .Select(each => Site(
                each.window.Span,
                each.text,
                $"drop {each.window.Statements.Count} statements from {Excerpt.Of(each.window.First)}",
                Removal.Of(each.window.First, each.window.Last)));
    }
}
