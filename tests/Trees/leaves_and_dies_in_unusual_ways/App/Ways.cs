using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

internal static class Ways
{
    private static readonly List<int> kept = [];
    private static readonly Dictionary<string, int> table = new() { ["one"] = 1 };
    private static readonly CultureInfo home = CultureInfo.CurrentCulture;
    private static int elapsed;
    private static int runs = 40;
    private static bool allowed;

    /// <summary>Whatever another run has left in the process or in its folder shows here.</summary>
    public static string Found() => string.Join(' ',
        Environment.CurrentDirectory == AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar),
        Environment.GetEnvironmentVariable("WAYS") ?? "unset",
        CultureInfo.CurrentCulture.Name == home.Name,
        File.Exists("opened.txt"),
        Trace.Listeners.Count);

    public static string FailFast()
    {
        allowed = false;
        Allow();
        if (!allowed)
        {
            Environment.FailFast("not allowed");
        }

        return "allowed";
    }

    public static string Exit()
    {
        allowed = false;
        Allow();
        if (!allowed)
        {
            Environment.Exit(7);
        }

        return "permitted";
    }

    public static string Thread()
    {
        var prepared = new bool[1];
        Prepare(prepared);
        var thread = new Thread(() =>
        {
            if (!prepared[0])
            {
                throw new InvalidOperationException("on a thread");
            }
        });
        thread.Start();
        thread.Join();
        return "joined";
    }

    public static string Deadlock()
    {
        // Not disposed: without the join the thread would meet a disposed gate in some runs and not in others.
        var gate = new ManualResetEventSlim();
        gate.Set();
        gate.Wait();
        return "through";
    }

    public static string Swallow()
    {
        var steps = new int[1];
        while (steps[0] < 3)
        {
            try
            {
                Step(steps);
                Touch();
            }
            catch (Exception)
            {
                steps[0] = 0;
            }
        }

        return "stepped";
    }

    public static string Escape()
    {
        var list = new List<int>();
        try
        {
            list.Add(5);
            return $"first {list[0]}";
        }
        finally
        {
            // In a process that dies of an exception nobody sees this.
            Console.WriteLine("finally");
        }
    }

    /// <summary>Golden sets back what a mutant leaves: only the statics themselves tell.</summary>
    public static int Counted()
    {
        Reset();
        runs++;
        return runs;
    }

    /// <summary>The mutant finds what golden's run left, if anything is left.</summary>
    public static int Remembered()
    {
        kept.Clear();
        kept.Add(1);
        return kept.Count;
    }

    public static IEnumerable<int> Iterated(int count)
    {
        var seen = new List<int>();
        for (var i = 0; i < count; i++)
        {
            seen.Add(i);
            yield return seen.Count;
        }
    }

    public static async Task<int> Awaited(int count)
    {
        var seen = new List<int>();
        for (var i = 0; i < count; i++)
        {
            await Task.CompletedTask;
            seen.Add(i);
        }

        return seen.Count;
    }

    public static int Captured(int count)
    {
        var seen = new List<int>();
        Action<int> see = number => seen.Add(number * count);
        void SeeTwice(int number)
        {
            see(number);
            see(number + 1);
        }

        SeeTwice(4);
        return seen.Sum();
    }

    /// <summary>The caller's name is in the code of the method, under whatever name it was compiled.</summary>
    public static string Named()
    {
        var names = new List<string>();
        Note(names);
        names.Add("end");
        return string.Join(' ', names);
    }

    /// <summary>What a program changes of its process is gone in the next run.</summary>
    public static string Where()
    {
        Environment.CurrentDirectory = Path.GetTempPath();
        Environment.SetEnvironmentVariable("WAYS", "changed");
        Trace.Listeners.Add(new ConsoleTraceListener());
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        Touch();
        return "here";
    }

    /// <summary>Golden takes the entry away again; a mutant that does not leaves it to whoever comes next in the process.</summary>
    public static int Forgotten()
    {
        var before = table.Count;
        table["two"] = 2;
        table.Remove("two");
        return before;
    }

    /// <summary>A mutant's timer goes on when the run is over.</summary>
    public static string Timed()
    {
        var timer = new Timer(_ => Interlocked.Increment(ref elapsed), null, TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(1));
        timer.Dispose();
        return "timed";
    }

    /// <summary>A mutant's file stays open, and nobody else may open it.</summary>
    public static string Opened()
    {
        var file = new FileStream("opened.txt", FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        file.WriteByte(1);
        file.Dispose();
        File.Delete("opened.txt");
        return "opened";
    }

    public static string Cultured()
    {
        CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture;
        Restore();
        return "cultured";
    }

    /// <summary>A mutant's thread works on when the run is over; a process would not end for it, since it is a background thread.</summary>
    public static string Started()
    {
        // Not disposed: without the join the thread would meet a disposed gate in some runs and not in others.
        var gate = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            gate.Wait();
            Interlocked.Increment(ref elapsed);
        }) { IsBackground = true };
        thread.Start();
        gate.Set();
        thread.Join();
        return "started";
    }

    public static int Late()
    {
        Touch();
        return runs > 41 ? 1 : 0;
    }

    private static void Restore()
    {
        CultureInfo.CurrentCulture = home;
        CultureInfo.DefaultThreadCurrentCulture = null;
    }

    private static void Allow() => allowed = true;

    private static void Prepare(bool[] prepared) => prepared[0] = true;

    private static void Step(int[] steps) => steps[0]++;

    private static void Reset() => runs = 40;

    private static void Touch() => _ = table.Count;

    private static void Note(List<string> names, [CallerMemberName] string caller = "") => names.Add(caller);

    internal sealed class Built
    {
        private readonly List<int> parts = [];

        public Built(int count)
        {
            Value = count;
            parts.Add(count);
            Value += parts.Count;
        }

        public int Value { get; }
    }

    internal sealed class Generic<T>
        where T : class
    {
        private readonly List<T> items = [];

        public string Of<TOther>(T item, TOther other)
        {
            items.Add(item);
            return $"{items.Count} {other}";
        }
    }

    internal struct Shape
    {
        public int Side { get; set; }

        public readonly int Area
        {
            get
            {
                var sides = new List<int> { Side };
                sides.Add(Side);
                return sides.Aggregate((a, b) => a * b);
            }
        }
    }
}
