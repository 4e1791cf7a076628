using System.Globalization;
using System.Text;
using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>The commit of a mutant: every byte of it follows from golden, mutant and seed, so its SHA is the same on every machine.</summary>
internal static class MutantCommit
{
    /// <summary>The tool signs its commits with a name of its own, never with the user's.</summary>
    public const string Name = "Mutators";

    /// <summary>An address in a domain that is reserved for never existing.</summary>
    public const string Email = "mutators@mutators.invalid";

    /// <summary>Columns of a commit's body, by git's custom.</summary>
    private const int BodyWidth = 72;

    /// <summary>Characters of a subject; the change in words can quote a long expression.</summary>
    private const int SubjectLength = 200;

    /// <summary>True if the tool made the commit and nobody has remade it: amending or rebasing sets another committer.</summary>
    public static bool IsOurs(Commit commit) => commit.Committer is { Name: Name, Email: Email };

    /// <summary>The commit object's bytes.</summary>
    public static byte[] Bytes(string treeSha, GoldenTree golden, string message) => Bytes(treeSha, golden.CommitSha, golden.AuthorDate, message);

    /// <summary>The bytes of a commit that the tool signs.</summary>
    public static byte[] Bytes(string treeSha, string? parentSha, DateTimeOffset date, string message)
    {
        var offset = date.Offset;
        var zone = string.Create(CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hhmm}");
        var signature = string.Create(CultureInfo.InvariantCulture, $"{Name} <{Email}> {date.ToUnixTimeSeconds()} {zone}");
        var parent = parentSha is null ? "" : $"parent {parentSha}\n";
        return Encoding.UTF8.GetBytes($"tree {treeSha}\n{parent}author {signature}\ncommitter {signature}\n\n{message}");
    }

    /// <summary>The message: the change in words, why a programmer could have made this mistake, and the facts as trailers.</summary>
    public static string Message(Mutant mutant, MutantTrailers trailers)
    {
        var line = (mutant.Lines.StartLinePosition.Line + 1).ToString(CultureInfo.InvariantCulture);
        return $"""
            {Subject(mutant)}

            {Wrapped(mutant.Operator.Definition.Rationale)}

            In golden at {mutant.Path}:{line}.

            {trailers}

            """.ReplaceLineEndings("\n");
    }

    /// <summary>The first line of the message.</summary>
    public static string Subject(Mutant mutant)
    {
        var line = string.Join(' ', mutant.Subject.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= SubjectLength ? line : string.Concat(line.AsSpan(0, SubjectLength - 1), "…");
    }

    private static string Wrapped(string text)
    {
        var wrapped = new StringBuilder();
        var column = 0;
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (column > 0)
            {
                var fits = column + 1 + word.Length <= BodyWidth;
                wrapped.Append(fits ? ' ' : '\n');
                column = fits ? column + 1 : 0;
            }

            wrapped.Append(word);
            column += word.Length;
        }

        return wrapped.ToString();
    }
}
