// A test program as Microsoft.Testing.Platform makes them, as far as the tool can see one: it runs tests, names the failed one, and says so by its exit code.
if (args is ["--help"])
{
    Console.WriteLine("  --no-ansi\n  --maximum-failed-tests");
    return 0;
}

if (!args.SequenceEqual(["--no-ansi", "--maximum-failed-tests", "1"]) && !args.SequenceEqual(["--no-ansi"]))
{
    return 5;
}

var till = new Till();
till.Sell(5);
if (till.Sum == 5)
{
    Console.WriteLine("Test run summary: Passed!");
    return 0;
}

Console.WriteLine("failed A_sale_adds_its_price (1ms)");
return 2;
