using System.Collections.Immutable;
using System.Xml.Linq;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Reviews;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>What a reviewer has decided is in every report: those for people say it, those that stop a change do not stop it for that.</summary>
[TestClass]
public sealed class DecisionReportTests
{
    private const string Reason = "nobody reads it | <ever>";

    private static readonly MutantId dismissed = Unnoticed.Of(CampaignFixture.Snapshot).First().Mutant.Id;

    private static readonly CampaignSnapshot campaign = CampaignFixture.Snapshot with
    {
        Decisions = ImmutableSortedDictionary<MutantId, ReviewDecision>.Empty.Add(
            dismissed, new ReviewDecision(dismissed, Dismissal.Accepted, Reason, "commit", "A Programmer <programmer@example.org>", new DateOnly(2026, 11, 28))),
    };

    [TestMethod]
    [DataRow("html", "accepted: nobody reads it | &lt;ever&gt; (A Programmer &lt;programmer@example.org&gt;, 2026-11-28)")]
    [DataRow("markdown", "accepted: nobody reads it &#124; &lt;ever&gt;")]
    [DataRow("json", "\"dismissal\": \"accepted\"")]
    [DataRow("elements", "dismissed in review as accepted: nobody reads it")]
    [DataRow("sarif", "\"justification\": \"accepted: nobody reads it | <ever>\"")]
    [DataRow("junit", "<skipped message=\"dismissed in review as accepted: nobody reads it")]
    [DataRow("csv", "accepted,nobody reads it | <ever>")]
    public void A_decision_is_in_the_report(string format, string words)
    {
        Assert.Contains(words, Render(format, campaign));
        Assert.DoesNotContain("nobody reads it", Render(format, CampaignFixture.Snapshot));
    }

    [TestMethod]
    [DataRow("gitlab")]
    [DataRow("github")]
    public void What_was_dismissed_is_no_finding_any_more(string format)
    {
        Assert.Contains(dismissed.ToString(), Render(format, CampaignFixture.Snapshot));
        Assert.DoesNotContain(dismissed.ToString(), Render(format, campaign));
    }

    [TestMethod]
    public void A_build_server_counts_one_failure_less_and_one_skipped_more()
    {
        var (before, now) = (XDocument.Parse(Render("junit", CampaignFixture.Snapshot)).Root!, XDocument.Parse(Render("junit", campaign)).Root!);
        Assert.AreEqual((int)before.Attribute("failures")! - 1, (int)now.Attribute("failures")!);
        Assert.AreEqual((int)before.Attribute("skipped")! + 1, (int)now.Attribute("skipped")!);
        Assert.AreEqual(now.Descendants("skipped").Count(), (int)now.Attribute("skipped")!);
        Assert.AreEqual(now.Descendants("failure").Count(), (int)now.Attribute("failures")!);
    }

    [TestMethod]
    public void Counts_and_shares_are_what_they_were() => Assert.AreEqual(Unnoticed.Score(CampaignFixture.Snapshot), Unnoticed.Score(campaign));

    private static string Render(string format, CampaignSnapshot snapshot) => ReportFormat.All.Single(each => each.Name == format).Render(snapshot);
}
