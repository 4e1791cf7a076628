Console.WriteLine("starting");
throw new InvalidOperationException("golden is broken");
