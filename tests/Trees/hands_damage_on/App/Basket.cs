internal sealed record Item(string Name, int Price);

internal sealed class Basket
{
    private readonly List<Item> items = [];
    private int changes;

    public void Add(Item item)
    {
        items.Add(item);
        Count();
    }

    public int Total()
    {
        var total = 0;
        foreach (var item in items)
        {
            total += item.Price;
        }

        return total;
    }

    public void Clear()
    {
        items.Clear();
        Count();
    }

    private void Count() => changes++;
}

internal sealed class Discount(int percent)
{
    public int Apply(int total) => total - (total * percent / 100);
}

internal static class Receipt
{
    public static string Print(int total, int reduced) => $"{reduced} of {total}";
}
