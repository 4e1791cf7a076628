// Each dropped call makes this program end, or go on, in a way that a process which runs many mutants must survive or notice.
Console.WriteLine(Ways.FailFast());
Console.WriteLine(Ways.Exit());
Console.WriteLine(Ways.Thread());
Console.WriteLine(Ways.Deadlock());
Console.WriteLine(Ways.Swallow());
Console.WriteLine(Ways.Escape());
Console.WriteLine(Ways.Counted());
Console.WriteLine(Ways.Remembered());
Console.WriteLine(new Ways.Built(2).Value);
Console.WriteLine(string.Join(",", Ways.Iterated(3)));
Console.WriteLine(await Ways.Awaited(3));
Console.WriteLine(Ways.Captured(3));
Console.WriteLine(new Ways.Generic<string>().Of("text", 2));
Console.WriteLine(Ways.Named());
Console.WriteLine(Ways.Where());
Console.WriteLine(new Ways.Shape { Side = 3 }.Area);
Console.WriteLine(Ways.Forgotten());
return Ways.Late();
