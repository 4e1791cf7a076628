using System.Collections.Immutable;
using System.Diagnostics;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Propagation;

/// <summary>
/// A program whose lines are taken one by one while it runs. It cannot run ahead by more than what its pipe holds: so two of them that are read in turns
/// go in lockstep.
/// </summary>
internal sealed class TracedProcess : IDisposable
{
    private const int ErrorLines = 40;

    /// <summary>Far more than a run of ours prints; a flood ends here.</summary>
    private const long MaximumOutputBytes = 1L << 30;

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    /// <summary>How often the limit is looked at; it is longer by as much at most.</summary>
    private static readonly TimeSpan glance = TimeSpan.FromMilliseconds(200);

    private readonly Process _process;
    private readonly ProcessTree _tree;
    private readonly OutputLines _error;
    private readonly WaitLimit _limit;
    private readonly Timer _watchdog;
    private readonly CancellationTokenRegistration _cancelled;
    private readonly long _started = Stopwatch.GetTimestamp();
    private volatile bool _timedOut;

    private TracedProcess(Process process, TimeSpan limit, CancellationToken cancel)
    {
        _process = process;
        _tree = new ProcessTree(process, ownSession: !ProcessTree.Starter.IsEmpty);
        _process.StandardInput.Close();
        _error = new OutputLines(process.StandardError.BaseStream, new OutputBudget(MaximumOutputBytes), ErrorLines, ErrorLines);
        _error.Start();
        _limit = new WaitLimit(limit, TimeProvider.System);
        _watchdog = new Timer(_ => Watch(), null, glance, glance);
        _cancelled = cancel.Register(_tree.Kill);
    }

    /// <summary>Starts an assembly in its own folder.</summary>
    public static TracedProcess Start(string assembly, IEnumerable<string> arguments, RunLimits limits, CancellationToken cancel, IReadOnlyDictionary<string, string>? environment = null)
    {
        ImmutableArray<string> command = [.. ProcessTree.Starter, "dotnet", "exec", assembly, .. arguments];
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in RunEnvironment.Of(environment, limits.MemoryBytes))
        {
            start.Environment[name] = value;
        }

        return new TracedProcess(Process.Start(start)!, limits.Time, cancel);
    }

    /// <summary>The next line; null when there is no more.</summary>
    public string? Read()
    {
        _limit.Begin();
        try
        {
            return _process.StandardOutput.ReadLine();
        }
        finally
        {
            _limit.End();
        }
    }

    private void Watch()
    {
        if (_limit.IsExceeded)
        {
            _timedOut = true;
            _tree.Kill();
        }
    }

    /// <summary>How it ended, with the lines that its reader took for output.</summary>
    public WorkloadRun Finish(IEnumerable<string> output)
    {
        _process.WaitForExit(patience);
        _tree.Kill();
        _process.WaitForExit(patience);
        var error = _error.Finish(patience);
        var code = _process.HasExited ? _process.ExitCode : -1;
        return new WorkloadRun(
            _timedOut ? ProcessEnd.TimedOut : ProcessRunner.EndOf(code, error), code, [.. output], error, Stopwatch.GetElapsedTime(_started));
    }

    public void Dispose()
    {
        _cancelled.Dispose();
        _watchdog.Dispose();
        _tree.Kill();

        // What it has used counts for whoever waits for it: here, and not for the process that is started next.
        _process.WaitForExit(patience);
        _process.Dispose();
    }
}
