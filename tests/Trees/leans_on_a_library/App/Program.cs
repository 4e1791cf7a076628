// The library is no target: it may be optimised while the program runs, and nobody may see that.
Console.WriteLine(Work.Count());
Console.WriteLine(Work.Ask());
Console.WriteLine(Work.Look());
