namespace Mutators.Campaign.Engines.Reload;

/// <summary>Where the time of a reload campaign went; summed over all lanes.</summary>
public sealed class LaneStatistics
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _replaced = new(StringComparer.Ordinal);

    /// <summary>Runs of mutants in warm workers.</summary>
    public int Runs { get; private set; }

    /// <summary>Time inside the entry point.</summary>
    public TimeSpan Running { get; private set; }

    /// <summary>Time that the runtime took for deltas.</summary>
    public TimeSpan Applying { get; private set; }

    /// <summary>Time of these runs as the harness saw it: pipes and reading included.</summary>
    public TimeSpan Whole { get; private set; }

    /// <summary>Time of golden runs between mutants.</summary>
    public TimeSpan Checking { get; private set; }

    /// <summary>Golden runs between mutants.</summary>
    public int Checks { get; private set; }

    /// <summary>Time in which branches were read and targets compiled.</summary>
    public TimeSpan Preparing { get; private set; }

    /// <summary>CPU time of the same.</summary>
    public TimeSpan PreparingCpu { get; private set; }

    /// <summary>Workers that were started.</summary>
    public int Workers { get; private set; }

    /// <summary>Why workers were replaced, and how many for each reason.</summary>
    public IReadOnlyDictionary<string, int> Replaced => _replaced;

    /// <summary>Runs that were repeated because a worker was lost or died.</summary>
    public int Retries { get; private set; }

    /// <summary>The most memory that a worker held at the end of a run.</summary>
    public long PeakWorkingSet { get; private set; }

    /// <summary>One line for people: what an average run cost, and what became of the workers.</summary>
    public string InWords()
    {
        lock (_gate)
        {
            string Each(TimeSpan sum) => Runs == 0 ? "-" : $"{sum.TotalMilliseconds / Runs:0.00} ms";
            return $"{Runs} runs in warm workers: {Each(Running)} each in the program, {Each(Applying)} applying, {Each(Whole - Running - Applying)} around it; "
                + $"{Each(Preparing)} compiling ({Each(PreparingCpu)} CPU); {Checks} checks ({Each(Checking)} per run), {Workers} workers{Why()}, {Retries} runs repeated, "
                + $"at most {PeakWorkingSet >> 20} MiB";
            string Why() => _replaced.Count == 0 ? "" : $" (replaced: {string.Join("; ", _replaced.OrderByDescending(each => each.Value).Select(each => $"{each.Value} {each.Key}"))})";
        }
    }

    internal void Add(WorkerRun ran)
    {
        lock (_gate)
        {
            Runs++;
            Whole += ran.Run.Duration;
            Running += ran.Report?.RunTime ?? ran.Run.Duration;
            Applying += ran.Report?.ApplyTime ?? TimeSpan.Zero;
            PeakWorkingSet = Math.Max(PeakWorkingSet, ran.Report?.WorkingSet ?? 0);
        }
    }

    internal void AddCheck(TimeSpan duration)
    {
        lock (_gate)
        {
            Checks++;
            Checking += duration;
        }
    }

    internal void AddWorker()
    {
        lock (_gate)
        {
            Workers++;
        }
    }

    internal void AddReplacement(string why)
    {
        lock (_gate)
        {
            _replaced[why] = _replaced.GetValueOrDefault(why) + 1;
        }
    }

    internal void AddRetries(int count)
    {
        lock (_gate)
        {
            Retries += count;
        }
    }

    internal void AddPreparation(TimeSpan wall, TimeSpan cpu)
    {
        lock (_gate)
        {
            Preparing += wall;
            PreparingCpu += cpu;
        }
    }
}
