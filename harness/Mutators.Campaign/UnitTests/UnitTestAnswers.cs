using Mutators.Campaign.Store;

namespace Mutators.Campaign.UnitTests;

/// <summary>
/// Joins what several test projects say to each mutant: one that catches it is enough, and only if all of them have answered is it known not to be caught.
/// </summary>
/// <param name="mutants">The mutants that are asked about.</param>
/// <param name="projects">How many test projects answer.</param>
/// <param name="keep">Takes the answer to each mutant as soon as it is certain.</param>
internal sealed class UnitTestAnswers(IEnumerable<MutantId> mutants, int projects, Action<UnitTestResult> keep)
{
    private readonly Dictionary<MutantId, (int Left, UnitTestResult? Best)> _open = mutants.ToDictionary(each => each, _ => (projects, (UnitTestResult?)null));

    /// <summary>How many of the answers are of a kind.</summary>
    public Dictionary<UnitTestAnswer, int> Counts { get; } = Enum.GetValues<UnitTestAnswer>().ToDictionary(each => each, _ => 0);

    /// <summary>Whether it is not yet certain what the tests say to a mutant.</summary>
    public bool IsOpen(MutantId mutant) => _open.ContainsKey(mutant);

    /// <summary>Takes what one test project says; what it says of a mutant that is certain already changes nothing.</summary>
    public void Take(UnitTestResult said)
    {
        if (!_open.TryGetValue(said.Mutant, out var known))
        {
            return;
        }

        // The answers stand in the order of how much they say.
        var best = known.Best is { } before && before.Answer <= said.Answer ? before with { Duration = before.Duration + said.Duration } : said;
        if (best.Answer is UnitTestAnswer.Caught || known.Left == 1)
        {
            _open.Remove(said.Mutant);
            Counts[best.Answer]++;
            keep(best);
        }
        else
        {
            _open[said.Mutant] = (known.Left - 1, best);
        }
    }
}
