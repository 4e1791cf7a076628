using System.Collections.Immutable;

namespace Mutators.Reporting.Results;

/// <summary>The results of one or more campaigns as a document, before it is written in any format: what is said is decided here, once.</summary>
/// <param name="Title">The title.</param>
/// <param name="Sections">The sections, in order.</param>
/// <param name="Mutants">Every mutant that a number can lead to.</param>
public sealed record ResultsPage(string Title, ImmutableArray<Section> Sections, ImmutableArray<StudiedMutant> Mutants);

/// <summary>A part of the page.</summary>
/// <param name="Id">Its name in addresses.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Blocks">What it holds, in order.</param>
/// <param name="IsDetection">Whether it is about who noticed, so that another set of monitors changes it.</param>
public sealed record Section(string Id, string Title, ImmutableArray<Block> Blocks, bool IsDetection = false);

/// <summary>A paragraph, a table or a plot.</summary>
public abstract record Block;

/// <summary>A paragraph; numbers in it lead to their mutants.</summary>
/// <param name="Words">Its parts.</param>
public sealed record Paragraph(ImmutableArray<Cell> Words) : Block
{
    /// <summary>A paragraph of text alone.</summary>
    public Paragraph(string text)
        : this([text])
    {
    }
}

/// <summary>A table. The first column names the row, all others are numbers.</summary>
/// <param name="Columns">The columns' headings.</param>
/// <param name="Rows">The rows.</param>
public sealed record Table(ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<Cell>> Rows) : Block;

/// <summary>A plot as a picture of its own, with words for those who do not see it.</summary>
/// <param name="Name">The file's name without an ending, where the format keeps pictures in files.</param>
/// <param name="Description">What is to be seen.</param>
/// <param name="Svg">The picture.</param>
public sealed record Plot(string Name, string Description, string Svg) : Block;

/// <summary>A piece of text, with the mutants that a number in it counts.</summary>
/// <param name="Text">What is written.</param>
/// <param name="Counted">The mutants behind it; empty where there is nothing to lead to.</param>
public sealed record Cell(string Text, ImmutableArray<StudiedMutant> Counted)
{
    /// <summary>Text that counts nothing.</summary>
    public static implicit operator Cell(string text) => new(text, []);

    /// <summary>The number of some mutants, which leads to them.</summary>
    public static Cell Of(IEnumerable<StudiedMutant> mutants)
    {
        ImmutableArray<StudiedMutant> counted = [.. mutants];
        return new Cell(counted.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), counted);
    }
}
