/// <summary>Computed once, while the type is initialised: what a mutant computes here would be there for whatever runs later in the process.</summary>
public static class Table
{
    public static int[] Squares { get; } = Made(3);

    private static int[] Made(int count)
    {
        var squares = new int[count];
        Square(squares);
        return squares;
    }

    private static void Square(int[] squares)
    {
        for (var i = 0; i < squares.Length; i++)
        {
            squares[i] = i * i;
        }
    }
}

/// <summary>Without its call this cannot be initialised, and nobody can use the type ever again in that process.</summary>
public static class Names
{
    public static string First { get; } = Made();

    private static string Made()
    {
        var names = new List<string>();
        Enter(names);
        return names[0];
    }

    private static void Enter(List<string> names) => names.Add("one");
}

/// <summary>Made while the type is initialised, executed by tests: a delegate and an iterator keep to the code that they were made with.</summary>
public static class Kept
{
    public static Func<string, int> Length { get; } = Measuring();

    public static IEnumerable<int> Steps { get; } = Counting();

    private static Func<string, int> Measuring()
    {
        return text =>
        {
            var seen = new List<char>();
            Add(seen, text);
            return seen.Count;
        };
    }

    private static void Add(List<char> seen, string text) => seen.AddRange(text);

    private static IEnumerable<int> Counting()
    {
        var steps = new List<int>();
        Fill(steps);
        yield return steps.Count;
    }

    private static void Fill(List<int> steps) => steps.Add(1);
}

/// <summary>Values that no method computes.</summary>
public static class Initial
{
    public static int Sum { get; } = "ab".Length + 3;

    public static int Unseen { get; } = "seven".Length + 8;
}

/// <summary>Its initialiser fails with another place.</summary>
public static class Letters
{
    public static char Only { get; } = "a"["six".Length - 3];
}

/// <summary>Needs a type that stands behind it: initialised once more in the order of the file, it would find nothing there.</summary>
public static class Early
{
    public static int Length { get; set; } = Late.Current.Length;
}

/// <summary>What <see cref="Early"/> needs.</summary>
public static class Late
{
    public static string Current { get; set; } = "late";
}
