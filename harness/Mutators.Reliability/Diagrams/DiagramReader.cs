using System.Collections.Immutable;
using System.Globalization;

namespace Mutators.Reliability.Diagrams;

/// <summary>
/// Reads the text form of a diagram: <c>&amp;</c> is series, <c>|</c> parallel and binds weaker, <c>2of(A, B, C)</c> a group of which two
/// must work, <c>1of(M1..M32)</c> counts names up.
/// </summary>
internal sealed class DiagramReader(string text)
{
    /// <summary>Deeper than any diagram that a person can read; a bound for the stack.</summary>
    private const int MaximumDepth = 100;

    /// <summary>More modules than any node has; a bound for a range that was mistyped.</summary>
    private const int MaximumModules = 1000;

    private int at;
    private int depth;
    private int modules;

    public Block Read()
    {
        var block = Alternatives();
        SkipSpace();
        return at == text.Length ? block : throw Unreadable("'&', '|' or the end");
    }

    private Block Alternatives() => Chain('|', () => Chain('&', Element, Block.Series), Block.Parallel);

    private Block Chain(char sign, Func<Block> element, Func<ImmutableArray<Block>, Block> joined)
    {
        var parts = ImmutableArray.CreateBuilder<Block>();
        do
        {
            parts.Add(element());
        }
        while (Accept(sign));
        return joined(parts.ToImmutable());
    }

    private Block Element()
    {
        SkipSpace();
        if (++depth > MaximumDepth)
        {
            throw new ModelInputException($"The diagram is nested deeper than {MaximumDepth} parentheses.", "Write it flatter.");
        }

        var block = Accept('(') ? Closed(Alternatives())
            : at < text.Length && char.IsAsciiDigit(text[at]) ? Voting()
            : new Module(Name());
        depth--;
        return block;
    }

    private Block Closed(Block block) => Accept(')') ? block : throw Unreadable("')'");

    private Block Voting()
    {
        var required = Number();
        SkipSpace();
        if (!text.AsSpan(at).StartsWith("of", StringComparison.Ordinal))
        {
            throw Unreadable("'of' after the number");
        }

        at += 2;
        if (!Accept('('))
        {
            throw Unreadable("'('");
        }

        var parts = ImmutableArray.CreateBuilder<Block>();
        do
        {
            parts.AddRange(Members());
        }
        while (Accept(','));
        Closed(parts[0]);
        return Block.AtLeast(required, parts.ToImmutable());
    }

    /// <summary>One member of a list, or the many that a range such as <c>M1..M4</c> stands for.</summary>
    private ImmutableArray<Block> Members()
    {
        var member = Alternatives();
        SkipSpace();
        if (!text.AsSpan(at).StartsWith("..", StringComparison.Ordinal))
        {
            return [member];
        }

        at += 2;
        SkipSpace();
        var last = Name();
        var family = ModuleNames.Family(last);
        if (member is not Module { Name: var first } || ModuleNames.Family(first) != family
            || !int.TryParse(first.AsSpan(family.Length), CultureInfo.InvariantCulture, out var from)
            || !int.TryParse(last.AsSpan(family.Length), CultureInfo.InvariantCulture, out var to)
            || to < from)
        {
            throw new ModelInputException($"{member}..{last} is no range of modules.", "Write one name with two numbers, the smaller first: M1..M4.");
        }

        Count(to - from);
        return [.. Enumerable.Range(from, to - from + 1).Select(number => new Module(string.Create(CultureInfo.InvariantCulture, $"{family}{number}")))];
    }

    private string Name()
    {
        SkipSpace();
        var start = at;
        if (at < text.Length && char.IsLetter(text[at]))
        {
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '-' or '\''))
            {
                at++;
            }
        }

        if (at == start)
        {
            throw Unreadable("a module's name, '(' or a number with 'of'");
        }

        Count(1);
        return text[start..at];
    }

    private int Number()
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return int.TryParse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var number) ? number : throw Unreadable("a smaller number");
    }

    private void Count(int more)
    {
        modules += more;
        if (modules > MaximumModules)
        {
            throw new ModelInputException($"The diagram names more than {MaximumModules} modules.", "Give several modules that always stand together one name.");
        }
    }

    private bool Accept(char sign)
    {
        SkipSpace();
        var isThere = at < text.Length && text[at] == sign;
        at += isThere ? 1 : 0;
        return isThere;
    }

    private void SkipSpace()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }

    private ModelInputException Unreadable(string expected) => new(
        $"The diagram cannot be read {(at < text.Length ? $"at '{text[at]}' in column {at + 1}" : "at its end")}: {expected} is expected.",
        "Write for example 'H & V & (M1 | M2)' or 'H & 2of(M1..M3)'.");
}
