var till = new Till();
till.Sell(5);
till.Print();
Console.WriteLine($"{till.Sum} {till.Notes} {till.Printed}");
