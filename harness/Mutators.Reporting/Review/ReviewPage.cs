using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting.Review;

/// <summary>All that a reviewer needs to decide about one mutant, as lines: the fault, its diff, the outcome, what differs from golden.</summary>
public static class ReviewPage
{
    /// <summary>Differing observations on a page; the first ones tell the story, <c>show</c> has more.</summary>
    private const int DifferencesShown = 8;

    /// <summary>The page of a mutant.</summary>
    public static IReadOnlyList<PageLine> Of(ReviewItem item) =>
    [
        .. Fault(item.Result.Mutant),
        .. item.Result.Outcomes.SelectMany(each => Outcome(each.Outcome, item.Result)),
        .. Decision(item),
    ];

    private static IEnumerable<PageLine> Fault(MutantRecord mutant)
    {
        yield return new PageLine($"{mutant.Change} in {mutant.Member}", Tone.Heading);
        yield return new PageLine($"{mutant.Id} {mutant.OperatorName} ({mutant.FaultClass}), {mutant.Place}", Tone.Quiet);
        yield return new PageLine("");
        foreach (var line in mutant.Diff.Split('\n'))
        {
            yield return new PageLine(line, line switch
            {
                ['+', '+', '+', ..] or ['-', '-', '-', ..] or ['@', ..] => Tone.Quiet,
                ['+', ..] => Tone.Added,
                ['-', ..] => Tone.Removed,
                _ => Tone.Plain,
            });
        }
    }

    private static IEnumerable<PageLine> Outcome(Outcome outcome, MutantResult result)
    {
        yield return new PageLine("");
        var isUnnoticed = outcome.Mode.IsFailure && !outcome.Detection.IsDetected;
        yield return new PageLine($"{outcome.Workload}: {outcome.Mode.Words}", isUnnoticed ? Tone.Warning : Tone.Heading);
        yield return new PageLine(outcome.Reason);
        if (outcome.Mode.IsActivated)
        {
            yield return new PageLine($"{outcome.Detection.Words}{(outcome.Detectors.IsEmpty ? "" : ": " + string.Join(", ", outcome.Detectors))}");
            var hits = result.Activations.FirstOrDefault(each => each.Workload == outcome.Workload)?.Hits;
            yield return new PageLine($"activated {(hits is null ? "" : $"{hits} times in the golden run, ")}run by {outcome.Engine}", Tone.Quiet);
        }

        if (!outcome.Differences.IsEmpty)
        {
            yield return new PageLine($"{(outcome.Differences.Length == 1 ? "1 observation differs" : $"{outcome.Differences.Length} observations differ")} (- golden, + mutant){(outcome.Differences.Length > DifferencesShown ? $", the first {DifferencesShown}:" : ":")}", Tone.Quiet);
        }

        foreach (var difference in outcome.Differences.Take(DifferencesShown))
        {
            if (difference.Golden is { } golden)
            {
                yield return new PageLine("- " + golden, Tone.Removed);
            }

            if (difference.Mutant is { } mutant)
            {
                yield return new PageLine("+ " + mutant, Tone.Added);
            }
        }
    }

    private static IEnumerable<PageLine> Decision(ReviewItem item)
    {
        if (item.Result.UnitTests is { } tests)
        {
            yield return new PageLine("");
            yield return new PageLine($"unit tests: {tests.Reason}");
        }

        if (item.Decision is { } decision)
        {
            yield return new PageLine("");
            yield return new PageLine(decision.InWords, Tone.Heading);
            yield return new PageLine($"{(decision.By is null ? "" : $"{decision.By}, ")}{decision.On:yyyy-MM-dd}", Tone.Quiet);
        }
    }
}
