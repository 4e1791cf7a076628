/// <summary>Each way keeps its promise by a call that a programmer could forget.</summary>
public static class Way
{
    private static readonly object gate = new();
    private static readonly ManualResetEventSlim signal = new();
    private static readonly List<byte[]> blocks = [];
    private static readonly List<string> kept = [];
    private static int position;
    private static int depth;
    private static int sum;
    private static bool allowed;

    public static int Assertion()
    {
        sum = 1;
        Double();
        return sum;
    }

    public static int Exception()
    {
        var table = new Dictionary<string, int>();
        Fill(table);
        return table["key"];
    }

    public static int Overflow()
    {
        depth = 0;
        return Down();
    }

    public static int Loop()
    {
        position = 0;
        while (position < 3)
        {
            depth = 0;
            Advance();
        }

        return position;
    }

    public static bool Deadlock()
    {
        signal.Reset();
        Give();
        signal.Wait();
        return true;
    }

    public static bool FailFast()
    {
        allowed = false;
        Allow();
        if (!allowed)
        {
            Environment.FailFast("not allowed");
        }

        return allowed;
    }

    public static bool Exit()
    {
        allowed = false;
        Permit();
        if (!allowed)
        {
            Environment.Exit(0);
        }

        return allowed;
    }

    public static int Memory()
    {
        blocks.Clear();
        for (var i = 0; i < 100_000; i++)
        {
            blocks.Add(new byte[1 << 16]);
            Drop();
        }

        return blocks.Count;
    }

    public static bool Thread()
    {
        allowed = false;
        Prepare();
        var thread = new System.Threading.Thread(() =>
        {
            if (!allowed)
            {
                throw new InvalidOperationException("on a thread");
            }
        });
        thread.Start();
        thread.Join();
        return allowed;
    }

    /// <summary>A run that forgets to clear leaves something for the next test: nobody may be blamed for it but this.</summary>
    public static int Remember()
    {
        kept.Add("one");
        var count = kept.Count;
        Forget();
        return count;
    }

    /// <summary>Goes through more iterations than an endless loop is given in a short test.</summary>
    public static int Patience()
    {
        Linger();
        var sum = 0;
        for (var i = 0; i < 25_000_000; i++)
        {
            sum += 2;
        }

        return sum;
    }

    public static int Survivor()
    {
        Note();
        return 1;
    }

    public static int OnlyFlaky()
    {
        Note();
        return 1;
    }

    public static int OnlyThird()
    {
        Note();
        return 1;
    }

    public static int Counted()
    {
        Note();
        return 1;
    }

    public static int CountedAgain()
    {
        Note();
        return 1;
    }

    /// <summary>What threads do that do not wait for each other is anybody's guess.</summary>
    public static int Race()
    {
        var value = 1;
        Barrier.Settle(ref value);
        return value;
    }

    public static int Never()
    {
        Note();
        return 1;
    }

    private static int Down()
    {
        Deepen();
        return depth >= 5 ? depth : Down();
    }

    private static void Double() => sum *= 2;

    private static void Fill(Dictionary<string, int> table) => table["key"] = 3;

    private static void Deepen() => depth++;

    private static void Advance() => position++;

    private static void Give() => signal.Set();

    private static void Allow() => allowed = true;

    private static void Permit() => allowed = true;

    private static void Drop() => blocks.Clear();

    private static void Prepare() => allowed = true;

    private static void Forget() => kept.Clear();

    private static void Linger() => GC.KeepAlive(kept);

    private static void Note() => GC.KeepAlive(gate);
}

/// <summary>Stands for what keeps threads apart.</summary>
public static class Barrier
{
    public static void Settle(ref int value) => value = 0;
}
