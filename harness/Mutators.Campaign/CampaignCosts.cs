using System.Diagnostics;
using System.Globalization;

namespace Mutators.Campaign;

/// <summary>
/// Where the time of a campaign goes: wall and CPU time of each of its steps, CPU time of the processes that it started and that have ended included (on Linux;
/// elsewhere only its own). What steps do side by side counts for the one that was begun last.
/// </summary>
public sealed class CampaignCosts
{
    private readonly List<Cost> _costs = [];
    private readonly Lock _gate = new();
    private Reading _last = Reading.Now();
    private string _step = "start";

    /// <summary>The steps so far, in the order in which each was begun first.</summary>
    public IReadOnlyList<Cost> Steps
    {
        get
        {
            Begin(_step);
            lock (_gate)
            {
                return [.. _costs];
            }
        }
    }

    /// <summary>What is spent from now on, until the next step begins, belongs to this step.</summary>
    /// <param name="step">The step, in a word or two.</param>
    public void Begin(string step)
    {
        lock (_gate)
        {
            var now = Reading.Now();
            var spent = new Cost(_step, now.At - _last.At, now.Own - _last.Own, now.Others - _last.Others);
            var known = _costs.FindIndex(cost => cost.Step == spent.Step);
            if (known >= 0)
            {
                _costs[known] = _costs[known].Plus(spent);
            }
            else
            {
                _costs.Add(spent);
            }

            (_last, _step) = (now, step);
        }
    }

    /// <summary>One line for people.</summary>
    public string InWords()
    {
        var steps = Steps;
        var (own, others) = (steps.Sum(cost => cost.Own.TotalSeconds), steps.Sum(cost => cost.Others.TotalSeconds));
        return string.Create(CultureInfo.InvariantCulture, $"{own + others:0.0} s CPU, {others:0.0} of them in other processes: ")
            + string.Join(", ", steps.Where(cost => cost.Own + cost.Others > TimeSpan.Zero).Select(cost => cost.InWords()));
    }

    private readonly record struct Reading(TimeSpan At, TimeSpan Own, TimeSpan Others)
    {
        private const string Statistics = "/proc/self/stat";

        /// <summary>The unit of these figures, on every Linux that .NET runs on.</summary>
        private const int ClockTicksPerSecond = 100;

        internal static Reading Now() => new(Stopwatch.GetElapsedTime(0), Environment.CpuUsage.TotalTime, OfEnded());

        /// <summary>Behind the name, which may hold anything: 11 fields to the process's own user time, then its system time, then both of its children's.</summary>
        private static TimeSpan OfEnded()
        {
            if (!File.Exists(Statistics))
            {
                return TimeSpan.Zero;
            }

            var text = File.ReadAllText(Statistics);
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds((long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) / (double)ClockTicksPerSecond);
        }
    }
}

/// <summary>What one step of a campaign has spent.</summary>
/// <param name="Step">The step.</param>
/// <param name="Wall">Wall time.</param>
/// <param name="Own">CPU time of the harness.</param>
/// <param name="Others">CPU time of processes that ended meanwhile.</param>
public sealed record Cost(string Step, TimeSpan Wall, TimeSpan Own, TimeSpan Others)
{
    internal Cost Plus(Cost other) => new(Step, Wall + other.Wall, Own + other.Own, Others + other.Others);

    internal string InWords() => string.Create(CultureInfo.InvariantCulture, $"{Step} {Own.TotalSeconds:0.0}{(Others > TimeSpan.Zero ? $"+{Others.TotalSeconds:0.0}" : "")} ({Wall.TotalSeconds:0.0})");
}
