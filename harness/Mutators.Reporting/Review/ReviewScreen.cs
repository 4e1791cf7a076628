using Spectre.Console;

namespace Mutators.Reporting.Review;

/// <summary>
/// One page on a terminal of any size: a line at the top that says where the reviewer is, the page as far as it fits, a message, and the keys.
/// Whatever does not fit in width is broken, whatever does not fit in height is scrolled.
/// </summary>
public sealed class ReviewScreen
{
    /// <summary>Narrower terminals are written to as if they had this many columns.</summary>
    private const int MinimumWidth = 12;

    private readonly IAnsiConsole _console;

    /// <param name="output">The terminal.</param>
    /// <param name="colours">False where the reader wants none (NO_COLOR).</param>
    public ReviewScreen(TextWriter output, bool colours) => _console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(output),
        Ansi = AnsiSupport.Yes,
        ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });

    /// <summary>Does something on a screen of its own, which is gone afterwards.</summary>
    public void Alone(Action work) => _console.AlternateScreen(work);

    /// <summary>Goes back from the screen of its own, where the work on it cannot end by itself.</summary>
    public void Leave() => _console.Write(new ControlCode("\e[?1049l"));

    /// <summary>Draws a page.</summary>
    /// <param name="page">The page, its position and what is said about it.</param>
    /// <param name="width">The terminal's columns.</param>
    /// <param name="height">The terminal's lines.</param>
    /// <param name="scroll">The first line to show, counted in broken lines.</param>
    /// <returns>The first line that was shown: <paramref name="scroll"/>, or less where the page is shorter.</returns>
    public int Draw(Page page, int width, int height, int scroll)
    {
        width = Math.Max(MinimumWidth, width);
        _console.Profile.Width = width;
        var body = page.Lines.SelectMany(line => line.Broken(width)).ToList();
        var foot = new PageLine(page.Message, Tone.Warning).Broken(width).Where(line => line.Text.Length > 0).Concat(Keys(page.Keys, width)).ToList();

        // A terminal of few lines rather shows the mutant than all keys.
        foot = [.. foot.Take(Math.Max(1, (height - 1) / 2))];
        var room = Math.Max(1, height - 1 - foot.Count);
        var last = Math.Max(0, body.Count - room);
        scroll = Math.Clamp(scroll, 0, last);
        var more = last == 0 ? "" : $" {Math.Min(100, 100 * (scroll + room) / body.Count)} %";

        // Terminals that know synchronised output show the page when it is whole; the others take no notice.
        _console.Write(new ControlCode("\e[?2026h"));
        _console.Clear(home: true);
        Write(new PageLine($"{page.Title}{more}", Tone.Heading).Broken(width).First(), isLast: false);
        foreach (var line in body.Skip(scroll).Take(room))
        {
            Write(line, isLast: false);
        }

        for (var empty = body.Count; empty < room; empty++)
        {
            _console.WriteLine();
        }

        foreach (var (index, line) in foot.Index())
        {
            Write(line, isLast: index == foot.Count - 1);
        }

        _console.Write(new ControlCode("\e[?2026l"));
        return scroll;
    }

    private void Write(PageLine line, bool isLast)
    {
        _console.Write(new Text(line.Text, StyleOf(line.Tone)) { Overflow = Overflow.Crop });
        if (!isLast)
        {
            _console.WriteLine();
        }
    }

    /// <summary>Keys in as many lines as they need, none of them broken.</summary>
    private static IEnumerable<PageLine> Keys(IReadOnlyList<string> keys, int width)
    {
        var line = "";
        foreach (var key in keys)
        {
            if (line.Length > 0 && line.Length + 2 + key.Length > width)
            {
                yield return new PageLine(line, Tone.Quiet);
                line = "";
            }

            line += line.Length == 0 ? key : "  " + key;
        }

        yield return new PageLine(line.Length > width ? line[..width] : line, Tone.Quiet);
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Heading => new Style(decoration: Decoration.Bold),
        Tone.Added => new Style(Color.Green),
        Tone.Removed => new Style(Color.Red),
        Tone.Quiet => new Style(decoration: Decoration.Dim),
        Tone.Warning => new Style(Color.Yellow, decoration: Decoration.Bold),
        _ => Style.Plain,
    };
}

/// <summary>What a screen shows.</summary>
/// <param name="Title">Where the reviewer is.</param>
/// <param name="Lines">The page.</param>
/// <param name="Message">What has just happened, or is asked; empty if nothing.</param>
/// <param name="Keys">The keys that do something, each with what it does.</param>
public sealed record Page(string Title, IReadOnlyList<PageLine> Lines, string Message, IReadOnlyList<string> Keys);
