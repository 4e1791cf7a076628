using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.CodeAnalysis;

namespace Mutators;

/// <summary>
/// Trivial compiler equivalence: a mutant for which the optimising compiler makes what it makes of golden is no fault, and of two for
/// which it makes the same one is enough. What the compiler does not see stays unknown: equal meaning is not decidable.
/// </summary>
/// <param name="equivalent">Mutants that compile to golden.</param>
/// <param name="duplicates">Mutants that compile to what an earlier one compiles to, with that one.</param>
/// <param name="rejected">Mutants that do not compile, so nothing can be said.</param>
public sealed class TrivialEquivalence(
    ImmutableArray<MutantId> equivalent, ImmutableArray<(MutantId Mutant, MutantId Same)> duplicates, ImmutableArray<MutantId> rejected)
{
    /// <summary>Mutants that compile to golden, in the order given.</summary>
    public ImmutableArray<MutantId> Equivalent { get; } = equivalent;

    /// <summary>Mutants that compile to what an earlier one compiles to, with that one, in the order given.</summary>
    public ImmutableArray<(MutantId Mutant, MutantId Same)> Duplicates { get; } = duplicates;

    /// <summary>Mutants that do not compile, in the order given.</summary>
    public ImmutableArray<MutantId> Rejected { get; } = rejected;

    /// <summary>Compiles golden and each of its mutants, and compares. Each mutant costs the emission of its whole assembly.</summary>
    /// <param name="golden">The golden compilation.</param>
    /// <param name="mutants">The mutants, each with the tree of <paramref name="golden"/> that holds its site; of equal ones the first stays.</param>
    /// <param name="cancel">Stops the compiler.</param>
    public static TrivialEquivalence Find(Compilation golden, IEnumerable<(SyntaxTree Tree, Mutant Mutant)> mutants, CancellationToken cancel)
    {
        var optimised = Optimised(golden);
        var original = Fingerprint(optimised, cancel)
            ?? throw new ArgumentException("Golden does not compile, so no mutant can be compared with it.", nameof(golden));
        var seen = new Dictionary<string, MutantId>(StringComparer.Ordinal);
        var equivalent = ImmutableArray.CreateBuilder<MutantId>();
        var duplicates = ImmutableArray.CreateBuilder<(MutantId, MutantId)>();
        var rejected = ImmutableArray.CreateBuilder<MutantId>();
        foreach (var (tree, mutant) in mutants)
        {
            var mutated = optimised.ReplaceSyntaxTree(tree, MutantCompiler.Inject(tree, mutant, cancel));
            if (Fingerprint(mutated, cancel) is not { } fingerprint)
            {
                rejected.Add(mutant.Id);
            }
            else if (fingerprint == original)
            {
                equivalent.Add(mutant.Id);
            }
            else if (seen.TryGetValue(fingerprint, out var same))
            {
                duplicates.Add((mutant.Id, same));
            }
            else
            {
                seen.Add(fingerprint, mutant.Id);
            }
        }

        return new TrivialEquivalence(equivalent.ToImmutable(), duplicates.ToImmutable(), rejected.ToImmutable());
    }

    // A Release build says the same of the same code, to the last bit.
    private static Compilation Optimised(Compilation golden) =>
        golden.WithOptions(golden.Options.WithOptimizationLevel(OptimizationLevel.Release).WithDeterministic(true));

    // Without debug information, since lines move with every edit.
    private static string? Fingerprint(Compilation compilation, CancellationToken cancel)
    {
        using var image = new MemoryStream();
        if (!compilation.Emit(image, cancellationToken: cancel).Success)
        {
            return null;
        }

        image.Position = 0;
        using var sha = SHA256.Create();
        return Convert.ToBase64String(sha.ComputeHash(image));
    }
}
