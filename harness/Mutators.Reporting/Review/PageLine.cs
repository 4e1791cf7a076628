namespace Mutators.Reporting.Review;

/// <summary>What a line of a page is, and so how it is coloured.</summary>
public enum Tone
{
    /// <summary>Text.</summary>
    Plain,

    /// <summary>A heading.</summary>
    Heading,

    /// <summary>What golden lacks.</summary>
    Added,

    /// <summary>What the mutant lacks.</summary>
    Removed,

    /// <summary>Where something is, and what surrounds it.</summary>
    Quiet,

    /// <summary>What a reader must not miss.</summary>
    Warning,
}

/// <summary>A line of a page, before it is broken to the width of a terminal.</summary>
/// <param name="Text">The text.</param>
/// <param name="Tone">What it is.</param>
public sealed record PageLine(string Text, Tone Tone = Tone.Plain)
{
    private const int TabWidth = 4;

    /// <summary>
    /// The line in pieces that fit a width. Characters that a terminal would obey are shown as dots: the lines that a mutant printed are
    /// among them.
    /// </summary>
    public IEnumerable<PageLine> Broken(int width)
    {
        var visible = string.Concat(Text.Select(c => c == '\t' ? new string(' ', TabWidth) : char.IsControl(c) ? "·" : c.ToString()));
        var start = 0;
        do
        {
            var rest = visible.Length - start;
            var blank = rest > width ? visible.LastIndexOf(' ', start + width, width) : -1;

            // Broken at a blank, unless the piece would lose most of the line: code has long words.
            var length = rest <= width ? rest : blank > start + (width / 2) ? blank - start : width;
            yield return this with { Text = visible.Substring(start, length) };
            start += length;
        }
        while (start < visible.Length);
    }
}
