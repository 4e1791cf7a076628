internal static class Step
{
    private static readonly List<byte[]> blocks = [];
    private static readonly Dictionary<string, int> table = [];
    private static int position;
    private static int depth;
    private static bool open = true;
    private static bool committed;

    public static string Hang()
    {
        for (position = 0; position < 3;)
        {
            depth = 0;
            Advance();
        }

        return "advanced";
    }

    public static int Crash()
    {
        Fill();
        return table["key"];
    }

    public static int Overflow(int n)
    {
        Descend();
        return depth >= n ? depth : Overflow(n) + 1;
    }

    public static int Exhaust()
    {
        for (var round = 0; round < 4000; round++)
        {
            blocks.Add(new byte[1 << 20]);
            Trim();
        }

        return blocks.Count;
    }

    public static string Flood()
    {
        while (open)
        {
            Console.WriteLine("flooding");
            Close();
        }

        return "closed";
    }

    public static int Corrupt()
    {
        var sum = 1;
        Double(ref sum);
        return sum;
    }

    public static string Harmless()
    {
        Touch();
        return "touched";
    }

    public static int Fail()
    {
        Commit();
        return committed ? 0 : 3;
    }

    public static void Never()
    {
        Touch();
        depth = 0;
    }

    private static void Advance() => position++;

    private static void Fill() => table["key"] = 1;

    private static void Descend() => depth++;

    private static void Trim() => blocks.Clear();

    private static void Close() => open = false;

    private static void Double(ref int value) => value *= 2;

    private static void Touch() => _ = table.Count;

    private static void Commit() => committed = true;
}
