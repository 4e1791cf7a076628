namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// How many runs of a worker lie between two checks of it. A check costs a run of golden; a failed one, or a death, costs the runs since the last
/// check once more. So each good check at the end of a whole stretch doubles the next one, and each loss halves it. The first comes early: no outcome is told before it.
/// </summary>
internal sealed class CheckDistance
{
    private const int Fewest = 6;
    private const int Most = 100;

    /// <summary>The runs.</summary>
    public int Runs { get; private set; } = Fewest;

    /// <summary>A check was good.</summary>
    /// <param name="after">How many runs it confirmed: fewer than <see cref="Runs"/> say nothing about the distance.</param>
    public void Good(int after)
    {
        if (after >= Runs)
        {
            Runs = Math.Min(2 * Runs, Most);
        }
    }

    /// <summary>Runs have to be repeated.</summary>
    public void Loss() => Runs = Math.Max(Runs / 2, Fewest);
}
