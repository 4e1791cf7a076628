using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

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

    private const int LooksBetweenSearches = 10;

    private int[] _others = [];
    private int _looks;
    private bool _isGone;

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

    /// <summary>
    /// The resident memory of all processes of the tree; shared pages are counted in each. To look through all processes of a machine takes long enough to be felt
    /// ten times a second: who else belongs to the tree is only looked for now and then.
    /// </summary>
    public long WorkingSetBytes()
    {
        if (ownSession)
        {
            _others = ++_looks % LooksBetweenSearches == 0 ? [.. Session().Where(member => member.Id != root.Id).Select(member => member.Id)] : _others;
            return _others.Prepend(root.Id).Sum(id => ReadStat(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}")) is { State: not 'Z' } stat && stat.Session == root.Id ? stat.ResidentPages : 0) * Environment.SystemPageSize;
        }

        return WhileItIsThere(() => root.WorkingSet64);
    }

    /// <summary>Whether any of it uses the processor just now: it spins, or works. Looks for half a second.</summary>
    public bool IsBusy() => WhileItIsThere(() =>
    {
        var before = ProcessorTime();
        return !root.WaitForExit(LookForBusy) && ProcessorTime() - before > BusyFrom;
    });

    /// <summary>Processor time of the started process alone: cheap, to begin with.</summary>
    public TimeSpan RootProcessorTime() => WhileItIsThere(() => root.TotalProcessorTime);

    /// <summary>What can be read of the started process; nothing once it has ended, which it may do while it is looked at.</summary>
    private T WhileItIsThere<T>(Func<T> read)
        where T : struct
    {
        try
        {
            root.Refresh();
            return root.HasExited ? default : read();
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
        {
            return default;
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
                if (Directory.EnumerateDirectories($"/proc/{member.Id}/task").Any(thread => ReadStat(thread) is { State: 'R' or 'D' }))
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
        if (!ownSession)
        {
            KillOne(root, entireTree: true);
            return;
        }

        if (_isGone)
        {
            return;
        }

        // Who descends from the root is found while it is there.
        var members = Members();
        KillOne(root, entireTree: false);
        for (var round = 0; round < KillRounds; round++)
        {
            if (members.Count == 0)
            {
                _isGone = true;
                return;
            }

            members.ForEach(KillById);
            members = Members();
        }
    }

    /// <summary>The session's processes without the root, and what descends from any of them or from the root, in whatever session.</summary>
    private List<int> Members()
    {
        var all = All();
        var found = all.Where(each => each.Stat.Session == root.Id && each.Stat.State != 'Z').Select(each => each.Id).Append(root.Id).ToHashSet();
        for (var isMore = true; isMore;)
        {
            isMore = false;
            foreach (var (id, stat) in all)
            {
                isMore |= stat.State != 'Z' && found.Contains(stat.Parent) && found.Add(id);
            }
        }

        found.Remove(root.Id);
        return [.. found];
    }

    private static void KillById(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            KillOne(process, entireTree: false);
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

    private IEnumerable<(int Id, long ResidentPages, long ProcessorTicks)> Session() =>
        All().Where(each => each.Stat.Session == root.Id && each.Stat.State != 'Z').Select(each => (each.Id, each.Stat.ResidentPages, each.Stat.ProcessorTicks));

    private static List<(int Id, Stat Stat)> All()
    {
        var all = new List<(int, Stat)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ReadStat(directory) is { } stat)
            {
                all.Add((id, stat));
            }
        }

        return all;
    }

    /// <summary>Fields 3, 4, 6, 14 with 15, and 24 of <c>/proc/PID/stat</c>; the second is a name in parentheses that may hold blanks.</summary>
    private static Stat? ReadStat(string folder)
    {
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, "stat"));
            Span<byte> bytes = stackalloc byte[1024];
            var text = Encoding.ASCII.GetString(bytes[..RandomAccess.Read(file, bytes, 0)]);
            var fields = text.AsSpan(text.LastIndexOf(')') + 2);
            Span<Range> ranges = stackalloc Range[23];
            if (fields.Split(ranges, ' ') < ranges.Length)
            {
                return null;
            }

            return new Stat(fields[0], Number(fields[ranges[1]]), Number(fields[ranges[3]]), Number(fields[ranges[11]]) + Number(fields[ranges[12]]), Number(fields[ranges[21]]));
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }

        static long Number(ReadOnlySpan<char> text) => long.Parse(text, CultureInfo.InvariantCulture);
    }

    private readonly record struct Stat(char State, long ParentId, long SessionId, long ProcessorTicks, long ResidentPages)
    {
        internal int Parent => (int)ParentId;

        internal int Session => (int)SessionId;
    }
}
