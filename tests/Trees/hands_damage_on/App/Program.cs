// A program that says nothing of rendezvous: a trace follows its members.
Shop.Sell();

internal static class Shop
{
    public static void Sell()
    {
        var basket = new Basket();
        basket.Add(new Item("tea", 12));
        basket.Add(new Item("cup", 95));
        var total = basket.Total();
        Console.WriteLine(Receipt.Print(total, new Discount(10).Apply(total)));
        basket.Clear();
    }
}
