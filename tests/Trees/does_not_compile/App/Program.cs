Console.WriteLine(missing);
