namespace Mutators.Campaign.Workloads;

[TestClass]
public sealed class TimeLimitTests
{
    private static readonly TimeSpan Wall = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Processor = TimeSpan.FromSeconds(20);

    [TestMethod]
    public void A_run_that_waits_ends_soon_after_its_wall_time() =>
        Assert.AreEqual(6, Ends(share: 0, isRunnable: false), 0.2);

    [TestMethod]
    public void A_run_that_computes_ends_by_its_processor_time() =>
        Assert.AreEqual(20, Ends(share: 1, isRunnable: true), 0.2);

    [TestMethod]
    public void A_run_that_gets_a_tenth_of_a_processor_has_ten_times_as_long() =>
        Assert.AreEqual(200, Ends(share: 0.1, isRunnable: true), 0.2);

    [TestMethod]
    public void A_run_that_never_gets_the_processor_does_not_last_for_ever() =>
        Assert.AreEqual(200, Ends(share: 0, isRunnable: true), 0.2);

    [TestMethod]
    public void Time_before_the_limit_is_nobodys_business()
    {
        var limit = new TimeLimit(() => throw new AssertFailedException("looked"), () => throw new AssertFailedException("looked"), Wall, Processor);
        Assert.IsFalse(limit.IsOver(Wall));
    }

    /// <summary>After how many seconds a run ends that is looked at every 20 ms.</summary>
    private static double Ends(double share, bool isRunnable)
    {
        var now = TimeSpan.Zero;
        var limit = new TimeLimit(() => now * share, () => isRunnable, Wall, Processor);
        while (!limit.IsOver(now))
        {
            now += TimeSpan.FromMilliseconds(20);
        }

        return now.TotalSeconds;
    }
}
