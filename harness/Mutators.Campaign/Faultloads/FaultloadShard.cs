using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Mutators.Campaign.Faultloads;

/// <summary>
/// One of the parts that a faultload is cut into, so that several machines can share a campaign. Which mutants it holds follows from the faultload
/// and two numbers alone: mutants in the order of their hashes, every n-th of them. So parts differ in size by one mutant at most, and hold mutants of
/// every project alike.
/// </summary>
/// <param name="Number">Which part, from 1.</param>
/// <param name="Count">How many parts there are.</param>
public sealed record FaultloadShard(int Number, int Count)
{
    /// <summary>More parts than any batch engine takes as one job: beyond it somebody mistyped.</summary>
    public const int MaximumCount = 100_000;

    /// <summary>The folder, below the tool's own, that holds a folder for each shard.</summary>
    public const string Folder = "shards";

    /// <summary>Where the shard keeps its store, checkout and builds, below the tool's own folder: several can run at a time in one clone.</summary>
    public string OwnFolder => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{Number}-of-{Count}"));

    /// <summary>Reads <c>3/8</c>.</summary>
    /// <exception cref="UsageException">The text has another form.</exception>
    public static FaultloadShard Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && number >= 1 && number <= count && count <= MaximumCount
            ? new FaultloadShard(number, count)
            : throw new UsageException($"'{text}' is no shard.", "Write which part of how many, for example 3/8; the first is 1/8, the last 8/8.");
    }

    /// <summary>The mutants of this part, in the faultload's order.</summary>
    public ImmutableArray<Mutant> Of(Faultload faultload)
    {
        var mine = faultload.Mutants
            .OrderBy(mutant => mutant.Id.Hash, StringComparer.Ordinal)
            .ThenBy(mutant => mutant.Id)
            .Where((_, index) => index % Count == Number - 1)
            .Select(mutant => mutant.Id)
            .ToHashSet();
        return [.. faultload.Mutants.Where(mutant => mine.Contains(mutant.Id))];
    }

    /// <summary>
    /// The mutants of this part, and those of other parts that change the same piece of the program: only among these can one be a duplicate of
    /// another, so a shard finds the same duplicates as a campaign on one machine without comparing the whole faultload.
    /// </summary>
    /// <param name="faultload">The faultload.</param>
    /// <param name="sourceOf">The compilation and tree of a path.</param>
    /// <param name="cancel">Stops the search.</param>
    internal ImmutableArray<Mutant> WithNeighbours(Faultload faultload, Func<string, (Compilation Compilation, SyntaxTree Tree)> sourceOf, CancellationToken cancel)
    {
        string PieceOf(Mutant mutant)
        {
            var (compilation, tree) = sourceOf(mutant.Path);
            return $"{compilation.AssemblyName}|{TrivialEquivalence.PieceOf(compilation, tree, mutant, cancel)}";
        }

        var pieces = Of(faultload).Select(PieceOf).ToHashSet(StringComparer.Ordinal);
        return [.. faultload.Mutants.Where(mutant => pieces.Contains(PieceOf(mutant)))];
    }

    /// <summary><c>3/8</c></summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");
}
