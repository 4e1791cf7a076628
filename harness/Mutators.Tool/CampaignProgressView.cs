using Mutators.Campaign;
using Mutators.Campaign.Outcomes;

namespace Mutators.Tool;

/// <summary>
/// Tells on standard error what became of each mutant: a line that stays for each failure, and on a terminal one line that is
/// overwritten, with what is done and the time left.
/// </summary>
internal sealed class CampaignProgressView : IDisposable
{
    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly long _started;
    private int _judgedNow;
    private bool _hasStatus;

    internal CampaignProgressView() => _started = _time.GetTimestamp();

    /// <summary>Shows that one more mutant is judged.</summary>
    internal void Show(CampaignProgress progress)
    {
        var result = progress.Result;
        if (!progress.WasKnown && result.Headline is { } outcome)
        {
            _judgedNow++;
            ClearStatus();
            Console.Error.WriteLine($"{outcome.Mode.Words,-20} {result.Mutant.Place} {result.Mutant.Subject}");
        }

        if (_isTerminal)
        {
            Status(progress);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ClearStatus();

    private void Status(CampaignProgress progress)
    {
        var left = _judgedNow == 0 ? "" : $", about {Words(_time.GetElapsedTime(_started) / _judgedNow * (progress.Total - progress.Done))} left";
        var text = $"{progress.Done} of {progress.Total} mutants{left}";
        var width = Math.Max(20, Console.WindowWidth - 1);
        Console.Error.Write("\r" + (text.Length > width ? text[..width] : text.PadRight(width)));
        _hasStatus = true;
    }

    private void ClearStatus()
    {
        if (_hasStatus)
        {
            Console.Error.Write("\r" + new string(' ', Math.Max(20, Console.WindowWidth - 1)) + "\r");
            _hasStatus = false;
        }
    }

    private static string Words(TimeSpan time) => time.TotalSeconds < 90 ? $"{time.TotalSeconds:0} s" : $"{time.TotalMinutes:0} min";
}
