using DiffPlex;

namespace Mutators.Tests;

/// <summary>The changed lines between two texts, as a reviewer sees them, without context.</summary>
public static class LineDiff
{
    /// <summary>Lines that go, with a minus, and lines that come, with a plus, block by block.</summary>
    public static string Between(string golden, string mutant)
    {
        var diff = new Differ().CreateLineDiffs(golden, mutant, ignoreWhitespace: false);
        return string.Join('\n', diff.DiffBlocks.SelectMany(block => Enumerable.Concat(
            diff.PiecesOld.Skip(block.DeleteStartA).Take(block.DeleteCountA).Select(line => "-" + line),
            diff.PiecesNew.Skip(block.InsertStartB).Take(block.InsertCountB).Select(line => "+" + line))));
    }
}
