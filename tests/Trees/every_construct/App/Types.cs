using System.Runtime.CompilerServices;

internal static class Patterns
{
    public static string Describe(object? value) => value switch
    {
        int and > 3 => "large ",
        int small => $"small {small} ",
        string { Length: > 2 } text => text + " ",
        Point(0, var y) => $"axis {y} ",
        null => "nothing ",
        _ => "other ",
    };

    public static string Lists(int[] items)
    {
        if (items is [var first, .., var last])
        {
            return $"{first}..{last} ";
        }

        return items is [] ? "empty " : "one ";
    }

    public static string Relational(int value)
    {
        switch (value)
        {
            case < 0:
                return "negative ";
            case >= 10 and < 100 when value % 5 == 0:
                return "tens ";
            default:
                var rest = value;
                while (rest >= 10)
                {
                    rest /= 10;
                }

                return $"leads {rest} ";
        }
    }
}

internal sealed class Counter(int start, string name)
{
    private readonly int doubled = start * 2;

    public Counter(string name)
        : this(1, name)
    {
        doubled++;
    }

    public int Count()
    {
        var count = start;
        count += name.Length > 4 ? doubled : 0;
        return count;
    }
}

internal sealed record Point(int X, int Y)
{
    public double Length => Math.Sqrt((X * X) + (Y * Y));

    public static Point operator +(Point one, Point other)
    {
        var x = one.X + other.X;
        return new Point(x, one.Y + other.Y);
    }

    public static Point operator -(Point one, Point other) => new(one.X - other.X, one.Y - other.Y);

    public static explicit operator Point(int both) => new(both, both);

    public Point Moved(int by)
    {
        var (x, y) = this;
        return new Point(x + by, y - by);
    }
}

internal readonly record struct Money(int Cents) : IComparable<Money>
{
    public static bool operator >(Money one, Money other) => one.CompareTo(other) > 0;

    public static bool operator <(Money one, Money other) => one.CompareTo(other) < 0;

    public static implicit operator int(Money money)
    {
        var whole = money.Cents;
        return whole / 2;
    }

    public int CompareTo(Money other) => Cents.CompareTo(other.Cents);
}

internal sealed class Pair<TFirst, TSecond>(TFirst first, TSecond second)
    where TFirst : notnull
{
    public Pair<string, TFirst> Swapped()
    {
        var text = second?.ToString() ?? "";
        return new Pair<string, TFirst>(text, first);
    }

    public string Text()
    {
        var parts = new List<string> { first.ToString()! };
        parts.Add($"{second}");
        return string.Join("/", parts);
    }

    internal static class Outer
    {
        internal static class Inner
        {
            public static string Depth(int levels)
            {
                var name = typeof(TFirst).Name;
                for (var i = 0; i < levels; i++)
                {
                    name += ".";
                }

                return name + typeof(TSecond).Name;
            }
        }
    }
}

internal interface IMeasure<TSelf>
    where TSelf : IMeasure<TSelf>
{
    static abstract TSelf Zero { get; }

    static abstract TSelf Add(TSelf one, TSelf other);
}

internal readonly struct Metre(int value) : IMeasure<Metre>
{
    public static Metre Zero => new(0);

    public static Metre Add(Metre one, Metre other)
    {
        var sum = one.Value + other.Value;
        return new Metre(sum);
    }

    public int Value { get; } = value;

    public override string ToString() => $"{Value} m";
}

internal static class Generics
{
    public static T Largest<T>(IReadOnlyList<T> items)
        where T : IComparable<T>
    {
        var largest = items[0];
        foreach (var item in items)
        {
            if (item.CompareTo(largest) > 0)
            {
                largest = item;
            }
        }

        return largest;
    }

    public static T Total<T>(T[] items)
        where T : struct, IMeasure<T>
    {
        var total = T.Zero;
        for (var i = 0; i < items.Length; i++)
        {
            total = T.Add(total, items[i]);
        }

        return total;
    }
}

internal sealed class Grid
{
    private readonly int[,] cells;

    public Grid(int size)
    {
        cells = new int[size, size];
        for (var x = 0; x < size; x++)
        {
            for (var y = 0; y < size; y++)
            {
                cells[x, y] = (x * size) + y;
            }
        }
    }

    public int this[int x, int y]
    {
        get
        {
            var value = cells[x, y];
            return value + 1;
        }

        set => cells[x, y] = value;
    }

    public int this[string diagonal] => cells[int.Parse(diagonal), int.Parse(diagonal)];
}

internal interface IShape
{
    int Area { get; }

    int Scaled(int by)
    {
        var area = Area;
        return area * by;
    }
}

internal sealed class Square(int side) : IShape
{
    int IShape.Area
    {
        get
        {
            var area = side * side;
            return area;
        }
    }

    int IShape.Scaled(int by) => side * by;
}

internal static class Spans
{
    public static int Parse(ReadOnlySpan<char> text)
    {
        var sum = 0;
        var parts = new Parts(text);
        while (parts.Next(out var part))
        {
            sum += int.Parse(part);
        }

        return sum;
    }

    public static unsafe int Doubled(int count)
    {
        Span<int> numbers = stackalloc int[count];
        for (var i = 0; i < count; i++)
        {
            ref var number = ref numbers[i];
            number = i * 2;
        }

        fixed (int* first = numbers)
        {
            first[1] += 5;
            return numbers[1] + *(first + count - 1);
        }
    }

    private ref struct Parts(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> rest = text;

        public bool Next(out ReadOnlySpan<char> part)
        {
            if (rest.IsEmpty)
            {
                part = default;
                return false;
            }

            var end = rest.IndexOf(';');
            part = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            return true;
        }
    }
}

internal static class Constants
{
    public const int Limit = 30;
    public static readonly int[] Table = [1, 2, 3];
    public static readonly string Name;

    static Constants()
    {
        Name = "table of " + Table.Length;
        Table[1] = Limit / 3;
    }
}

internal sealed class Account
{
    private readonly List<string> notes = ["open"];

    public required string Owner { get; init; }

    public int Balance
    {
        get;
        set => field = value < 0 ? throw new ArgumentOutOfRangeException(nameof(value)) : value;
    }

    public Account? Parent { get; set; }

    public string Report([CallerMemberName] string caller = "")
    {
        Balance += 2;
        Parent?.Balance = 7;
        notes.Add($"{Owner} has {Balance} after {caller}");
        lock (notes)
        {
            notes.Insert(1, checked(Balance * 3).ToString());
        }

        return string.Join("; ", notes[..^0]);
    }
}

internal sealed class Publisher
{
    private Action<int>? handlers;

    public event Action<int> Published
    {
        add
        {
            Registered++;
            handlers += value;
        }

        remove => handlers -= value;
    }

    public int Registered { get; private set; }

    public int Publish(int number)
    {
        var received = 0;
        Action<int> once = value => received += value;
        Published += value => received += value * 10;
        Published += once;
        Published -= once;
        handlers?.Invoke(number);
        return received + Registered;
    }
}

internal static class Extensions
{
    public static string Twice(this string text)
    {
        var result = text;
        result += text;
        return result;
    }

    extension(int value)
    {
        public int Halved
        {
            get
            {
                var half = value / 2;
                return half;
            }
        }
    }
}

internal sealed class Resources : IDisposable
{
    private static int open;

    private Resources() => open++;

    public static string Use()
    {
        var before = open;
        using (var one = new Resources())
        {
            using var two = new Resources();
            before += open;
        }

        return $"{before} {open}";
    }

    public void Dispose() => open--;
}
