using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;

namespace Mutators.Campaign.Workloads;

/// <summary>Runs a program in a process of its own, within limits, and leaves nothing of it behind.</summary>
public static class ProcessRunner
{
    /// <summary>
    /// What a process may hold beside its managed heap before it counts as out of memory: the runtime, code, stacks and native
    /// libraries of an ordinary program take 100 to 200 MB.
    /// </summary>
    public const long NativeAllowanceBytes = 512L << 20;

    /// <summary>Lines of standard output that are kept; more is a flood, and ends the run like too many bytes.</summary>
    public const int MaximumLines = 1_000_000;

    private const int FirstErrorLines = 20;
    private const int LastErrorLines = 40;

    // An exit ends the wait at once; the interval only bounds how late a limit is noticed.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan PatienceAfterKill = TimeSpan.FromSeconds(2);

    /// <summary>Runs the program to its end, or to the first limit it exceeds, and ends all its processes.</summary>
    /// <param name="fileName">The program: a path, or a name to be found on the PATH.</param>
    /// <param name="arguments">What it is started with.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="environment">Variables on top of the inherited ones; null for none.</param>
    /// <param name="limits">What it may spend.</param>
    /// <param name="cancel">Kills it, and throws <see cref="OperationCanceledException"/>.</param>
    /// <param name="keepsServers">
    /// Whether what the program started may outlive a program that ends by itself: the compiler's server, which makes the next build
    /// quick, and ends by itself when it has nothing to do.
    /// </param>
    public static WorkloadRun Run(
        string fileName,
        IReadOnlyList<string> arguments,
        string workingDirectory,
        IReadOnlyDictionary<string, string>? environment,
        RunLimits limits,
        CancellationToken cancel,
        bool keepsServers = false)
    {
        cancel.ThrowIfCancellationRequested();
        var program = Locate(fileName, workingDirectory);
        using var process = new Process { StartInfo = StartInfo(program, arguments, workingDirectory, environment, limits) };
        var started = Stopwatch.GetTimestamp();
        Start(process, program);
        var tree = new ProcessTree(process, ownSession: !ProcessTree.Starter.IsEmpty);
        var leavesServers = false;
        try
        {
            process.StandardInput.Close();
            var budget = new OutputBudget(limits.OutputBytes);
            var output = new OutputLines(process.StandardOutput.BaseStream, budget, MaximumLines, keepLast: 1);
            var error = new OutputLines(process.StandardError.BaseStream, budget, FirstErrorLines, LastErrorLines);
            output.Start();
            error.Start();

            var exceeded = Watch(process, tree, budget, limits, started, out var memory, cancel);
            var isBusy = exceeded is ProcessEnd.TimedOut && tree.IsBusy();
            leavesServers = keepsServers && exceeded is null;
            if (!leavesServers)
            {
                tree.Kill();
            }

            process.WaitForExit(PatienceAfterKill);

            var duration = Stopwatch.GetElapsedTime(started);
            var lines = output.Finish(PatienceAfterKill);
            var errorLines = error.Finish(PatienceAfterKill);
            if (exceeded is null && (budget.Exceeded || lines.Length > MaximumLines))
            {
                exceeded = ProcessEnd.OutputLimit;
            }

            var exitCode = process.HasExited ? process.ExitCode : -1;
            return new WorkloadRun(exceeded ?? EndOf(exitCode, errorLines, memory, limits), exitCode, [.. lines.Take(MaximumLines)], errorLines, duration) { IsBusy = isBusy };
        }
        finally
        {
            if (!leavesServers)
            {
                tree.Kill();
            }
        }
    }

    /// <summary>How a process ended that exceeded no limit that we watch: by its exit code and last words.</summary>
    /// <param name="exitCode">As the system reports it; 128 + signal on Unix.</param>
    /// <param name="error">The lines of standard error.</param>
    /// <param name="memory">What it was last seen to hold in memory, in bytes.</param>
    /// <param name="limits">Its limits; null if nobody looked at its memory.</param>
    public static ProcessEnd EndOf(int exitCode, ImmutableArray<string> error, long memory = 0, RunLimits? limits = null)
    {
        // On Unix a signal: ILL, ABRT (an unhandled exception, FailFast, a stack overflow), BUS, FPE, KILL, SEGV, PIPE, TERM.
        // On Windows an NTSTATUS of severity "error", 0xE0434352 (an unhandled exception) among them, or FailFast's HRESULT.
        var died = OperatingSystem.IsWindows()
            ? (uint)exitCode >= 0xC0000000 || (uint)exitCode is 0x80131623 or 0x800703E9
            : exitCode is 128 + 4 or 128 + 6 or 128 + 7 or 128 + 8 or 128 + 9 or 128 + 11 or 128 + 13 or 128 + 15;
        if (!died)
        {
            return ProcessEnd.Exited;
        }

        var outOfMemory = error.Any(line =>
            line.StartsWith("Unhandled exception. System.OutOfMemoryException", StringComparison.Ordinal)
            || line.StartsWith("Out of memory", StringComparison.Ordinal));
        return outOfMemory || DiedSpeechless() ? ProcessEnd.OutOfMemory : ProcessEnd.Crashed;

        // At the heap's limit the runtime has not always the memory left to say what it dies of; whatever else aborts it is put into words.
        bool DiedSpeechless() => limits is { MemoryBytes: > 0 } && memory > limits.MemoryBytes / 2 && exitCode == 128 + 6 && error.IsEmpty;
    }

    private static ProcessEnd? Watch(
        Process process, ProcessTree tree, OutputBudget budget, RunLimits limits, long started, out long memory, CancellationToken cancel)
    {
        var watch = new RunWatch(tree, budget, limits, new TimeLimit(tree, limits.Time, limits.Time), firstMemoryLook: TimeSpan.Zero);
        ProcessEnd? end = null;
        while (end is null && !process.WaitForExit(LookInterval))
        {
            cancel.ThrowIfCancellationRequested();
            end = watch.Look(Stopwatch.GetElapsedTime(started));
        }

        memory = watch.MemoryBytes;
        return end;
    }

    private static ProcessStartInfo StartInfo(
        string program, IReadOnlyList<string> arguments, string workingDirectory, IReadOnlyDictionary<string, string>? environment, RunLimits limits)
    {
        ImmutableArray<string> command = [.. ProcessTree.Starter, program, .. arguments];
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (name, value) in RunEnvironment.Of(environment, limits.MemoryBytes))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static void Start(Process process, string program)
    {
        try
        {
            process.Start();
        }
        catch (Win32Exception problem)
        {
            throw CannotStart(program, problem.Message);
        }
    }

    /// <summary>The program's full path: looked up here, because <c>setsid</c> would report a missing program as an exit code.</summary>
    private static string Locate(string fileName, string workingDirectory)
    {
        if (fileName.Contains('/', StringComparison.Ordinal) || Path.IsPathRooted(fileName))
        {
            var full = Path.GetFullPath(fileName, Path.GetFullPath(workingDirectory));
            return IsProgram(full) ? full : throw CannotStart(full, File.Exists(full) ? "it is not executable" : "there is no such file");
        }

        if (OperatingSystem.IsWindows())
        {
            return fileName;
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, fileName))
            .FirstOrDefault(IsProgram) ?? throw CannotStart(fileName, "it is not on the PATH");
    }

    private static bool IsProgram(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

    private static UsageException CannotStart(string program, string why) =>
        new($"'{program}' cannot be started: {why}.", "Build the workload's project, or correct the workload in mutators.json.");
}
