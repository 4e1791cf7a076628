namespace Xen.Toolstack.Xl;

/// <summary>
/// The options of a verb, taken as getopt_long takes them: flags may stand together, a value may stick to its letter, a long name may be cut short.
/// What a verb accepts is written as words: a letter, a colon when a value follows it, then = and the long name.
/// </summary>
public static class XlOptions
{
    private sealed record Option(string Letter, bool TakesValue, string LongName)
    {
        public static Option Parse(string word)
        {
            var names = word.Split('=');
            return new Option(names[0].TrimEnd(':'), names[0].EndsWith(':'), names.Length > 1 ? names[1] : "");
        }
    }

    /// <summary>
    /// Writes every option as a letter by itself, with its value in the next argument, so that a verb has one spelling to look for. Returns the first
    /// option that is not accepted; null when there is none.
    /// </summary>
    public static string? Respell(string accepted, List<string> arguments)
    {
        var options = accepted.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Option.Parse).ToList();
        var given = new Queue<string>(arguments);
        arguments.Clear();
        while (given.TryDequeue(out var argument))
        {
            if (argument == "--")
            {
                arguments.AddRange(given);
                return null;
            }
            if (argument.Length < 2 || argument[0] != '-')
            {
                arguments.Add(argument);
                continue;
            }
            var unknown = argument[1] == '-' ? AddLong(options, argument[2..], given, arguments) : AddLetters(options, argument[1..], given, arguments);
            if (unknown is not null) return unknown;
        }
        return null;
    }

    private static string? AddLetters(List<Option> options, string letters, Queue<string> given, List<string> arguments)
    {
        for (var i = 0; i < letters.Length; i++)
        {
            var letter = letters[i].ToString();
            if (options.Find(option => option.Letter == letter) is not { } option) return letter;
            var rest = letters[(i + 1)..];
            Add(option, option.TakesValue && rest.Length > 0 ? rest : null, given, arguments);
            if (option.TakesValue) return null;
        }
        return null;
    }

    private static string? AddLong(List<Option> options, string text, Queue<string> given, List<string> arguments)
    {
        var end = text.IndexOf('=', StringComparison.Ordinal);
        var name = end < 0 ? text : text[..end];
        var matches = options.FindAll(option => option.LongName == name);
        if (matches.Count == 0 && name.Length > 0) matches = options.FindAll(option => option.LongName.StartsWith(name, StringComparison.Ordinal));
        if (matches.Count != 1 || (end >= 0 && !matches[0].TakesValue)) return $"--{name}";
        Add(matches[0], end < 0 ? null : text[(end + 1)..], given, arguments);
        return null;
    }

    /// <summary>An option without a letter changes nothing and is left out.</summary>
    private static void Add(Option option, string? value, Queue<string> given, List<string> arguments)
    {
        if (option.Letter.Length == 0) return;
        arguments.Add("-" + option.Letter);
        if (!option.TakesValue) return;
        if (value is not null) arguments.Add(value);
        else if (given.TryDequeue(out var next)) arguments.Add(next);
    }
}
