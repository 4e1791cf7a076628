using Mutators.Campaign;
using Mutators.Campaign.Outcomes;

namespace Mutators.Tool;

/// <summary>Tells what became of each mutant: a line that stays, and on a terminal one that is overwritten, with what is done and the time left.</summary>
/// <param name="log">Where it is told.</param>
internal sealed class CampaignProgressView(ToolLog log)
{
    /// <summary>Before so much time has passed, none is told that is left.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = TimeProvider.System;
    private long? _began;
    private int _judgedNow;

    /// <summary>Shows that one more mutant is judged.</summary>
    internal void Show(CampaignProgress progress)
    {
        var result = progress.Result;
        if (!progress.WasKnown && result.Headline is { } outcome)
        {
            // From the first one on: what came before it, builds and golden runs, does not come again.
            _began ??= _time.GetTimestamp();
            _judgedNow++;
            log.Mutant($"{outcome.Mode.Words,-20} {result.Mutant.Place} {result.Mutant.Subject}");
        }

        // The first ones come in a bunch, with the first check of a worker: their pace says nothing yet.
        var elapsed = _began is { } began ? _time.GetElapsedTime(began) : TimeSpan.Zero;
        var left = _judgedNow < 2 || elapsed < Patience ? "" : $", about {Words(elapsed / (_judgedNow - 1) * (progress.Total - progress.Done))} left";
        log.Status($"{progress.Done} of {progress.Total} mutants{left}");
    }

    private static string Words(TimeSpan time) => time.TotalSeconds < 90 ? $"{time.TotalSeconds:0} s" : $"{time.TotalMinutes:0} min";
}
