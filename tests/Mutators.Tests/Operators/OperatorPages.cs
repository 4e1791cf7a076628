using System.Globalization;
using System.Text;

namespace Mutators.Tests.Operators;

/// <summary>The pages of docs/operators: generated from the operators' definitions, never edited.</summary>
[TestClass]
public sealed class OperatorPages
{
    private const string Folder = "docs/operators";
    private const int FieldStudyFaults = 668;

    private static IEnumerable<TestDataRow<FaultOperator>> Operators => OperatorConventions.Operators;

    [TestMethod]
    [DynamicData(nameof(Operators))]
    public void Page_is_fresh(FaultOperator faultOperator) => Snapshot.Verify($"{Folder}/{faultOperator.Definition.Id}.md", Page(faultOperator));

    [TestMethod]
    public void Index_is_fresh() => Snapshot.Verify($"{Folder}/README.md", Index());

    [TestMethod]
    public void No_page_is_left_of_an_operator_that_is_gone()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Repository.Root, Folder)).Select(path => Path.GetFileName(path));
        var expected = FaultOperator.All.Select(each => $"{each.Definition.Id}.md").Concat(["README.md", "constructs.md", "measured.md"]);
        Assert.IsEmpty(pages.Except(expected), "Delete the pages that no operator generates.");
    }

    private static string Page(FaultOperator faultOperator)
    {
        var definition = faultOperator.Definition;
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# {definition.Id}: {definition.Name}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{definition.Rationale}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"- Fault class (ODC): {definition.FaultClass}\n");
        page.Append(CultureInfo.InvariantCulture, $"- In the field study: {Share(definition)}\n");
        page.Append(CultureInfo.InvariantCulture, $"- Provenance: {definition.Provenance}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"```diff\n{string.Join('\n', definition.Difference)}\n```\n");
        if (!definition.Constraints.IsEmpty)
        {
            page.Append("\n## Constraints\n\n");
            foreach (var constraint in definition.Constraints.Select(Constraint.Find))
            {
                page.Append(CultureInfo.InvariantCulture, $"- {constraint.Id}: {constraint.Rule}\n");
            }
        }

        var cases = CaseFile.Read(faultOperator);
        page.Append("\n## What is a site\n\n");
        Append(page, cases.Where(each => each.IsPositive));
        page.Append("\n## What is none\n\n");
        Append(page, cases.Where(each => !each.IsPositive));
        page.Append(CultureInfo.InvariantCulture,
            $"\nEach of these is a case with code in [{faultOperator.GetType().Name}.md](../../{Repository.RelativePath(CaseFile.PathOf(faultOperator))}).\n");
        return page.ToString();
    }

    private static void Append(StringBuilder page, IEnumerable<OperatorCase> cases)
    {
        foreach (var each in cases)
        {
            page.Append(CultureInfo.InvariantCulture, $"- {each.Heading}\n");
        }
    }

    private static string Index()
    {
        var page = new StringBuilder("""
            # Fault operators

            Each operator emulates one type of software fault that programmers leave behind. The share is that among the 668 faults of the
            field study by Durães and Madeira (IEEE TSE 32(11), 2006).

            ## The library

            The 13 operators of the G-SWFIT library. They are injected where nobody asks for others, and only they have a share of a
            field-weighted faultload.

            | operator | fault type | ODC class | of 668 | share |
            |---|---|---|---:|---:|

            """.ReplaceLineEndings("\n"));
        foreach (var definition in FaultOperator.Library.Select(each => each.Definition))
        {
            var faults = definition.FieldCount!.Value;
            page.Append(CultureInfo.InvariantCulture,
                $"| [{definition.Id}]({definition.Id}.md) | {definition.Name} | {definition.FaultClass} | {faults} | {Percent(faults)} |\n");
        }

        var total = FaultOperator.Library.Sum(each => each.Definition.FieldCount!.Value);
        page.Append(CultureInfo.InvariantCulture, $"| sum | | | {total} | {Percent(total)} |\n");
        Append(page, "Other types of the field study", FaultOrigin.FieldStudy);
        Append(page, "Variants: a library operator with one constraint read otherwise, for what C# programs do", FaultOrigin.Variant);
        Append(page, "What .NET programs get wrong where C programs have no such construct", FaultOrigin.DotNet);
        Append(page, "What mutation testing tools change: it says how good tests are, and nothing about faults in the field", FaultOrigin.Classic);
        page.Append("""

            [constructs.md](constructs.md) says which constructs of the language each operator was tried on.

            """.ReplaceLineEndings("\n"));
        page.Append('\n').Append(File.ReadAllText(Path.Combine(Repository.Root, Folder, "measured.md")).ReplaceLineEndings("\n").Replace("# Measured", "## Measured", StringComparison.Ordinal));
        return page.ToString();
    }

    private static void Append(StringBuilder page, string title, FaultOrigin origin)
    {
        var definitions = FaultOperator.All.Select(each => each.Definition).Where(definition => definition.Origin == origin).ToList();
        var isCounted = definitions.Any(definition => definition.FieldCount is not null);
        page.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n| operator | fault type | ODC class |{(isCounted ? " of 668 | share |" : "")}\n|---|---|---|{(isCounted ? "---:|---:|" : "")}\n");
        foreach (var definition in definitions)
        {
            page.Append(CultureInfo.InvariantCulture, $"| [{definition.Id}]({definition.Id}.md) | {definition.Name} | {definition.FaultClass} |");
            page.Append(!isCounted ? "\n" : definition.FieldCount is { } faults ? $" {faults} | {Percent(faults)} |\n" : " – | – |\n");
        }
    }

    private static string Share(FaultDefinition definition) => definition.FieldCount is { } count
        ? $"{count} of {FieldStudyFaults} faults, {Percent(count)}"
        : "no count is published";

    private static string Percent(int count) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * count / FieldStudyFaults:0.0} %");
}
