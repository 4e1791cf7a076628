using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;
using Mutators.Reporting.Html;

namespace Mutators.Reporting;

[TestClass]
public sealed partial class ReportTests
{
    private static CampaignSnapshot Campaign => CampaignFixture.Snapshot;

    [TestMethod]
    public void The_fixture_has_every_failure_mode_and_every_detection()
    {
        var headlines = Campaign.Mutants.Select(each => each.Headline).OfType<Outcome>().ToList();

        CollectionAssert.AreEquivalent(FailureModes.All.Where(mode => !mode.IsOfTests && mode is not FailureMode.Flaky).ToArray(), headlines.Select(each => each.Mode).Distinct().ToArray());
        CollectionAssert.AreEquivalent(Detections.All.Where(detection => detection is not Detection.Test).ToArray(), headlines.Select(each => each.Detection).Distinct().ToArray());
        Assert.Contains(each => each.Headline is null && each.Errors.IsEmpty, Campaign.Mutants);
        Assert.Contains(each => !each.Errors.IsEmpty, Campaign.Mutants);
    }

    [TestMethod]
    [DataRow(80)]
    [DataRow(200)]
    public void The_console_summary_fits_its_width(int width)
    {
        var text = Console(width, ansi: false);

        Assert.IsEmpty(text.Split('\n').Where(line => line.Length > width));
        VerifySnapshot($"console-{width}.txt", text);
    }

    [TestMethod]
    public void The_console_summary_has_no_escape_codes_when_it_is_redirected() => Assert.DoesNotContain('\u001b', Console(80, ansi: false));

    [TestMethod]
    public void The_console_summary_is_coloured_on_a_terminal() => Assert.Contains('\u001b', Console(80, ansi: true));

    [TestMethod]
    public void The_last_line_of_the_console_summary_is_the_reports_path() =>
        Assert.EndsWith("\n.mutators/report.html\n", Console(80, ansi: false).ReplaceLineEndings("\n"));

    [TestMethod]
    public void The_markdown_summary_begins_with_the_sentence_and_escapes_program_text()
    {
        var text = MarkdownSummary.Render(Campaign);

        Assert.StartsWith("**9 of 11 activated faults led to a failure", text);
        Assert.DoesNotContain("<script", text);
        VerifySnapshot("summary.md", text);
    }

    [TestMethod]
    public void The_json_report_has_its_golden_file() => VerifySnapshot("campaign.json", CampaignJson.Render(Campaign));

    [TestMethod]
    public void The_mutation_testing_report_has_its_golden_file() => VerifySnapshot("mutation-testing.json", MutationTestingJson.Render(Campaign));

    [TestMethod]
    public void The_mutation_testing_report_uses_only_the_statuses_of_the_schema()
    {
        var statuses = Mutants(MutationTestingJson.Render(Campaign)).Select(mutant => mutant.GetProperty("status").GetString()!).ToHashSet();

        CollectionAssert.IsSubsetOf(
            statuses.ToArray(),
            new[] { "Killed", "Survived", "NoCoverage", "CompileError", "RuntimeError", "Timeout", "Ignored", "Pending" });
        Assert.HasCount(8, statuses);
    }

    [TestMethod]
    public void The_score_of_the_mutation_testing_report_is_the_share_of_detected_failures()
    {
        var statuses = Mutants(MutationTestingJson.Render(Campaign)).Select(mutant => mutant.GetProperty("status").GetString()).ToList();
        var detected = statuses.Count(status => status is "Killed" or "Timeout");

        Assert.AreEqual(new CampaignFigures(Campaign).Detected, new Proportion(detected, detected + statuses.Count(status => status is "Survived")));
    }

    [TestMethod]
    public void Replacing_the_location_by_the_replacement_gives_the_mutant()
    {
        foreach (var result in Campaign.Mutants)
        {
            var edit = result.Mutant.Edit;
            var lines = Campaign.Sources[result.Mutant.Path].Split('\n');
            var before = string.Join('\n', lines[..(edit.StartLine - 1)].Append(lines[edit.StartLine - 1][..(edit.StartColumn - 1)]));
            var after = string.Join('\n', lines[edit.EndLine..].Prepend(lines[edit.EndLine - 1][(edit.EndColumn - 1)..]));

            Assert.AreEqual(Apply(result.Mutant.Diff, lines), before + edit.Replacement + after, result.Mutant.Change);
        }
    }

    [TestMethod]
    public void The_html_report_has_its_golden_file() => VerifySnapshot("report.html", WithoutScripts(HtmlReport.Render(Campaign)));

    [TestMethod]
    public void No_text_of_a_program_becomes_markup_in_the_html_report()
    {
        var report = HtmlReport.Render(Campaign);

        Assert.DoesNotContain("<script>alert", report);
        Assert.HasCount(3, ScriptStart().Matches(report), "ours, the source view and its data");
    }

    [TestMethod]
    public void Every_link_of_the_html_report_leads_somewhere()
    {
        var report = WithoutScripts(HtmlReport.Render(Campaign));
        var ids = Id().Matches(report).Select(match => match.Groups[1].Value).ToList();
        var links = Link().Matches(report).Select(match => match.Groups[1].Value).Where(link => !link.StartsWith("mutant/", StringComparison.Ordinal)).ToList();

        CollectionAssert.AllItemsAreUnique(ids);
        Assert.IsNotEmpty(links);
        Assert.IsEmpty(links.Except(ids));
    }

    [TestMethod]
    public void The_html_report_refers_to_nothing_outside_itself() =>
        Assert.IsFalse(Outside().IsMatch(WithoutScripts(HtmlReport.Render(Campaign))));

    [TestMethod]
    public void The_vendored_source_view_is_the_published_one()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("mutation-test-elements.js")!;

        Assert.AreEqual("751fb010242b0b44e32d84fe7fe0b9ff1da182823b94f59f5c52b001fcfc163b", Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    [TestMethod]
    public void A_campaign_without_a_failure_is_printed_with_what_it_excludes()
    {
        var campaign = Campaign with { Mutants = [.. Campaign.Mutants.Where(each => each.Headline?.Mode is FailureMode.NoImpact)] };

        Assert.AreEqual("None of 1 activated fault led to a failure: 0/1, below 95.00 % (one-sided 95 % bound).", new CampaignFigures(campaign).Sentence);
        Assert.AreEqual("Silent data failures: 0/1, below 95.00 % (one-sided 95 % bound).", new CampaignFigures(campaign).SilentDataFailures);
    }

    [TestMethod]
    public void A_campaign_with_classic_mutants_has_figures_for_each_group_and_none_across()
    {
        var campaign = Mixed();

        var figures = CampaignFigures.ByGroup(campaign);

        Assert.AreSequenceEqual([FaultGroup.Representative, FaultGroup.Classic], figures.Select(each => each.Group));
        Assert.AreEqual(campaign.Mutants.Length, figures.Sum(each => each.Campaign.Mutants.Length));
        var console = new StringWriter();
        ConsoleSummary.Write(campaign, console, 80, ansi: false, reportPath: null);
        foreach (var text in (string[])[console.ToString(), MarkdownSummary.Render(campaign), HtmlReport.Render(campaign)])
        {
            Assert.Contains("Representative faults", text);
            Assert.Contains("no faults of the field", text);
            Assert.DoesNotContain(new CampaignFigures(campaign).Sentence, text);
        }

        using var json = JsonDocument.Parse(CampaignJson.Render(campaign));
        Assert.AreSequenceEqual(["representative", "classic"], json.RootElement.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("group").GetString()));
    }

    [TestMethod]
    public void Where_unit_tests_were_asked_every_format_has_both_counts()
    {
        UnitTestAnswer[] answers = [UnitTestAnswer.Caught, UnitTestAnswer.NotCaught, UnitTestAnswer.NotReached];
        var campaign = Campaign with
        {
            Mutants =
            [
                .. Campaign.Mutants.Index().Select(each => new MutantResult(
                    each.Item.Mutant, each.Item.Activations, each.Item.Outcomes, each.Item.Errors,
                    each.Index < 9 ? new UnitTestResult(each.Item.Mutant.Id, answers[each.Index % 3], "as told", TimeSpan.Zero) : null)),
            ],
        };
        var figures = new CampaignFigures(campaign);

        Assert.AreEqual((3, 3, 3), (figures.Count(UnitTestAnswer.Caught), figures.Count(UnitTestAnswer.NotCaught), figures.Count(UnitTestAnswer.NotReached)));
        Assert.HasCount(3, figures.Residual!.Campaign.Mutants);
        var console = new StringWriter();
        ConsoleSummary.Write(campaign, console, 500, ansi: false, reportPath: null);
        foreach (var text in (string[])[console.ToString(), MarkdownSummary.Render(campaign)])
        {
            Assert.Contains(figures.Sentence, text);
            Assert.Contains($"Residual only: {figures.Residual.Sentence}", text);
            Assert.Contains("8 are not classified", text);
        }

        Assert.Contains("Residual only: ", HtmlReport.Render(campaign));
        Assert.IsTrue(Enum.GetValues<UnitTestAnswer>().All(answer => OutcomesCsv.Render(campaign).Split("\r\n").Count(row => row.Contains($",{CampaignJson.Name(answer)},", StringComparison.Ordinal)) >= 3));
        var both = CampaignFigures.BothCounts(campaign).Single();
        Assert.AreEqual($"All: {figures.Sentence} {string.Join(' ', figures.OfUnitTests)}", both);
        Assert.Contains(both.Replace("%", "%25", StringComparison.Ordinal), GitHubAnnotations.Render(campaign));
        Assert.Contains("Unit tests: as told.", GitLabCodeQuality.Render(campaign));
        var suites = XDocument.Parse(JUnitReport.Render(campaign)).Descendants("property").ToLookup(each => (string)each.Attribute("name")!, each => (int)each.Attribute("value")!);
        Assert.AreEqual((3, Unnoticed.Of(campaign).Count()), (suites["unit-tests.caught"].Sum(), suites["failures.all"].Sum()));
        Assert.AreEqual(Unnoticed.Of(figures.Residual.Campaign).Count(), suites["failures.residual-only"].Sum());
        foreach (var schema in (string[])[SarifReport.Render(campaign), MutationTestingJson.Render(campaign)])
        {
            Assert.Contains(both, schema);
            Assert.Contains("\"unitTests\": \"not-caught\"", schema);
        }

        using var json = JsonDocument.Parse(CampaignJson.Render(campaign));
        var tests = json.RootElement.GetProperty("groups")[0].GetProperty("unitTests");
        Assert.AreEqual(3, tests.GetProperty("residualOnly").GetProperty("injected").GetInt32());
        Assert.AreEqual(8, tests.GetProperty("notClassified").GetInt32());
    }

    [TestMethod]
    public void New_warnings_are_counted_and_named_with_their_mutant()
    {
        var campaign = Campaign with { Mutants = Campaign.Mutants.SetItem(0, With(Campaign.Mutants[0], mutant => mutant with { Warnings = ["CS0219"] })) };

        Assert.AreEqual(new Proportion(1, campaign.Mutants.Length - 1), new CampaignFigures(campaign).Warned);
        Assert.Contains("<dt>new warnings</dt><dd>CS0219</dd>", HtmlReport.Render(campaign));
        Assert.Contains("\"CS0219\"", CampaignJson.Render(campaign));
        Assert.Contains("add a compiler warning", MarkdownSummary.Render(campaign));
    }

    [TestMethod]
    public void What_merged_stores_disagree_about_is_said_in_every_report()
    {
        var mutant = Campaign.Mutants[0].Mutant.Id;
        var campaign = Campaign with
        {
            Disagreements = [new(mutant, "lifecycle", FailureMode.HostCrash, Detection.Signalled, "one"), new(mutant, "lifecycle", FailureMode.NoImpact, Detection.None, "other")],
        };

        foreach (var text in (string[])[MarkdownSummary.Render(campaign), HtmlReport.Render(campaign)])
        {
            Assert.Contains("The merged stores disagree about 1 mutant;", text);
        }

        using var json = JsonDocument.Parse(CampaignJson.Render(campaign));
        Assert.AreEqual(2, json.RootElement.GetProperty("disagreements").GetArrayLength());
    }

    [TestMethod]
    public void Every_format_renders_a_campaign_in_which_nothing_was_run_yet()
    {
        var campaign = Campaign with { Golden = [], Mutants = [], Identity = Campaign.Identity with { GoldenCommit = "" } };
        var console = new StringWriter();
        ConsoleSummary.Write(campaign, console, 80, ansi: false, reportPath: null);

        Assert.Contains("None of 0 injected faults was activated", console.ToString());
        Assert.Contains("None of 0 injected faults was activated", MarkdownSummary.Render(campaign));
        Assert.Contains("None of 0 injected faults was activated", HtmlReport.Render(campaign));
        Assert.Contains("\"injected\": 0", CampaignJson.Render(campaign));
        Assert.IsEmpty(Mutants(MutationTestingJson.Render(campaign)));
    }

    [TestMethod]
    public void A_mutant_stands_in_the_undetected_list_for_a_workload_that_is_not_its_headline()
    {
        var silent = Campaign.Mutants.Single(each => each.Headline?.Mode is FailureMode.SilentDataFailure);
        var crash = silent.Headline! with { Workload = "other", Mode = FailureMode.ControlCrash, Detection = Detection.Signalled };
        var campaign = Campaign with { Mutants = [new MutantResult(silent.Mutant, [], [.. silent.Outcomes, new StoredOutcome(crash, 1)], [])] };

        Assert.AreEqual(FailureMode.ControlCrash, campaign.Mutants[0].Headline!.Mode);
        Assert.AreEqual("lifecycle", campaign.UndetectedFailures.Single().Workload);
    }

    [TestMethod]
    public void Where_tests_are_the_workload_survivors_come_first_and_no_monitor_is_spoken_of()
    {
        var golden = new GoldenRun(Campaign.Golden[0].Workload, Campaign.Golden[0].Run with { Output = ["\u0002n 1 digest", "\u0002t 0 T|T.Adds", "\u0002e 0 p 5 5 ", "\u0002z"] });
        MutantResult Ended(FailureMode of, FailureMode mode, Detection detection)
        {
            var result = Campaign.Mutants.First(each => each.Headline?.Mode == of);
            return new(result.Mutant, result.Activations, [new StoredOutcome(result.Headline! with { Mode = mode, Detection = detection }, 1)], []);
        }

        var campaign = Campaign with { Golden = [golden], Mutants = [Ended(FailureMode.OperationError, FailureMode.FailedAssertion, Detection.Test), Ended(FailureMode.NoImpact, FailureMode.Survived, Detection.None)] };
        var (html, markdown) = (WithoutScripts(HtmlReport.Render(campaign)), MarkdownSummary.Render(campaign));

        Assert.IsLessThan(html.IndexOf("id=\"mode-failed-assertion\"", StringComparison.Ordinal), html.IndexOf("id=\"mode-survived\"", StringComparison.Ordinal));
        Assert.Contains("## Survivors (1)", markdown);
        Assert.DoesNotContain("Who noticed the failures", html);
        Assert.DoesNotContain("Who noticed the failures", markdown);
    }

    /// <summary>The campaign, every third mutant a classic one.</summary>
    private static CampaignSnapshot Mixed() => Campaign with
    {
        Mutants = [.. Campaign.Mutants.Index().Select(each => With(each.Item, mutant => each.Index % 3 == 0 ? mutant with { Origin = FaultOrigin.Classic } : mutant))],
    };

    private static MutantResult With(MutantResult result, Func<MutantRecord, MutantRecord> change) =>
        new(change(result.Mutant), result.Activations, result.Outcomes, result.Errors, result.UnitTests);

    private static string Console(int width, bool ansi)
    {
        var output = new StringWriter { NewLine = "\n" };
        ConsoleSummary.Write(Campaign, output, width, ansi, ".mutators/report.html");
        return output.ToString();
    }

    private static ImmutableArray<JsonElement> Mutants(string json) =>
        [.. JsonDocument.Parse(json).RootElement.GetProperty("files").EnumerateObject().SelectMany(file => file.Value.GetProperty("mutants").EnumerateArray())];

    private static string WithoutScripts(string html) => Scripts().Replace(html, "<script>…</script>");

    /// <summary>What the one hunk of a diff makes of a text.</summary>
    private static string Apply(string diff, string[] lines)
    {
        var hunk = diff.Split('\n')[2..];
        var numbers = HunkHead().Match(hunk[0]);
        var (start, count) = (int.Parse(numbers.Groups[1].Value), int.Parse(numbers.Groups[2].Value));
        var golden = hunk[1..].Where(line => line[0] != '+').Select(line => line[1..]);
        CollectionAssert.AreEqual(lines[(start - 1)..(start - 1 + count)], golden.ToArray());
        return string.Join('\n', [.. lines[..(start - 1)], .. hunk[1..].Where(line => line[0] != '-').Select(line => line[1..]), .. lines[(start - 1 + count)..]]);
    }

    [GeneratedRegex("<script")]
    private static partial Regex ScriptStart();

    [GeneratedRegex("<script>.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Scripts();

    [GeneratedRegex(" id=\"([^\"]*)\"")]
    private static partial Regex Id();

    [GeneratedRegex(" href=\"#([^\"]*)\"")]
    private static partial Regex Link();

    [GeneratedRegex("(src|href)=\"(?!#)|url\\(|@import|https?:")]
    private static partial Regex Outside();

    [GeneratedRegex("^@@ -([0-9]+),([0-9]+) ")]
    private static partial Regex HunkHead();

    private static void VerifySnapshot(string name, string text) => Snapshot.Verify($"tests/Harness.Tests/Reporting/Snapshots/{name}", text);
}
