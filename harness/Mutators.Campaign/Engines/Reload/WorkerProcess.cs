using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Text;
using Mutators.Agent;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>How a run in a worker ended, beside what it showed.</summary>
/// <param name="Run">What a fresh process would have given.</param>
/// <param name="Report">What the agent said; null if the process died or was killed.</param>
/// <param name="IsAlive">Whether the worker can be used again.</param>
/// <param name="OutOfTicks">Whether the run spent its ticks.</param>
internal sealed record WorkerRun(WorkloadRun Run, Report? Report, bool IsAlive, bool OutOfTicks = false)
{
    /// <summary>The runtime refused the delta, so nothing was run.</summary>
    public bool NotApplied => Report?.Kind is ReportKind.NotApplied;
}

/// <summary>
/// A process that holds a program and runs it again and again: an ordinary <c>dotnet exec</c> of it with the agent as a startup hook. It is
/// one session, so that nothing it starts outlives it.
/// </summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int FirstErrorLines = 20;
    private const int LastErrorLines = 40;

    /// <summary>Bytes that a run may allocate without a collection: more than ordinary programs need, and little beside the worker's limit.</summary>
    private const long YoungBytes = 64L << 20;

    // A buffer of some megabytes that is dead after the run is as cheap to collect as any other young object, and dear among the old ones.
    private const long LargeBytes = YoungBytes / 2;

    /// <summary>A smaller share of the heap's limit than this may go uncollected: a program near its limit needs each collection.</summary>
    private const int ShareOfLimit = 16;

    /// <summary>Where ticks are counted they decide, and processor time only ends what loops outside of the target.</summary>
    private const int TickedFactor = 4;

    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan MarkPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UnwindPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PatienceAfterKill = TimeSpan.FromSeconds(2);

    // Pipes and sockets have short names: this and the process's number tell all workers of a machine apart.
    private static int started;

    private readonly Process _process;
    private readonly ProcessTree _tree;
    private readonly NamedPipeServerStream _pipe;
    private readonly MarkedStream _output;
    private readonly MarkedStream _error;
    private readonly AutoResetEvent _reported = new(false);
    private readonly Queue<Report?> _reports = new();
    private long _memory;

    private WorkerProcess(Process process, NamedPipeServerStream pipe, byte[] mark)
    {
        _process = process;
        _pipe = pipe;
        _tree = new ProcessTree(process, ownSession: !ProcessTree.Starter.IsEmpty);
        _output = new MarkedStream(process.StandardOutput.BaseStream, mark);
        _error = new MarkedStream(process.StandardError.BaseStream, mark);
    }

    /// <summary>Runs since it was started.</summary>
    public int Runs { get; private set; }

    /// <summary>Starts a worker.</summary>
    /// <param name="assembly">The program.</param>
    /// <param name="memoryBytes">The managed heap's hard limit.</param>
    /// <param name="environment">Variables of the workload's.</param>
    /// <param name="refusal">Why there is no such worker; null if there is.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The worker; null if the process ends before it is ready, for whatever reason.</returns>
    public static WorkerProcess? Start(string assembly, long memoryBytes, IReadOnlyDictionary<string, string> environment, out string? refusal, CancellationToken cancel)
    {
        refusal = "the program does not start with an agent in it";
        var name = $"mutators-{Environment.ProcessId}-{Interlocked.Increment(ref started)}".PadRight(Worker.MarkLength, '-');
        var pipe = new NamedPipeServerStream(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        var process = new Process { StartInfo = StartInfo(assembly, name, memoryBytes, environment) };
        process.Start();
        process.StandardInput.Close();
        var mark = new byte[Worker.MarkLength + 2];
        Encoding.ASCII.GetBytes(name.AsSpan(0, Worker.MarkLength), mark.AsSpan(1));
        var worker = new WorkerProcess(process, pipe, mark);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(StartPatience);
            var connected = pipe.WaitForConnectionAsync(patience.Token);
            if (Task.WaitAny([connected, process.WaitForExitAsync(patience.Token)], patience.Token) != 0)
            {
                worker.Dispose();
                return null;
            }

            new Thread(worker.ReadReports) { IsBackground = true, Name = "worker reports" }.Start();
            var report = worker.Next(StartPatience);
            if (report?.Kind is not ReportKind.Ready)
            {
                refusal = report is { Text.Length: > 0 } ? report.Text : refusal;
                worker.Dispose();
                return null;
            }
        }
        catch (OperationCanceledException)
        {
            worker.Dispose();
            cancel.ThrowIfCancellationRequested();
            return null;
        }

        refusal = null;
        return worker;
    }

    /// <summary>Applies deltas and runs the program once.</summary>
    public WorkerRun Run(Command command, RunLimits limits, CancellationToken cancel)
    {
        Runs++;
        _memory = 0;
        var began = Stopwatch.GetTimestamp();
        var budget = new OutputBudget(limits.OutputBytes);
        _output.Begin(budget);
        _error.Begin(budget);
        try
        {
            command.Write(_pipe);
        }
        catch (IOException)
        {
            return Died(began, budget, limits);
        }

        var exceeded = Wait(budget, limits, command.TickLimit > 0, began, out var report, cancel);
        if (exceeded is { } limit)
        {
            var (output, error) = (_output.SoFar(), _error.SoFar());
            var isBusy = limit is ProcessEnd.TimedOut && _tree.IsBusy();
            Kill();
            return new WorkerRun(new WorkloadRun(limit, -1, Lines(output), ErrorLines(error), Stopwatch.GetElapsedTime(began)) { IsBusy = isBusy }, null, IsAlive: false);
        }

        if (report is null)
        {
            return Died(began, budget, limits);
        }

        return Ended(report, began);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _pipe.Dispose();
        _process.Dispose();
        _reported.Dispose();
    }

    private WorkerRun Ended(Report report, long began)
    {
        var output = _output.Take(MarkPatience) ?? [];
        var error = _error.Take(MarkPatience) ?? [];
        var duration = Stopwatch.GetElapsedTime(began);
        switch (report.Kind)
        {
            case ReportKind.Escaped:
                // What the unwinding printed stands between the first and the second mark, and is nobody's.
                TakeRest(2);
                var words = ErrorLines([.. error, .. Encoding.UTF8.GetBytes(report.Text + "\n")]);
                return new WorkerRun(new WorkloadRun(ProcessRunner.EndOf(report.ExitCode, words), report.ExitCode, Lines(output), words, duration), report, IsAlive: true);

            case ReportKind.TicksSpent:
                // The exception that takes the run down may be swallowed for ever; a process that comes back is as good as before, if golden says so.
                var isBack = NextAfterSpent()?.Kind is ReportKind.Unwound && TakeRest(2);
                if (!isBack)
                {
                    Kill();
                }

                return new WorkerRun(new WorkloadRun(ProcessEnd.TimedOut, -1, Lines(output), ErrorLines(error), duration) { IsBusy = true }, report, isBack, OutOfTicks: true);

            case ReportKind.NotApplied:
                return new WorkerRun(new WorkloadRun(ProcessEnd.Exited, 0, [], [], duration), report, IsAlive: true);

            default:
                // Initialisers that ran again while the process was put in order may have printed something.
                TakeRest(1);
                var lines = ErrorLines(error);
                return new WorkerRun(new WorkloadRun(ProcessRunner.EndOf(report.ExitCode, lines), report.ExitCode, Lines(output), lines, duration), report, IsAlive: true);
        }
    }

    /// <summary>Takes what stands behind a run's output, up to so many further marks.</summary>
    private bool TakeRest(int marks)
    {
        var isComplete = true;
        for (var i = 0; i < marks; i++)
        {
            isComplete &= _output.Take(MarkPatience) is not null;
            isComplete &= _error.Take(MarkPatience) is not null;
        }

        return isComplete;
    }

    private WorkerRun Died(long began, OutputBudget budget, RunLimits limits)
    {
        _process.WaitForExit(PatienceAfterKill);
        Kill();
        var output = _output.Take(PatienceAfterKill) ?? _output.SoFar();
        var error = ErrorLines(_error.Take(PatienceAfterKill) ?? _error.SoFar());
        var code = _process.HasExited ? _process.ExitCode : -1;
        var end = budget.Exceeded ? ProcessEnd.OutputLimit : ProcessRunner.EndOf(code, error, _memory, limits);
        return new WorkerRun(new WorkloadRun(end, code, Lines(output), error, Stopwatch.GetElapsedTime(began)), null, IsAlive: false);
    }

    /// <summary>Waits for the run's report, and for what may end it before.</summary>
    private ProcessEnd? Wait(OutputBudget budget, RunLimits limits, bool hasTicks, long began, out Report? report, CancellationToken cancel)
    {
        var watch = new RunWatch(_tree, budget, limits, new TimeLimit(_tree, limits.Time, hasTicks ? limits.Time * TickedFactor : limits.Time), RunWatch.AfterOneInterval);
        while (!_reported.WaitOne(LookInterval))
        {
            report = null;
            if (cancel.IsCancellationRequested)
            {
                Kill();
                cancel.ThrowIfCancellationRequested();
            }

            var end = watch.Look(Stopwatch.GetElapsedTime(began));
            _memory = watch.MemoryBytes;
            if (end is not null)
            {
                return end;
            }
        }

        lock (_reports)
        {
            report = _reports.Dequeue();
        }

        return budget.Exceeded ? ProcessEnd.OutputLimit : null;
    }

    /// <summary>The next report of a run that is being taken down: half a second, of the processor's time where others use it as well.</summary>
    private Report? NextAfterSpent()
    {
        var began = Stopwatch.GetTimestamp();
        var limit = new TimeLimit(_tree, UnwindPatience, UnwindPatience);
        while (!_reported.WaitOne(LookInterval))
        {
            if (limit.IsOver(Stopwatch.GetElapsedTime(began)))
            {
                return null;
            }
        }

        lock (_reports)
        {
            return _reports.Dequeue();
        }
    }

    private Report? Next(TimeSpan patience)
    {
        if (!_reported.WaitOne(patience))
        {
            return null;
        }

        lock (_reports)
        {
            return _reports.Dequeue();
        }
    }

    private void ReadReports()
    {
        Report? report;
        do
        {
            try
            {
                report = Report.Read(_pipe);
            }
            catch (IOException)
            {
                report = null;
            }
            catch (ObjectDisposedException)
            {
                report = null;
            }

            lock (_reports)
            {
                _reports.Enqueue(report);
            }

            try
            {
                _reported.Set();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
        while (report is not null);
    }

    private void Kill() => _tree.Kill();

    private static ImmutableArray<string> Lines(byte[] output) => [.. Split(output).Select(VariantText.WithoutSuffixes).Take(ProcessRunner.MaximumLines)];

    private static ImmutableArray<string> ErrorLines(byte[] error)
    {
        var lines = Split(error).Where(line => !line.Contains(TickPlanting.ClassPrefix, StringComparison.Ordinal)).Select(VariantText.WithoutSuffixes).ToList();
        return lines.Count <= FirstErrorLines + LastErrorLines ? [.. lines] : [.. lines.Take(FirstErrorLines), .. lines.TakeLast(LastErrorLines)];
    }

    private static IEnumerable<string> Split(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            yield break;
        }

        var at = 0;
        while (at < bytes.Length)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', at);
            end = end < 0 ? bytes.Length : end;
            yield return Encoding.UTF8.GetString(bytes, at, end - at).TrimEnd('\r');
            at = end + 1;
        }
    }

    private static ProcessStartInfo StartInfo(string assembly, string pipe, long memoryBytes, IReadOnlyDictionary<string, string> environment)
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host) ? host : "dotnet";
        ImmutableArray<string> command = [.. ProcessTree.Starter, dotnet, "exec", assembly];
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = Path.GetDirectoryName(assembly)!,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in command.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        var asked = AgentEnvironment(pipe, memoryBytes);
        foreach (var (name, value) in environment)
        {
            asked[name] = value;
        }

        start.Environment.Clear();
        foreach (var (name, value) in RunEnvironment.Of(asked, memoryBytes))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static Dictionary<string, string> AgentEnvironment(string pipe, long memoryBytes)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [AgentVariables.Hooks] = typeof(Worker).Assembly.Location,
            [AgentVariables.Modifiable] = "debug",
            [AgentVariables.Pipe] = pipe,

            // A process that runs hundreds of mutants is warm sooner, and then faster, when its code is not watched first.
            [AgentVariables.Profiling] = "0",
            [AgentVariables.SplitCodePages] = "0",
            [AgentVariables.ConcurrentCollection] = "0",
        };
        if (memoryBytes == 0 || memoryBytes >= ShareOfLimit * YoungBytes)
        {
            variables[AgentVariables.YoungGeneration] = YoungBytes.ToString("X", CultureInfo.InvariantCulture);
            variables[AgentVariables.LargeObjects] = LargeBytes.ToString("X", CultureInfo.InvariantCulture);
        }

        return variables;
    }
}
