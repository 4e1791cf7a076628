public sealed class Till
{
    public int Sum { get; private set; }

    public int Notes { get; private set; }

    public int Printed { get; private set; }

    public void Sell(int price)
    {
        Add(price);
        Note();
    }

    public void Print()
    {
        Feed();
        Printed++;
    }

    private void Add(int price) => Sum += price;

    private void Note() => Notes++;

    private void Feed() => Printed += 10;
}
