using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Mutators.Campaign.Workloads;

/// <summary>
/// A started process with everything it started: a session of its own where the system has <c>setsid</c>, so that children whose
/// parent is gone are still found.
/// </summary>
/// <param name="root">The process that was started.</param>
/// <param name="ownSession">Whether it leads a session of its own.</param>
internal sealed class ProcessTree(Process root, bool ownSession)
{
    // A process that forks while it is being killed needs another look; one that forks faster than we look is not chased for ever.
    private const int KillRounds = 20;

    /// <summary>The unit of processor times in <c>/proc</c>, the same on all Linux systems that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    private static readonly TimeSpan LookForBusy = TimeSpan.FromMilliseconds(500);

    // Little, since others may want the processor too; a process that waits uses none at all.
    private static readonly TimeSpan BusyFrom = TimeSpan.FromMilliseconds(15);

    /// <summary>
    /// The command that starts a program in a session of its own, and has it killed when the thread that started it dies: also a
    /// harness that is killed leaves no hanging mutant behind. Empty where the system has no <c>setsid</c>; the second half is left
    /// out where it has no <c>setpriv</c>.
    /// </summary>
    public static ImmutableArray<string> Starter { get; } = (Tool("setpriv"), Tool("setsid")) switch
    {
        (_, null) => [],
        (null, { } setsid) => [setsid],
        ({ } setpriv, { } setsid) => [setpriv, "--pdeathsig", "KILL", setsid],
    };

    private static string? Tool(string name) =>
        OperatingSystem.IsLinux() ? Array.Find([$"/usr/bin/{name}", $"/bin/{name}"], File.Exists) : null;

    /// <summary>The resident memory of all processes of the tree; shared pages are counted in each.</summary>
    public long WorkingSetBytes()
    {
        if (ownSession)
        {
            return Session().Sum(member => member.ResidentPages) * Environment.SystemPageSize;
        }

        try
        {
            root.Refresh();
            return root.HasExited ? 0 : root.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>Whether any of it uses the processor just now: it spins, or works. Looks for half a second.</summary>
    public bool IsBusy()
    {
        try
        {
            var before = ProcessorTime();
            return !root.WaitForExit(LookForBusy) && ProcessorTime() - before > BusyFrom;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Processor time of the started process alone: cheap, to begin with.</summary>
    public TimeSpan RootProcessorTime()
    {
        try
        {
            root.Refresh();
            return root.HasExited ? TimeSpan.Zero : root.TotalProcessorTime;
        }
        catch (InvalidOperationException)
        {
            return TimeSpan.Zero;
        }
    }

    /// <summary>Whether any thread of it would use the processor if it had one, or waits for a disk. Where the system does not tell: no.</summary>
    public bool IsRunnable()
    {
        if (!ownSession)
        {
            return false;
        }

        foreach (var member in Session())
        {
            try
            {
                if (Directory.EnumerateDirectories($"/proc/{member.Id}/task").Any(thread => ReadStat(thread) is { State: "R" or "D" }))
                {
                    return true;
                }
            }
            catch (IOException)
            {
                // It ended while it was looked at.
            }
        }

        return false;
    }

    /// <summary>Processor time of all of it, of the processes that run now.</summary>
    public TimeSpan ProcessorTime()
    {
        if (ownSession)
        {
            return TimeSpan.FromSeconds(Session().Sum(member => member.ProcessorTicks) / TicksPerSecond);
        }

        root.Refresh();
        return root.TotalProcessorTime;
    }

    /// <summary>Ends all of it, whether the root still runs or has exited and left children behind.</summary>
    public void Kill()
    {
        KillOne(root, entireTree: true);
        for (var round = 0; ownSession && round < KillRounds; round++)
        {
            var members = Session().Where(member => member.Id != root.Id).ToList();
            if (members.Count == 0)
            {
                return;
            }

            foreach (var member in members)
            {
                KillById(member.Id);
            }
        }
    }

    private static void KillById(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            KillOne(process, entireTree: true);
            process.WaitForExit(TimeSpan.FromMilliseconds(100));
        }
        catch (ArgumentException)
        {
            // It ended by itself between the look and the kill.
        }
    }

    private static void KillOne(Process process, bool entireTree)
    {
        try
        {
            process.Kill(entireTree);
        }
        catch (InvalidOperationException)
        {
            // Already gone.
        }
        catch (Win32Exception)
        {
            // Already gone, or it has become another user's (setuid): not ours to end.
        }
        catch (AggregateException)
        {
            // Part of the tree could not be ended; the session is looked through next.
        }
    }

    private List<(int Id, long ResidentPages, long ProcessorTicks)> Session()
    {
        var members = new List<(int, long, long)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && ReadStat(directory) is { } stat && stat.Session == root.Id && stat.State != "Z")
            {
                members.Add((id, stat.ResidentPages, stat.ProcessorTicks));
            }
        }

        return members;
    }

    /// <summary>Fields 3, 6, 14 with 15, and 24 of <c>/proc/PID/stat</c>; the second is a name in parentheses that may hold blanks.</summary>
    private static (string State, int Session, long ResidentPages, long ProcessorTicks)? ReadStat(string directory)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0], int.Parse(fields[3], CultureInfo.InvariantCulture), long.Parse(fields[21], CultureInfo.InvariantCulture),
                long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
