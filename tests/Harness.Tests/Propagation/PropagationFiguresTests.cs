using System.Text.Json;
using System.Text.RegularExpressions;
using Mutators;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Store;
using Mutators.Reporting;
using Mutators.Reporting.Html;
using Mutators.Reporting.Propagation;

namespace Harness.Tests.Propagation;

/// <summary>Figures over traces whose counts are known beforehand.</summary>
[TestClass]
public sealed class PropagationFiguresTests
{
    /// <summary>One never reached, one without effect, one that stays inside, two that spread, of which one is noticed in time.</summary>
    private static readonly TraceRecord[] traces =
    [
        Trace(1, activated: null, infected: null),
        Trace(2, activated: 10, infected: null),
        Trace(3, activated: 10, infected: 12),
        Trace(4, activated: 10, infected: 14, escaped: 15, spread: 20) with { Components = 9, Others = 3, Detected = new Moment(3_000, 30), IsDetected = true, IsRestartSafe = false, Mode = FailureMode.OperationError, Remaining = 2 },
        Trace(5, activated: 10, infected: 18, escaped: 18, spread: 19) with { Components = 2, Detected = new Moment(1_800, 18), IsDetected = true, IsRestartSafe = true, Mode = FailureMode.GuestFailure },
    ];

    private static readonly CampaignSnapshot campaign = CampaignFixture.Snapshot with { Traces = [.. traces] };

    [TestMethod]
    public void Each_rate_has_the_denominator_of_its_definition()
    {
        var figures = PropagationFigures.Of(campaign)!;

        Assert.AreEqual("4/5", figures.Activated.ToString());
        Assert.AreEqual("3/4", figures.Infected.ToString());
        Assert.AreEqual("2/3", figures.Escaped.ToString());
        Assert.AreEqual("2/3", figures.Propagated.ToString());
        Assert.AreEqual("1/3", figures.Masked.ToString(), "the guest's failure is not masked, although no field differs at the end");
        Assert.AreEqual("2/4", figures.Failed.ToString());
        Assert.AreEqual("1/2", figures.UnsafeRestarts.ToString());
        Assert.AreEqual("1/3, 1/3, 0/3, 1/3, 0/3, 0/3, 0/3", string.Join(", ", figures.BlastRadius.Select(each => each.Share)));
    }

    [TestMethod]
    public void A_quartile_that_falls_on_an_execution_where_it_never_came_is_not_known()
    {
        var latencies = PropagationFigures.Of(campaign)!.Latencies.ToDictionary(each => each.What);

        Assert.AreEqual("2, 4, 8", Words(latencies["infection"]));
        Assert.AreEqual("5, 8, –", Words(latencies["first escaped message"]));
        Assert.AreEqual("2/4", latencies["detection"].Came.ToString());

        static string Words(Latency latency) => string.Join(", ", latency.Steps.Select(each => each?.ToString() ?? "–"));
    }

    [TestMethod]
    public void Containment_is_told_for_each_component_and_the_worst_interface_first()
    {
        var figures = PropagationFigures.Of(campaign)!;
        var xl = figures.Boundaries.Single();
        var most = figures.Interfaces[0];

        Assert.AreEqual("xl 1/3 1/2 3", $"{xl.Component} {xl.Contained} {xl.UnsafeRestarts} {xl.LargestRadius}");
        Assert.AreEqual("xl xenstored store 2/3 6", $"{most.From} {most.To} {most.Kind} {most.Faults} {most.Messages}");
    }

    [TestMethod]
    public void Every_report_has_the_section_where_there_are_traces_and_only_there()
    {
        var none = CampaignFixture.Snapshot;
        foreach (var render in (Func<CampaignSnapshot, string>[])[Text, MarkdownSummary.Render, HtmlReport.Render])
        {
            StringAssert.Contains(render(campaign), "Interfaces that leak");
            Assert.DoesNotContain("Interfaces that leak", render(none));
        }

        using var json = JsonDocument.Parse(CampaignJson.Render(campaign));
        Assert.AreEqual(3, json.RootElement.GetProperty("propagation").GetProperty("infected").GetProperty("k").GetInt32());
    }

    [TestMethod]
    public void In_80_columns_each_row_of_a_table_is_a_line()
    {
        var lines = Text(campaign, 80).Split('\n');

        Assert.MatchesRegex(new Regex(@"^ infection of another component +2/4 +9 +10 +– *$"), lines.First(line => line.Contains("infection of another component", StringComparison.Ordinal) && !line.Contains("of infected", StringComparison.Ordinal)));
        Assert.HasCount(2, lines.Where(line => line.StartsWith(" first escaped message", StringComparison.Ordinal)));
        Assert.IsTrue(lines.Any(line => Regex.IsMatch(line, @"^ xl +1/3 +33.3 % .* 1/2 +3 *$")), string.Join('\n', lines));
    }

    [TestMethod]
    public void Programs_without_a_clock_have_no_table_of_times()
    {
        static Moment? Untimed(Moment? moment) => moment is { } some ? some with { At = 0 } : null;
        var untimed = campaign with { Traces = [.. traces.Select(each => each with { Activated = Untimed(each.Activated), Infected = Untimed(each.Infected), Escaped = Untimed(each.Escaped), Spread = Untimed(each.Spread) })] };

        Assert.Contains("From the activation, in rendezvous", Text(untimed));
        Assert.DoesNotContain("in virtual time", Text(untimed));
        Assert.Contains("in virtual time", Text(campaign));
        Assert.DoesNotContain("From the activation", Text(campaign with { Traces = [.. traces.Select(each => each with { Activated = null })] }));
    }

    [TestMethod]
    public void What_is_stored_of_a_trace_is_read_again()
    {
        foreach (var trace in traces)
        {
            Assert.AreEqual(trace.ToJson(), TraceRecord.FromJson(trace.ToJson()).ToJson());
            Assert.AreEqual(trace with { Leaks = [] }, TraceRecord.FromJson(trace.ToJson()) with { Leaks = [] });
        }
    }

    private static string Text(CampaignSnapshot snapshot) => Text(snapshot, 120);

    private static string Text(CampaignSnapshot snapshot, int width)
    {
        var text = new StringWriter();
        ConsoleSummary.Write(snapshot, text, width, ansi: false, reportPath: null);
        return text.ToString();
    }

    private static TraceRecord Trace(int number, long? activated, long? infected, long? escaped = null, long? spread = null)
    {
        Assert.IsTrue(MutantId.TryParse($"MFC-000000000{number}", out var id));
        return new TraceRecord(
            id, "lifecycle", "xl", At(activated), At(infected), At(escaped), At(spread), null, false, infected is null ? 0 : 1, 0, 0, null, FailureMode.NoImpact,
            escaped is null ? [] : [new Leak("xl", "xenstored", "store", 3)]);

        static Moment? At(long? step) => step is { } some ? new Moment(some * 100, some) : null;
    }
}
