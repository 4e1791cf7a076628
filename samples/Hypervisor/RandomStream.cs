namespace Xen.Hypervisor;

/// <summary>An independent stream of random numbers (xoshiro256**), derived from the simulation's seed and the stream's name.</summary>
public sealed class RandomStream
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    internal RandomStream(ulong seed, string name)
    {
        var state = seed;
        foreach (var c in name)
        {
            state = (state ^ c) * 0x100000001B3UL;
        }

        s0 = SplitMix(ref state);
        s1 = SplitMix(ref state);
        s2 = SplitMix(ref state);
        s3 = SplitMix(ref state);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var result = ulong.RotateLeft(s1 * 5, 7) * 9;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>A number from 0 up to, not including, <paramref name="bound"/>.</summary>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)(Next() % (ulong)bound);
    }

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public long Between(long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(high, low);
        return low + (long)(Next() % ((ulong)(high - low) + 1));
    }

    /// <summary>True in <paramref name="percent"/> of 100 draws.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>Fills the span with random bytes.</summary>
    public void Fill(Span<byte> bytes)
    {
        ulong bits = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i % 8 == 0)
            {
                bits = Next();
            }

            bytes[i] = (byte)bits;
            bits >>= 8;
        }
    }

    /// <summary>A random (version 4) UUID.</summary>
    public Guid NextUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
