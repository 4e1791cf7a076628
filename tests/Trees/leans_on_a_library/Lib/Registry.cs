/// <summary>State and code that the program shares with nobody, in an assembly of its own.</summary>
public static class Registry
{
    private static readonly List<string> items = [];
    private static readonly int[] marks = [1, 2, 3];
    private static int added;

    public static int Count => items.Count;

    public static int Added => added;

    public static void Reset()
    {
        items.Clear();
        added = 0;
        marks[0] = 1;
    }

    public static void Add(string item)
    {
        items.Add(item);
        added++;
        marks[0]++;
    }

    public static int Ask(string item) => Place(item) + 1;

    public static string Looked() => $"{marks[0]} {marks.Length}";

    private static int Place(string item) => Known(items.IndexOf(item));

    private static int Known(int place) => place < 0 ? throw new InvalidOperationException("not known") : place;
}
