using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xen.Hypervisor;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>Collections of numbers in short. An array that is as it was at the last look costs a comparison, not a digest.</summary>
internal sealed class PrimitiveArrays
{
    private readonly ConditionalWeakTable<Array, Seen> seen = [];

    private sealed record Seen(byte[] Bytes, string Text);

    /// <summary>An array of numbers.</summary>
    public string Of(Array numbers)
    {
        var bytes = MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(numbers), Buffer.ByteLength(numbers));
        if (seen.TryGetValue(numbers, out var before) && bytes.SequenceEqual(before.Bytes)) return before.Text;
        var text = SimulationTap.Digest(bytes);
        seen.AddOrUpdate(numbers, new Seen(bytes.ToArray(), text));
        return text;
    }

    /// <summary>A list of numbers.</summary>
    public static string Of<T>(ReadOnlySpan<T> numbers)
        where T : struct => SimulationTap.Digest(MemoryMarshal.AsBytes(numbers));

    /// <summary>A set of numbers, whatever their order, or a queue of them.</summary>
    public static string Of(IEnumerable<ulong> numbers, bool anyOrder)
    {
        var count = 0;
        ulong sum = 0;
        foreach (var number in numbers)
        {
            count++;
            var mixed = (number + 0x9E3779B97F4A7C15UL) * 0xBF58476D1CE4E5B9UL;
            sum = anyOrder ? sum + mixed : ulong.RotateLeft(sum ^ mixed, 23) * 0x94D049BB133111EBUL;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{count} numbers {sum:x16}");
    }
}
