using System.Text.RegularExpressions;
using Mutators.Campaign.Outcomes;
using Mutators.Reporting.Results;

namespace Mutators.Reporting;

[TestClass]
public sealed partial class ResultsTests
{
    [TestMethod]
    public void The_page_is_as_its_snapshot_says() =>
        Snapshot.Verify("tests/Harness.Tests/Reporting/Snapshots/results.md", ResultsMarkdown.Render(Page(), hypertext: null));

    [TestMethod]
    public void The_same_campaign_gives_the_same_page_number_for_number() => Assert.AreEqual(ResultsHtml.Render(Page()), ResultsHtml.Render(Page()));

    [TestMethod]
    public void Without_a_monitor_the_detection_columns_change_and_nothing_else()
    {
        var (all, without) = (Page(), Page("list"));

        foreach (var (before, after) in all.Sections.Zip(without.Sections))
        {
            Assert.AreEqual(before.Id, after.Id);
            if (!before.IsDetection && before.Id != "campaign")
            {
                Assert.AreEqual(Text(before), Text(after), before.Title);
            }
        }

        Assert.AreNotEqual(Text(Section(all, "detection")), Text(Section(without, "detection")));
        Assert.AreNotEqual(Text(Section(all, "monitors")), Text(Section(without, "monitors")));
        Assert.IsTrue(all.Mutants.Zip(without.Mutants).All(pair => pair.First.Mode == pair.Second.Mode));
        Assert.AreEqual(1, all.Mutants.Zip(without.Mutants).Count(pair => pair.First.Detection != pair.Second.Detection));
    }

    [TestMethod]
    public void What_only_an_absent_monitor_noticed_was_noticed_by_nobody()
    {
        var mutant = Page("list").Mutants.Single(each => each.Result.Mutant.Change.Contains("domain}/name", StringComparison.Ordinal));

        Assert.AreEqual(FailureMode.OperationError, mutant.Mode);
        Assert.AreEqual(Detection.GoldenDifferenceOnly, mutant.Detection);
        Assert.IsEmpty(mutant.Noticed);
    }

    [TestMethod]
    public void Every_number_that_counts_mutants_leads_to_exactly_these()
    {
        var html = ResultsHtml.Render(Page());

        var targets = Ids().Matches(html).Select(match => match.Groups[1].Value).ToHashSet();
        foreach (Match link in Links().Matches(html))
        {
            Assert.Contains(link.Groups[1].Value, targets);
        }

        foreach (var cell in Page().Sections.SelectMany(section => section.Blocks).OfType<Table>().SelectMany(table => table.Rows).SelectMany(row => row).Where(cell => !cell.Counted.IsEmpty))
        {
            Assert.AreEqual($"{cell.Counted.Length}", Leading().Match(cell.Text).Value, cell.Text);
        }
    }

    private static ResultsPage Page(params string[] withoutMonitors) => new Study([CampaignFixture.Snapshot], withoutMonitors.ToHashSet(StringComparer.Ordinal)).Page();

    private static Section Section(ResultsPage page, string id) => page.Sections.Single(section => section.Id == id);

    private static string Text(Section section) => ResultsMarkdown.Render(new ResultsPage("", [section], []), hypertext: null);

    [GeneratedRegex("id=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("href=\"#([^\"]+)\"")]
    private static partial Regex Links();

    [GeneratedRegex(@"^\d+")]
    private static partial Regex Leading();
}
