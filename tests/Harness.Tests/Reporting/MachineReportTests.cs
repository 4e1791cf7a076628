using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>The formats that other programs read: a golden file each, and what those programs insist on.</summary>
[TestClass]
public sealed partial class MachineReportTests
{
    private static CampaignSnapshot Campaign => CampaignFixture.Snapshot;

    private static ImmutableArray<string> UnnoticedIds => [.. Unnoticed.Of(Campaign).Select(each => each.Mutant.Id.ToString())];

    [TestMethod]
    [DataRow("sarif")]
    [DataRow("junit")]
    [DataRow("csv")]
    [DataRow("gitlab")]
    [DataRow("github")]
    public void Each_format_has_its_golden_file(string name)
    {
        var format = ReportFormat.All.Single(each => each.Name == name);

        Snapshot.Verify($"tests/Harness.Tests/Reporting/Snapshots/{format.FileName ?? name + ".txt"}", WithoutVersion().Replace(format.Render(Campaign), "\"semanticVersion\": \"0.0.0\""));
    }

    [TestMethod]
    public void Every_format_renders_a_campaign_without_mutants()
    {
        var campaign = Campaign with { Golden = [], Mutants = [] };

        foreach (var format in ReportFormat.All)
        {
            Assert.IsNotNull(format.Render(campaign), format.Name);
        }
    }

    [TestMethod]
    public void Sarif_has_a_result_for_each_activated_fault_and_warns_of_the_unnoticed_ones_first()
    {
        using var sarif = JsonDocument.Parse(SarifReport.Render(Campaign));
        var run = sarif.RootElement.GetProperty("runs")[0];
        var results = run.GetProperty("results").EnumerateArray().ToList();
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");

        Assert.HasCount(Campaign.Activated.Length, results);
        Assert.AreSequenceEqual(UnnoticedIds, results.TakeWhile(each => each.GetProperty("level").GetString() == "warning").Select(Fingerprint));
        Assert.IsTrue(results.Skip(UnnoticedIds.Length).All(each => each.GetProperty("level").GetString() == "note"));
        foreach (var result in results)
        {
            Assert.AreEqual(result.GetProperty("ruleId").GetString(), rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString());
        }

        static string? Fingerprint(JsonElement result) => result.GetProperty("partialFingerprints").GetProperty("mutantId/v1").GetString();
    }

    [TestMethod]
    public void JUnit_counts_what_it_holds_and_fails_for_unnoticed_failures_only()
    {
        var suites = XDocument.Parse(JUnitReport.Render(Campaign)).Root!;

        foreach (var element in suites.DescendantsAndSelf().Where(each => each.Name.LocalName.StartsWith("testsuite", StringComparison.Ordinal)))
        {
            Assert.AreEqual(element.Descendants("testcase").Count(), (int)element.Attribute("tests")!);
            Assert.AreEqual(element.Descendants("failure").Count(), (int)element.Attribute("failures")!);
            Assert.AreEqual(element.Descendants("error").Count(), (int)element.Attribute("errors")!);
            Assert.AreEqual(element.Descendants("skipped").Count(), (int)element.Attribute("skipped")!);
        }

        CollectionAssert.AreEquivalent(
            UnnoticedIds, suites.Descendants("failure").Select(each => each.Parent!.Attribute("name")!.Value.Split(' ')[0]).ToArray());
    }

    [TestMethod]
    public void JUnit_replaces_what_XML_cannot_hold()
    {
        var result = Campaign.Mutants[0];
        var told = result.Headline! with { Reason = "bell \u0007, half a pair \ud83d, a whole one \ud83d\ude00" };
        var campaign = Campaign with { Mutants = [new MutantResult(result.Mutant, [], [new StoredOutcome(told, 1)], [])] };

        Assert.Contains("bell \uFFFD, half a pair \uFFFD, a whole one \ud83d\ude00", XDocument.Parse(JUnitReport.Render(campaign)).Root!.Value);
    }

    [TestMethod]
    public void Csv_has_as_many_cells_in_each_row_as_in_its_head_and_guards_against_formulas()
    {
        var rows = Rows(OutcomesCsv.Render(Campaign with
        {
            Mutants = [.. Campaign.Mutants.Select(each => new MutantResult(each.Mutant with { Change = $"=HYPERLINK(\"{each.Mutant.Change}\")\n" }, each.Activations, each.Outcomes, each.Errors))],
        }));

        Assert.HasCount(Campaign.Mutants.Length + 1, rows);
        Assert.IsTrue(rows.TrueForAll(row => row.Count == rows[0].Count));
        Assert.IsTrue(rows.Skip(1).All(row => row[10].StartsWith("'=HYPERLINK(\"", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void GitLab_gets_the_unnoticed_failures_each_with_a_fingerprint_of_its_own()
    {
        using var report = JsonDocument.Parse(GitLabCodeQuality.Render(Campaign));

        Assert.AreSequenceEqual(UnnoticedIds, report.RootElement.EnumerateArray().Select(each => each.GetProperty("fingerprint").GetString()));
        foreach (var issue in report.RootElement.EnumerateArray())
        {
            Assert.Contains(issue.GetProperty("severity").GetString(), (string[])["info", "minor", "major", "critical", "blocker"]);
            Assert.IsGreaterThan(0, issue.GetProperty("location").GetProperty("lines").GetProperty("begin").GetInt32());
        }
    }

    [TestMethod]
    public void GitHub_gets_one_command_on_each_line_and_is_told_of_those_that_it_would_drop()
    {
        var silent = Unnoticed.Of(Campaign).First();
        var many = Campaign with { Mutants = [.. Enumerable.Repeat(silent, 12)] };
        var lines = GitHubAnnotations.Render(many).TrimEnd('\n').Split('\n');

        Assert.HasCount(11, lines);
        Assert.IsTrue(lines.All(line => line.StartsWith("::warning file=", StringComparison.Ordinal) || line.StartsWith("::notice", StringComparison.Ordinal)));
        Assert.Contains("2 more failures", lines[^1]);
    }

    [TestMethod]
    public void The_score_is_the_share_of_failures_that_were_noticed() => Assert.AreEqual(new CampaignFigures(Campaign).Detected, Unnoticed.Score(Campaign));

    [GeneratedRegex("\"semanticVersion\": \"[^\"]*\"")]
    private static partial Regex WithoutVersion();

    /// <summary>Reads RFC 4180.</summary>
    private static List<List<string>> Rows(string csv)
    {
        var rows = new List<List<string>> { new() };
        var (cell, quoted) = (new System.Text.StringBuilder(), false);
        for (var i = 0; i < csv.Length; i++)
        {
            if (quoted && csv[i] == '"' && i + 1 < csv.Length && csv[i + 1] == '"')
            {
                cell.Append(csv[i++]);
            }
            else if (csv[i] == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && csv[i] is ',' or '\r')
            {
                rows[^1].Add(cell.ToString());
                cell.Clear();
                if (csv[i] == '\r')
                {
                    rows.Add([]);
                    i++;
                }
            }
            else
            {
                cell.Append(csv[i]);
            }
        }

        Assert.IsEmpty(rows[^1]);
        return rows[..^1];
    }
}
