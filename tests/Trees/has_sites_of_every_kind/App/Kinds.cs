using System.Diagnostics.CodeAnalysis;

internal static class Kinds
{
    private static int total;

    public static void All()
    {
        Simple();
        Forked(3, "x");
        Untested();
        Silenced();
        Unreasoned();
        Unread(2);
        Generated.Made();
        Console.WriteLine(total);
    }

    public static void Note(string what)
    {
        total += what.Length;
        Console.WriteLine(what);
    }

    private static void Simple()
    {
        Note("simple");
        total++;
    }

    private static void Forked(int count, string? name)
    {
        if (count > 2 && name != null)
        {
            Note(name);
        }

        if (total > 100 || count < 0)
        {
            Note("many");
            total = 0;
        }

        Note(name ?? "nobody");
    }

    [ExcludeFromCodeCoverage]
    private static void Untested()
    {
        Note("untested");
        total++;
    }

    // mutators: off — what is noted here is read by nobody
    private static void Silenced()
    {
        Note("silenced");
        total++;
    }

    // mutators: off
    private static void Unreasoned()
    {
        Note("unreasoned");
        total++;
    }

    // A value that nobody reads: the optimising compiler leaves it out, and the other one warns of what is left.
    private static void Unread(int count)
    {
        int unread = 1;
        Note("unread " + count);
    }
}
