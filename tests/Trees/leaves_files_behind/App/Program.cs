// A run that finds what an earlier one has written says so: golden would not be repeatable, nor any mutant after it be judged right.
Console.WriteLine(File.Exists("left.txt") ? "somebody was here" : "nobody was here");
Leave("left.txt");
Console.WriteLine("done");

void Leave(string name)
{
    Console.WriteLine("leaving");
    File.WriteAllText(name, "left");
}
