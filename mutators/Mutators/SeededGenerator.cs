using System.Text;

namespace Mutators;

/// <summary>
/// The generator behind every draw: SplitMix64, written out here so that a seed means the same on every runtime and in every year.
/// </summary>
/// <param name="seed">The seed.</param>
public sealed class SeededGenerator(ulong seed)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>A generator of its own for one purpose: what one stream draws does not change what another draws.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="purpose">What the stream is for.</param>
    public SeededGenerator(ulong seed, string purpose)
        : this(new SeededGenerator(seed).Next() ^ Fingerprint(purpose))
    {
    }

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        unchecked
        {
            _state += Increment;
            var bits = _state;
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            return bits ^ (bits >> 31);
        }
    }

    /// <summary>A number from 0 to below <paramref name="limit"/>, each equally likely.</summary>
    public int Below(int limit)
    {
        if (limit <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "There is no number below the limit.");
        }

        // The last, incomplete round of remainders would favour small numbers.
        var rounds = ulong.MaxValue - (ulong.MaxValue % (ulong)limit);
        ulong bits;
        do
        {
            bits = Next();
        }
        while (bits >= rounds);

        return (int)(bits % (ulong)limit);
    }

    // FNV-1a over the text's UTF-8.
    private static ulong Fingerprint(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var each in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked((hash ^ each) * 0x100000001B3);
        }

        return hash;
    }
}
