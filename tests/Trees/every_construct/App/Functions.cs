using System.Linq.Expressions;

internal static class Functions
{
    public static int[] Lambdas(int factor)
    {
        var offset = 1;
        Func<int, int> scale = value => (value * factor) + offset;
        Func<int, Func<int, int>> add = a => b =>
        {
            offset += a;
            return a + b + offset;
        };
        return [scale(2), add(1)(2), scale(2), new[] { 1, 2, 3 }.Where(each => each != factor).Sum(each => each * offset)];
    }

    public static int Local(int n)
    {
        var calls = 0;
        return Fibonacci(n) + calls;

        int Fibonacci(int k)
        {
            calls++;
            return k < 2 ? k : Fibonacci(k - 1) + Fibonacci(k - 2);
        }
    }

    public static IEnumerable<int> Iterator(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (i == 1)
            {
                continue;
            }

            if (i > 3)
            {
                yield break;
            }

            yield return i * i;
        }
    }

    public static string Defaults(int value, string name = "n", int times = 2) => string.Concat(Enumerable.Repeat(name + value, times));

    public static int Caught(string text)
    {
        var result = 0;
        try
        {
            result = int.Parse(text);
        }
        catch (FormatException) when (text.Length > 0)
        {
            result = -1;
        }
        catch (FormatException problem)
        {
            result = problem.Message.Length > 0 ? -2 : -3;
        }
        finally
        {
            result *= 10;
        }

        return result;
    }

    public static int Jump(int start)
    {
        var steps = 0;
    again:
        steps++;
        if (start > 1)
        {
            start = (start % 2) switch { 0 => start / 2, _ => (3 * start) + 1 };
            goto again;
        }

        do
        {
            steps -= 2;
        }
        while (steps > 10);

        return steps;
    }

    public static string Query(int[] numbers) => string.Join(" ",
        from number in numbers
        let square = number * number
        where square > 2
        orderby number descending
        select new { number, square } into each
        select $"{each.number}:{each.square,3}");

    public static int Expression(int value)
    {
        Expression<Func<int, int>> twice = x => (x * 2) + value;
        return twice.Compile()(4);
    }
}

internal static class Asynchronous
{
    private static readonly SemaphoreSlim gate = new(1);

    public static async Task<int> Sum(int count)
    {
        var sum = 0;
        for (var i = 1; i <= count; i++)
        {
            await gate.WaitAsync();
            try
            {
                sum += await Square(i).ConfigureAwait(false);
            }
            finally
            {
                gate.Release();
            }
        }

        return sum;
    }

    public static async ValueTask<string> Streamed(int count)
    {
        var seen = new List<int>();
        await foreach (var number in Numbers(count))
        {
            seen.Add(number);
        }

        return string.Join("-", seen);
    }

    private static async Task<int> Square(int value)
    {
        await Task.CompletedTask;
        return value * value;
    }

    private static async IAsyncEnumerable<int> Numbers(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.CompletedTask;
            yield return i + 1;
        }
    }
}
