using System.Collections.Immutable;

namespace Mutators.Reliability.Diagrams;

/// <summary>
/// A part of a reliability block diagram: a module, or a group that works as long as enough of its parts work. All of them is
/// a series, one of them a parallel group, k of them a voting group.
/// </summary>
public abstract record Block
{
    /// <summary>The names of its modules in the order in which they stand there; a module that occurs twice is named twice.</summary>
    public abstract IEnumerable<string> Occurrences { get; }

    /// <summary>Whether it works, given which modules do.</summary>
    public abstract bool Works(Func<string, bool> isUp);

    /// <summary>Works as long as all parts work.</summary>
    public static Block Series(params ImmutableArray<Block> parts) => AtLeast(parts.Length, parts);

    /// <summary>Works as long as one part works.</summary>
    public static Block Parallel(params ImmutableArray<Block> parts) => AtLeast(1, parts);

    /// <summary>Works as long as at least <paramref name="required"/> parts work.</summary>
    /// <exception cref="ModelInputException">That is never so, or always.</exception>
    public static Block AtLeast(int required, params ImmutableArray<Block> parts) => required < 1 || required > parts.Length
        ? throw new ModelInputException($"{required} of {parts.Length} modules can never be what a group needs.", "Write k between 1 and the number of modules, for example 2of(M1, M2, M3).")
        : parts.Length == 1 ? parts[0]
        : new Group(required, parts);
}

/// <summary>A module: works with a probability of its own. The same name means the same module, wherever it stands.</summary>
/// <param name="Name">Its name, for example <c>M1</c>.</param>
public sealed record Module(string Name) : Block
{
    /// <inheritdoc/>
    public override IEnumerable<string> Occurrences => [Name];

    /// <inheritdoc/>
    public override bool Works(Func<string, bool> isUp) => isUp(Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>At least two parts, of which some number must work.</summary>
/// <param name="Required">How many must work.</param>
/// <param name="Parts">The parts.</param>
public sealed record Group(int Required, ImmutableArray<Block> Parts) : Block
{
    /// <summary>All parts must work.</summary>
    public bool IsSeries => Required == Parts.Length;

    /// <summary>One part is enough.</summary>
    public bool IsParallel => Required == 1 && !IsSeries;

    /// <inheritdoc/>
    public override IEnumerable<string> Occurrences => Parts.SelectMany(part => part.Occurrences);

    /// <inheritdoc/>
    public override bool Works(Func<string, bool> isUp) => Parts.Count(part => part.Works(isUp)) >= Required;

    /// <summary>The text that reads back as this group.</summary>
    public override string ToString() =>
        IsSeries ? string.Join(" & ", Parts.Select(part => part is Group { IsParallel: true } ? $"({part})" : $"{part}"))
        : IsParallel ? string.Join(" | ", Parts)
        : $"{Required}of({string.Join(", ", Parts)})";
}

/// <summary>What remains of a module whose state is given.</summary>
/// <param name="IsUp">Its state.</param>
internal sealed record Decided(bool IsUp) : Block
{
    public override IEnumerable<string> Occurrences => [];

    public override bool Works(Func<string, bool> isUp) => IsUp;
}
