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
