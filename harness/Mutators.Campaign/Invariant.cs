using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mutators.Campaign;

/// <summary>Assertions that are always on.</summary>
public static class Invariant
{
    /// <summary>Throws if <paramref name="condition"/> is false: a bug of ours, named by its own text.</summary>
    public static void Holds([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition)
        {
            throw new UnreachableException($"An invariant does not hold: {text}");
        }
    }
}
