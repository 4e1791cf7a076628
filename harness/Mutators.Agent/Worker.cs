using System.Diagnostics;
using System.IO.Pipes;
using System.Reflection;
using System.Reflection.Metadata;

namespace Mutators.Agent;

/// <summary>
/// The loop of a worker: takes a command, applies its deltas, runs the program's entry point as if it were the first time, and says how it ended.
/// What the program prints goes its ordinary way through the process's streams; a mark behind it tells the harness where a run ends.
/// </summary>
internal sealed class Worker
{
    /// <summary>Characters of the pipe's name that make the mark; a zero before and behind them is nothing that programs print.</summary>
    internal const int MarkLength = 32;

    private const int UnhandledExceptionCode = 128 + 6;

    private readonly Stream pipe;
    private readonly Stream output = Console.OpenStandardOutput();
    private readonly Stream error = Console.OpenStandardError();
    private readonly byte[] mark;
    private readonly Func<string[], int> entry;
    private readonly TickCounters ticks;
    private readonly ProcessState state;
    private readonly HeapGrowth growth = new();
    private readonly Healing healing = new();
    private readonly RunMemory memory = new();
    private readonly TestHost? tests;
    private readonly string folder;
    private FreshContext? fresh;
    private long runBegan;
    private bool spent;

    private Worker(Stream pipe, byte[] mark, Assembly program, TestChoice? choice)
    {
        this.pipe = pipe;
        this.mark = mark;
        folder = Path.GetDirectoryName(program.Location)!;
        ticks = new TickCounters(TicksSpent);
        ticks.AddAllOf(folder);
        tests = choice is not null ? new TestHost(program, choice, ticks.Used, AllowTicks, () => spent) : null;
        entry = tests is null ? EntryPoint.Of(program) : tests.Run;
        state = new ProcessState();
    }

    /// <summary>Serves the harness until it hangs up; then ends the process, so that the program's own beginning is never reached.</summary>
    internal static void Run(string pipeName, TestChoice? choice)
    {
        using var pipe = new NamedPipeClientStream(".", pipeName, PipeDirection.InOut);
        pipe.Connect();
        var mark = new byte[MarkLength + 2];
        System.Text.Encoding.ASCII.GetBytes(pipeName.PadRight(MarkLength).AsSpan(0, MarkLength), mark.AsSpan(1));
        new Worker(pipe, mark, Assembly.GetEntryAssembly()!, choice).Serve();
        Environment.Exit(0);
    }

    private void Serve()
    {
        if (!MetadataUpdater.IsSupported)
        {
            new Report(ReportKind.NotApplied) { Text = "the program's runtime takes no deltas" }.Write(pipe);
            return;
        }

        new Report(ReportKind.Ready) { WorkingSet = Environment.WorkingSet }.Write(pipe);
        while (Command.Read(pipe) is { } command)
        {
            var applying = Stopwatch.GetTimestamp();
            if (!Apply(command.Deltas))
            {
                continue;
            }

            var applied = Stopwatch.GetElapsedTime(applying);
            spent = false;
            growth.Begin();
            ticks.Begin(command.TickLimit / 2);
            state.Remember();
            healing.Begin(command.Undo);
            Load(command.Fresh);
            runBegan = Stopwatch.GetTimestamp();
            Call(command.Arguments, applied);
        }
    }

    private bool Apply(IReadOnlyList<Delta> deltas)
    {
        try
        {
            foreach (var delta in deltas)
            {
                ticks.Add(Deltas.Named(delta.Assembly));
            }

            Deltas.Apply(deltas);
            return true;
        }
        catch (Exception refusal) when (refusal is InvalidOperationException or NotSupportedException or ArgumentException or IOException or BadImageFormatException)
        {
            End();
            new Report(ReportKind.NotApplied) { Text = refusal.ToString() }.Write(pipe);
            return false;
        }
    }

    /// <summary>Gives the run assemblies of its own.</summary>
    private void Load(FreshLoad? what)
    {
        fresh = what is null ? null : new FreshContext(folder, what, ticks.Add);
        if (tests is not null)
        {
            tests.Context = fresh;
        }
    }

    private Residue Unload()
    {
        if (fresh is not { } gone)
        {
            return Residue.None;
        }

        Load(null);
        ticks.Remove(gone.Assemblies);
        gone.Unload();
        return gone.WasUsed ? Residue.None : Residue.NotFresh;
    }

    private void Call(string[] arguments, TimeSpan applied)
    {
        string? death = null;
        int code;
        try
        {
            code = entry(arguments);
        }
        catch (Exception escaped) when (!spent && Escaped(escaped, ref death))
        {
            code = UnhandledExceptionCode;
        }
        catch (Exception) when (spent)
        {
            code = 0;
        }

        var runTime = Stopwatch.GetElapsedTime(runBegan);
        if (death is null && !spent && tests is null)
        {
            state.RaiseProcessExit();
            code = Environment.ExitCode is var set and not 0 && code == 0 && EntryPoint.IsVoid ? set : code;
        }

        var residue = state.Residue();
        var used = ticks.Used();
        healing.Heal();
        residue |= Unload();
        End();
        ticks.Begin(0);
        residue |= state.Restore();
        memory.Renew();
        End();
        new Report(spent ? ReportKind.Unwound : death is null ? ReportKind.Returned : ReportKind.Escaped)
        {
            ExitCode = OperatingSystem.IsWindows() ? code : code & 0xFF,
            Ticks = used,
            Residue = residue,
            WorkingSet = Environment.WorkingSet,
            RunTime = runTime,
            ApplyTime = applied,
            Text = death ?? "",
        }.Write(pipe);
    }

    /// <summary>
    /// Looks at an exception before anything is unwound: an ordinary process dies here, without running the finally blocks in between. What
    /// these print must not count, so the run's output ends now; a second mark will tell where the unwinding ended.
    /// </summary>
    private bool Escaped(Exception exception, ref string? death)
    {
        death = "Unhandled exception. " + WithoutOurFrames(exception.ToString());
        state.RaiseUnhandledException(exception);
        End();
        return true;
    }

    private static string WithoutOurFrames(string text)
    {
        var lines = text.Split('\n');
        return string.Join('\n', lines.Where(line => !line.TrimStart().StartsWith("at Mutators.Agent.", StringComparison.Ordinal) && !line.TrimStart().StartsWith("at StartupHook.", StringComparison.Ordinal)));
    }

    private void End()
    {
        output.Write(mark);
        output.Flush();
        error.Write(mark);
        error.Flush();
    }

    /// <summary>A test begins: it has ticks of its own.</summary>
    private void AllowTicks(long limit)
    {
        if (!spent)
        {
            growth.Begin();
            ticks.Begin(limit / 2);
        }
    }

    /// <summary>
    /// The run is over as far as anybody looks: what it printed until now is its output. An exception takes the stack down; a target that
    /// swallows it meets it again at its next tick, and if all of that does not help, the harness kills the process. A run that holds more
    /// and more memory goes on, though: by itself it would end at the limit of that.
    /// </summary>
    private void TicksSpent()
    {
        if (!spent)
        {
            if (growth.IsUndecided())
            {
                ticks.Double();
                return;
            }

            spent = true;
            End();
            new Report(ReportKind.TicksSpent) { Ticks = ticks.Used(), RunTime = Stopwatch.GetElapsedTime(runBegan) }.Write(pipe);
        }

        throw new TicksSpentException();
    }
}

/// <summary>A run is beyond its ticks.</summary>
internal sealed class TicksSpentException : Exception;
