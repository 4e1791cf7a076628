using System.Collections.Immutable;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Diagrams;

/// <summary>
/// A reliability block diagram. Modules fail independently of each other; a module that stands at several places is one module, and
/// the result is exact all the same.
/// </summary>
/// <param name="root">The outermost block.</param>
public sealed class Diagram(Block root)
{
    /// <summary>The outermost block.</summary>
    public Block Root { get; } = root;

    /// <summary>The names of the modules, each once, in the order in which they first stand there.</summary>
    public ImmutableArray<string> Modules { get; } = [.. root.Occurrences.Distinct(StringComparer.Ordinal)];

    /// <summary>Reads a text such as <c>H &amp; V &amp; (M1 | M2 | M3)</c> or <c>H &amp; 2of(M1..M3)</c>.</summary>
    /// <exception cref="ModelInputException">It cannot be read; the message says where.</exception>
    public static Diagram Parse(string text) => new(new DiagramReader(text).Read());

    /// <summary>The probability that the system works.</summary>
    /// <param name="reliabilities">The reliability of each module.</param>
    public double Reliability(IReadOnlyDictionary<string, double> reliabilities)
    {
        foreach (var module in Modules)
        {
            Probability.Require(
                reliabilities.TryGetValue(module, out var value) ? value : throw ModuleNames.WithoutValue(module),
                $"the reliability of {module}");
        }

        return new ExactReliability(reliabilities).Of(Root);
    }

    /// <summary>Whether the system works, given which modules do.</summary>
    public bool Works(Func<string, bool> isUp) => Root.Works(isUp);

    /// <inheritdoc/>
    public override string ToString() => Root.ToString()!;
}
