namespace Core;

/// <summary>A few things with tests.</summary>
public static class Shape
{
    public static int Area(int width, int height)
    {
        if (width < 0 || height < 0)
        {
            throw new System.ArgumentOutOfRangeException(nameof(width));
        }

        return width * height;
    }

    public static string Name(int corners)
    {
        if (corners == 3) return "triangle";
        if (corners == 4) return "square";
        return corners > 4 ? "polygon" : "none";
    }

    public static int Sum(int[] values)
    {
        var sum = 0;
        for (var i = 0; i < values.Length; i++)
        {
            sum += values[i];
        }

        return sum;
    }

    public static int Depth(int n) => n <= 0 ? 0 : 1 + Depth(n - 1);

    public static string? Title() => new System.Resources.ResourceManager("Core.Titles", typeof(Shape).Assembly).GetString("Title");
}
