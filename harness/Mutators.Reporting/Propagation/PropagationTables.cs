using System.Collections.Immutable;
using System.Globalization;
using Mutators.Campaign.Outcomes;

namespace Mutators.Reporting.Propagation;

/// <summary>A table that every format can draw. The first column is text, the others are figures.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Headings">The columns.</param>
/// <param name="Rows">The cells.</param>
internal sealed record ReportTable(string Title, ImmutableArray<string> Headings, ImmutableArray<ImmutableArray<string>> Rows);

/// <summary>The figures of propagation as tables, the same in all formats.</summary>
internal static class PropagationTables
{
    /// <summary>More interfaces than a reader compares are in JSON.</summary>
    private const int MaximumRows = 15;

    public static IEnumerable<ReportTable> Of(PropagationFigures figures)
    {
        yield return new ReportTable(
            "Propagation",
            ["mutants", "k/n", "share", "95 % interval"],
            [
                Row("activated, of traced", figures.Activated),
                Row("infected, of activated", figures.Infected),
                Row("escaped the faulty component, of infected", figures.Escaped),
                Row("infected another component, of infected", figures.Propagated),
                Row("masked, of infected", figures.Masked),
                Row("failed, of activated", figures.Failed),
                Row("unsafe to restart, of noticed", figures.UnsafeRestarts),
            ]);
        yield return new ReportTable(
            "Blast radius",
            ["other components infected", "k/n", "share", "95 % interval"],
            [.. figures.BlastRadius.Select(each => Row(each.Components, each.Share))]);
        if (figures.Latencies.Any(each => each.Came.N > 0))
        {
            yield return Latencies("From the activation, in rendezvous", figures, each => each.Steps.Select(Count));
        }

        if (figures.HasClock)
        {
            yield return Latencies("From the activation, in virtual time", figures, each => each.Nanoseconds.Select(PropagationFigures.Duration));
        }

        yield return new ReportTable(
            "Containment, by the component that holds the fault",
            ["component", "contained", "share", "95 % interval", "unsafe restarts", "largest radius"],
            [
                .. figures.Boundaries.Take(MaximumRows).Select(each => (ImmutableArray<string>)
                    [each.Component, each.Contained.ToString(), Figures.Percent(each.Contained), Figures.Range(each.Contained), each.UnsafeRestarts.ToString(), each.LargestRadius.ToString(CultureInfo.InvariantCulture)]),
            ]);
        yield return new ReportTable(
            "Interfaces that leak",
            ["from, to, way", "faults, of infected", "share", "messages"],
            [
                .. figures.Interfaces.Take(MaximumRows).Select(each => (ImmutableArray<string>)
                    [$"{each.From} → {each.To}, {each.Kind}", each.Faults.ToString(), Figures.Percent(each.Faults), each.Messages.ToString(CultureInfo.InvariantCulture)]),
            ]);
    }

    /// <summary>A table for each clock: both side by side fit no terminal.</summary>
    private static ReportTable Latencies(string title, PropagationFigures figures, Func<Latency, IEnumerable<string>> quartiles) => new(
        title,
        ["to the", "came", "lower quartile", "median", "upper quartile"],
        [.. figures.Latencies.Select(each => (ImmutableArray<string>)[each.What, each.Came.ToString(), .. quartiles(each)])]);

    private static ImmutableArray<string> Row(string what, Proportion share) => [what, share.ToString(), Figures.Percent(share), Figures.Range(share)];

    private static string Count(long? steps) => steps?.ToString(CultureInfo.InvariantCulture) ?? "–";
}
