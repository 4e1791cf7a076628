using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Mutators.Tests;

/// <summary>The changed lines between two texts, as a reviewer sees them, without context.</summary>
public static class LineDiff
{
    /// <summary>Lines that go, with a minus, and lines that come, with a plus, in order.</summary>
    public static string Between(string golden, string mutant) => string.Join('\n', new InlineDiffBuilder(new Differ())
        .BuildDiffModel(golden, mutant, ignoreWhitespace: false)
        .Lines
        .Where(line => line.Type is ChangeType.Deleted or ChangeType.Inserted)
        .Select(line => (line.Type is ChangeType.Deleted ? "-" : "+") + line.Text));
}
