using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Campaign.Engines;

/// <summary>Outcomes of the reload engine, repeated by the rebuild engine: the two must agree, or one of them is wrong.</summary>
/// <param name="Compared">How many were repeated.</param>
/// <param name="Disagreements">Those that ended otherwise.</param>
/// <param name="OtherLimit">
/// Test runs without an end that also take ever more memory, and met the limit of time in one engine and that of memory in the other: the one is as true as the other,
/// since it depends on how fast the code runs. They are no disagreements.
/// </param>
public sealed record CrossCheck(int Compared, ImmutableArray<Disagreement> Disagreements, int OtherLimit = 0)
{
    /// <summary>Draws outcomes and repeats them.</summary>
    /// <param name="snapshot">The campaign.</param>
    /// <param name="count">How many to draw; all of them if there are fewer.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <param name="rebuild">Judges a mutant under a workload by the rebuild engine.</param>
    /// <param name="compared">Told after each: how many were compared so far, and the disagreement if it is one.</param>
    public static CrossCheck Run(CampaignSnapshot snapshot, int count, ulong seed, Func<MutantRecord, Outcome, Outcome> rebuild, Action<int, Disagreement?> compared)
    {
        var drawn = new SeededGenerator(seed, "cross-check");
        var candidates = snapshot.Mutants
            .SelectMany(result => result.Outcomes.Select(each => (result.Mutant, each.Outcome)))
            .Where(each => each.Outcome.Mode is not FailureMode.Flaky && each.Outcome.Engine.StartsWith(Reload.ReloadEngine.Name, StringComparison.Ordinal))
            .ToList();
        var disagreements = ImmutableArray.CreateBuilder<Disagreement>();
        var (done, otherLimit) = (0, 0);
        while (done < count && candidates.Count > 0)
        {
            var next = drawn.Below(candidates.Count);
            var (mutant, reload) = candidates[next];
            candidates.RemoveAt(next);
            var again = rebuild(mutant, reload);

            // The rebuild engine cannot take a fault out of a running process: what only the second round shows is not asked of it.
            var meetsOther = again.Mode != reload.Mode && IsLimit(again.Mode) && IsLimit(reload.Mode);
            otherLimit += meetsOther ? 1 : 0;
            var differs = again.Mode != reload.Mode && !meetsOther && !(reload.IsLatent && again.SecondRound is null && !again.Mode.IsFailure)
                ? new Disagreement(mutant, reload, again) : null;
            if (differs is not null)
            {
                disagreements.Add(differs);
            }

            compared(++done, differs);
        }

        return new CrossCheck(done, disagreements.ToImmutable(), otherLimit);

        static bool IsLimit(FailureMode mode) => mode is FailureMode.BusyHang or FailureMode.MemoryExhausted;
    }
}

/// <summary>A mutant whose failure mode depends on the engine.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Reload">Its outcome by the reload engine.</param>
/// <param name="Rebuild">Its outcome by the rebuild engine.</param>
public sealed record Disagreement(MutantRecord Mutant, Outcome Reload, Outcome Rebuild)
{
    /// <summary>One line for people.</summary>
    public string InWords() =>
        $"{Mutant.Id} {Reload.Workload}: {Reload.Engine} says {Reload.Mode.Words} ({Reload.Reason}), rebuild says {Rebuild.Mode.Words} ({Rebuild.Reason})";
}
