Console.WriteLine("starting");
Console.WriteLine(Guid.NewGuid());
