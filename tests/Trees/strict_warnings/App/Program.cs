var total = 0;
Add(2);
Console.WriteLine(total);

void Add(int amount)
{
    var note = "added";
    Note(note);
    total += amount;
}

void Note(string text)
{
    total++;
    Console.Write(text + " ");
}
