using System.Text;
using Mutators.Campaign.Store;

namespace Mutators.Campaign.Outcomes;

/// <summary>A mutant's outcomes as the git note on its commit: what happened, for whoever reviews the branch with git alone.</summary>
public static class OutcomeNote
{
    /// <summary>Tests or monitors that a note names; the store has all of them.</summary>
    private const int MaximumDetectors = 50;

    /// <summary>The note's text: one block per workload, <c>key: value</c> lines in a fixed order.</summary>
    public static string Of(MutantResult result)
    {
        var note = new StringBuilder();
        foreach (var outcome in result.Outcomes.Select(each => each.Outcome))
        {
            if (note.Length > 0)
            {
                note.Append('\n');
            }

            var activation = result.Activations.FirstOrDefault(each => each.Workload == outcome.Workload);
            Line("failure-mode", outcome.Mode.Key);
            Line("reason", outcome.Reason);
            Line("activated", activation is null ? "unknown" : activation.Hits > 0 ? $"true, {activation.Hits} times" : "false");
            Line("detection", outcome.Detection.Words);
            if (!outcome.Detectors.IsEmpty)
            {
                Line("detected-by", string.Join(", ", outcome.Detectors.Take(MaximumDetectors)) + (outcome.Detectors.Length > MaximumDetectors ? $", and {outcome.Detectors.Length - MaximumDetectors} more" : ""));
            }

            if (outcome.Flags.Length > 1)
            {
                Line("also", string.Join(", ", outcome.Flags.Skip(1).Select(flag => flag.Key)));
            }

            Line("workload", outcome.Workload);
            Line("engine", outcome.Engine);
        }

        if (result.UnitTests is { } tests)
        {
            Line("unit-tests", tests.Reason);
        }

        return note.ToString();

        void Line(string key, string value) => note.Append(key).Append(": ").Append(value.ReplaceLineEndings(" ")).Append('\n');
    }
}
