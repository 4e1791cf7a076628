using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Store;

namespace Mutators.Reporting.Propagation;

/// <summary>How long something took to come after the activation, over many delta executions. Those where it never came are censored, not left out.</summary>
/// <param name="What">What came.</param>
/// <param name="Came">Where it came, of the executions whose activation has a moment.</param>
/// <param name="Steps">The middle ones in rendezvous: lower quartile, median, upper quartile; null where that many never had it.</param>
/// <param name="Nanoseconds">The same in virtual time.</param>
public sealed record Latency(string What, Proportion Came, ImmutableArray<long?> Steps, ImmutableArray<long?> Nanoseconds);

/// <summary>What the border of a component lets through.</summary>
/// <param name="Component">The component that holds the fault.</param>
/// <param name="Contained">Executions whose damage never left it, of those that infected it.</param>
/// <param name="UnsafeRestarts">Of those that somebody noticed, where a restart of it alone would have left damage.</param>
/// <param name="LargestRadius">The most other components that one fault in it infected, namesakes counted once.</param>
public sealed record Boundary(string Component, Proportion Contained, Proportion UnsafeRestarts, int LargestRadius);

/// <summary>An interface by which damage leaves the component that holds the fault.</summary>
/// <param name="From">Who sends.</param>
/// <param name="To">Who hears.</param>
/// <param name="Kind">The way.</param>
/// <param name="Faults">Faults that leak there, of all that infected something.</param>
/// <param name="Messages">Messages that leaked in all.</param>
public sealed record LeakingInterface(string From, string To, string Kind, Proportion Faults, long Messages);

/// <summary>
/// The figures of all delta executions of a campaign: execution, infection and propagation of faults (the vocabulary of Voas' PIE analysis, 1992), with the
/// definitions of docs/delta-execution.md. All are counts of the mutants that were traced.
/// </summary>
public sealed class PropagationFigures
{
    private readonly ImmutableArray<TraceRecord> traces;
    private readonly ImmutableArray<TraceRecord> infected;

    private PropagationFigures(ImmutableArray<TraceRecord> traces)
    {
        this.traces = traces;
        infected = [.. traces.Where(each => each.Infected is not null)];
    }

    /// <summary>Counts the traces of a campaign; null where none were made.</summary>
    public static PropagationFigures? Of(CampaignSnapshot campaign) => campaign.Traces.IsEmpty ? null : new PropagationFigures(campaign.Traces);

    /// <summary>Of all traced: the site was reached, or something was infected although its site has no probe.</summary>
    public Proportion Activated => new(IsActivated().Count(), traces.Length);

    /// <summary>Of the activated: some state, message or step was not golden's.</summary>
    public Proportion Infected => new(infected.Length, Activated.K);

    /// <summary>Of the infected: a wrong message left the component that holds the fault.</summary>
    public Proportion Escaped => new(infected.Count(each => each.Escaped is not null), infected.Length);

    /// <summary>Of the infected: another component was infected.</summary>
    public Proportion Propagated => new(infected.Count(each => each.Spread is not null), infected.Length);

    /// <summary>Of the infected: all fields were equal again at the end, and output and outcome were golden's.</summary>
    public Proportion Masked => new(infected.Count(each => each.IsMasked), infected.Length);

    /// <summary>Of the activated: a failure, by the campaign's failure modes.</summary>
    public Proportion Failed => new(IsActivated().Count(each => each.Mode?.IsFailure is true), Activated.K);

    /// <summary>Of those that somebody noticed: a restart of the faulty component would have left damage.</summary>
    public Proportion UnsafeRestarts => Unsafe(traces);

    /// <summary>Infections that no differing message explains: a channel that nobody looks at, or a defect of ours. Always an alarm.</summary>
    public int Unexplained => traces.Sum(each => each.Unexplained);

    /// <summary>Infections that nothing explains but the right words at another time: whoever is late may have made others do otherwise.</summary>
    public int ByTimeAlone => traces.Sum(each => each.ByTimeAlone);

    /// <summary>How many executions infected so many components beside those that hold the fault, namesakes counted once, by ranges that double.</summary>
    public ImmutableArray<(string Components, Proportion Share)> BlastRadius
    {
        get
        {
            (string, int, int)[] ranges = [("none", 0, 0), ("1", 1, 1), ("2", 2, 2), ("3–4", 3, 4), ("5–8", 5, 8), ("9–16", 9, 16), ("17 or more", 17, int.MaxValue)];
            return [.. ranges.Select(range => (range.Item1, new Proportion(infected.Count(each => each.Radius >= range.Item2 && each.Radius <= range.Item3), infected.Length)))];
        }
    }

    /// <summary>From the activation to what follows from it.</summary>
    public ImmutableArray<Latency> Latencies =>
    [
        After("infection", each => each.Infected),
        After("first escaped message", each => each.Escaped),
        After("infection of another component", each => each.Spread),
        After("detection", each => each.Detected),
    ];

    /// <summary>Whether a program that was traced has a clock; those that are followed by their members have none.</summary>
    public bool HasClock => traces.Any(each => each.Activated is { At: > 0 });

    /// <summary>Each component that held a fault, the one that contains least first.</summary>
    public ImmutableArray<Boundary> Boundaries =>
    [
        .. infected.Where(each => each.Origin is not null).GroupBy(each => each.Origin!, StringComparer.Ordinal)
            .Select(group => new Boundary(
                group.Key,
                new Proportion(group.Count(each => each.Escaped is null), group.Count()),
                Unsafe(group),
                group.Max(each => each.Radius)))
            .OrderBy(each => each.Contained.Share).ThenByDescending(each => each.Contained.N).ThenBy(each => each.Component, StringComparer.Ordinal),
    ];

    /// <summary>The interfaces that leak, those of the most faults first.</summary>
    public ImmutableArray<LeakingInterface> Interfaces =>
    [
        .. infected.SelectMany(each => each.Leaks).GroupBy(each => (each.From, each.To, each.Kind))
            .Select(group => new LeakingInterface(group.Key.From, group.Key.To, group.Key.Kind, new Proportion(group.Count(), infected.Length), group.Sum(each => each.Count)))
            .OrderByDescending(each => each.Faults.K).ThenByDescending(each => each.Messages)
            .ThenBy(each => each.From, StringComparer.Ordinal).ThenBy(each => each.To, StringComparer.Ordinal).ThenBy(each => each.Kind, StringComparer.Ordinal),
    ];

    /// <summary>All of it in one sentence, and what has to be said beside.</summary>
    public string Sentence =>
        $"Of {traces.Length} traced mutants {Activated.K} were activated, {Infected} of them infected a component, {Propagated} of these another one"
        + (UnsafeRestarts.N > 0 ? $"; {UnsafeRestarts} restarts at detection would have been unsafe." : ".")
        + (Interfaces is [var most, ..] ? $" Most faults leak by {most.Kind} from {most.From} to {most.To}." : "")
        + (ByTimeAlone > 0 ? $" {ByTimeAlone} of the {traces.Sum(each => each.Components)} infections have no other cause than messages at another time." : "")
        + (Unexplained > 0 ? $" {Unexplained} infections are unexplained: there is a channel that the traces do not see." : "");

    private IEnumerable<TraceRecord> IsActivated() => traces.Where(each => each.Activated is not null || each.Infected is not null);

    private static Proportion Unsafe(IEnumerable<TraceRecord> traces)
    {
        var judged = traces.Where(each => each.IsRestartSafe is not null).ToList();
        return new Proportion(judged.Count(each => each.IsRestartSafe is false), judged.Count);
    }

    private Latency After(string what, Func<TraceRecord, Moment?> moment)
    {
        var begun = traces.Where(each => each.Activated is not null).ToList();
        var came = begun.Where(each => moment(each) is not null).ToList();
        return new Latency(
            what,
            new Proportion(came.Count, begun.Count),
            Quartiles([.. came.Select(each => Math.Max(0, moment(each)!.Value.Step - each.Activated!.Value.Step)).Order()], begun.Count),
            Quartiles([.. came.Select(each => Math.Max(0, moment(each)!.Value.At - each.Activated!.Value.At)).Order()], begun.Count));
    }

    /// <summary>Those where it never came stand behind all others: a quartile that falls on one of them is not known.</summary>
    private static ImmutableArray<long?> Quartiles(ImmutableArray<long> sorted, int all) =>
        [.. new[] { 1, 2, 3 }.Select(quarter => ((all * quarter) + 3) / 4 is var rank && rank >= 1 && rank <= sorted.Length ? sorted[rank - 1] : (long?)null)];

    /// <summary>Virtual time as people read it; a dash for what is not known.</summary>
    internal static string Duration(long? nanoseconds) => nanoseconds switch
    {
        null => "–",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.0} µs"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.0} s"),
    };
}
