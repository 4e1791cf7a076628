using Mutators.Campaign.Workloads;
using Mutators.Reporting;
using Mutators.Reporting.Results;

namespace Mutators.Campaign.Outcomes;

/// <summary>What a workload tries after a drastic failure is kept, counted, and no evidence of anything before.</summary>
[TestClass]
public sealed class RecoveryAttemptTests
{
    private const string Crash = """
        {"observe":"operation","name":"xl create web1","code":0,"at":1000}
        {"observe":"component","name":"netback","kind":"kernel","event":"crash","detail":"bug","at":2000}
        {"observe":"component","name":"host","kind":"host","event":"crash","detail":"bug","at":2000}
        """;

    private const string Back = """

        {"observe":"recovery","name":"micro-reboot","ok":false,"detail":"the host is down","guests":3,"kept":0,"restarted":0,"value":7}
        {"observe":"recovery","name":"dom0-reboot","ok":true,"guests":3,"kept":2,"restarted":1,"value":8}
        """;

    private static readonly GoldenRun golden = Runs.GoldenOf("""{"observe":"operation","name":"xl create web1","code":0,"at":1000}""");

    [TestMethod]
    public void Attempts_are_kept_in_their_order()
    {
        CollectionAssert.AreEqual(
            new[]
            {
                new RecoveryAttempt("micro-reboot", false, "the host is down", 3, 0, 0, 7),
                new RecoveryAttempt("dom0-reboot", true, "", 3, 2, 1, 8),
            },
            Classify(Crash + Back).Recovery.ToArray());
    }

    [TestMethod]
    public void They_change_nothing_of_what_the_failure_was()
    {
        var (without, with) = (Classify(Crash), Classify(Crash + Back));
        Assert.AreEqual(FailureMode.HostCrash, with.Mode);
        CollectionAssert.AreEqual(without.Findings.ToArray(), with.Findings.ToArray());
        CollectionAssert.AreEqual(without.Flags.ToArray(), with.Flags.ToArray());
        CollectionAssert.AreEqual(without.Differences.ToArray(), with.Differences.ToArray());
        Assert.AreEqual(without.Reason, with.Reason);
    }

    [TestMethod]
    public void A_line_that_does_not_say_whether_the_system_is_back_is_data() =>
        Assert.IsEmpty(Classify(Crash + "\n" + """{"observe":"recovery","name":"micro-reboot"}""").Recovery);

    [TestMethod]
    public void The_page_counts_by_failure_mode_what_brought_the_host_back_and_what_was_not_tried()
    {
        var page = new Study([CampaignFixture.Snapshot], new HashSet<string>()).Page();
        var table = page.Sections.Single(section => section.Id == "recovery").Blocks.OfType<Table>().Single();

        string Words(string row) => string.Join(", ", table.Rows.First(cells => cells[0].Text.StartsWith(row, StringComparison.Ordinal)).Skip(1).Select((cell, i) => $"{table.Columns[i + 1]} {cell.Text}"));
        Assert.AreEqual("in all 1, back by micro-reboot 0, back by dom0-reboot 1, by none 0, not tried 0, guests kept 2/3, restarted 0", Words(table.Rows.First(cells => cells[0].Text.EndsWith("host crash", StringComparison.Ordinal))[0].Text));
        Assert.AreEqual("in all 1, back by micro-reboot 0, back by dom0-reboot 0, by none 0, not tried 1, guests kept 0/0, restarted 0", Words(table.Rows.First(cells => cells[0].Text.EndsWith("hang", StringComparison.Ordinal))[0].Text));
    }

    private static Outcome Classify(string lines) => OutcomeClassifier.Classify(Runs.Id, golden, Runs.Run(lines, 0), "reload");
}
