using System.Collections.Immutable;
using System.Text.Json;

namespace Benchmarks;

/// <summary>What one mutant gave: what it cost, in seconds of processor time, and what does not hold.</summary>
/// <param name="Golden">The golden commit.</param>
/// <param name="Workload">The workload's name.</param>
/// <param name="Mutant">The mutant's id; the seed where golden was compared with golden.</param>
/// <param name="What">What became of it, for the count.</param>
/// <param name="Plain">The two plain runs; 0 where none was measured.</param>
/// <param name="Delta">The delta execution of both, the comparison included.</param>
/// <param name="Comparing">Of it the comparison.</param>
/// <param name="Findings">What does not hold, in words.</param>
internal sealed record DeltaCheck(string Golden, string Workload, string Mutant, string What, double Plain, double Delta, double Comparing, ImmutableArray<string> Findings)
{
    public bool IsTraced => Plain > 0;
}

/// <summary>The checks made so far, a line of a file each: an interrupted benchmark goes on where it was.</summary>
internal sealed class DeltaCheckLog
{
    private readonly string _path;
    private readonly string _golden;
    private readonly List<DeltaCheck> _checks = [];

    /// <param name="path">The file; it need not be there.</param>
    /// <param name="golden">The golden commit: checks of another count for nothing.</param>
    public DeltaCheckLog(string path, string golden)
    {
        _path = path;
        _golden = golden;
        if (File.Exists(path))
        {
            // A line that was cut off by the end of the process is no check.
            _checks.AddRange(File.ReadLines(path).Where(line => line.EndsWith('}')).Select(line => JsonSerializer.Deserialize<DeltaCheck>(line)!).Where(check => check.Golden == golden));
        }
    }

    public IReadOnlyList<DeltaCheck> Checks => _checks;

    public bool Has(string workload, string mutant) => _checks.Exists(check => check.Workload == workload && check.Mutant == mutant);

    public void Add(DeltaCheck check)
    {
        _checks.Add(check with { Golden = _golden });
        File.AppendAllText(_path, JsonSerializer.Serialize(_checks[^1]) + "\n");
    }
}
