using Mutators.Campaign.Propagation;

namespace Harness.Tests.Propagation;

/// <summary>The limit of a side of a delta execution, by a clock that is set by hand.</summary>
[TestClass]
public sealed class WaitLimitTests
{
    private readonly Clock _clock = new();

    [TestMethod]
    public void While_the_other_side_is_waited_for_no_time_counts()
    {
        var limit = new WaitLimit(TimeSpan.FromSeconds(10), _clock);
        limit.Begin();
        _clock.Seconds += 4;
        limit.End();

        // The other side hangs.
        _clock.Seconds += 1000;
        Assert.IsFalse(limit.IsExceeded);
        limit.Begin();
        _clock.Seconds += 6;
        Assert.IsFalse(limit.IsExceeded);
    }

    [TestMethod]
    public void What_is_waited_for_in_many_lines_counts_together()
    {
        var limit = new WaitLimit(TimeSpan.FromSeconds(10), _clock);
        for (var line = 0; line < 4; line++)
        {
            limit.Begin();
            _clock.Seconds += 3;
            Assert.AreEqual(line == 3, limit.IsExceeded);
            limit.End();
        }
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
