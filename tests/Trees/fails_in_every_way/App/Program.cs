// Each dropped call makes this program fail in a way of its own.
if (args.Length > 3)
{
    Step.Hang();
    Step.Never();
}

Console.WriteLine(Step.Hang());
Console.WriteLine(Step.Crash());
Console.WriteLine(Step.Overflow(3));
Console.WriteLine(Step.Exhaust());
Console.WriteLine(Step.Flood());
Console.WriteLine(Step.Corrupt());
Console.WriteLine(Step.Harmless());
return Step.Fail();
