using System.Buffers.Binary;
using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>
/// The content of a block: {magic, number, epoch, sequence, CRC-32C of the rest, seed} and a payload that follows from them. From a
/// block alone one can tell whether it is torn, stale, in the wrong place, or another guest's.
/// </summary>
public static class BlockPattern
{
    public const int Size = 4096;

    private const uint Magic = 0x4B4C4258; // XBLK
    private const int NumberOffset = 4;
    private const int EpochOffset = 8;
    private const int SequenceOffset = 12;
    private const int CrcOffset = 16;
    private const int SeedOffset = 24;
    private const int PayloadOffset = 32;

    public static void Fill(Span<byte> block, ulong seed, uint number, uint epoch, uint sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(block[NumberOffset..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(block[EpochOffset..], epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(block[SequenceOffset..], sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(block[CrcOffset..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(block[SeedOffset..], seed);
        var state = seed ^ ((ulong)number << 32) ^ epoch;
        for (var offset = PayloadOffset; offset < Size; offset += 8)
        {
            // A full-period generator is enough: the payload only has to differ wherever the header does.
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            BinaryPrimitives.WriteUInt64LittleEndian(block[offset..], state);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(block[CrcOffset..], Crc32C.Compute(block[..Size]));
    }

    /// <summary>Null when the block is what it should be, otherwise what is wrong with it.</summary>
    public static string? Check(ReadOnlySpan<byte> block, ulong seed, uint number, uint epoch)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(block) != Magic)
        {
            return $"block {number} was never written";
        }

        Span<byte> copy = stackalloc byte[Size];
        block[..Size].CopyTo(copy);
        BinaryPrimitives.WriteUInt32LittleEndian(copy[CrcOffset..], 0);
        if (Crc32C.Compute(copy) != BinaryPrimitives.ReadUInt32LittleEndian(block[CrcOffset..]))
        {
            return $"block {number} is torn";
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(block[SeedOffset..]) != seed)
        {
            return $"block {number} belongs to another disk";
        }

        var found = BinaryPrimitives.ReadUInt32LittleEndian(block[NumberOffset..]);
        if (found != number)
        {
            return $"block {number} holds block {found}";
        }

        var foundEpoch = BinaryPrimitives.ReadUInt32LittleEndian(block[EpochOffset..]);
        return foundEpoch == epoch ? null : $"block {number} is of round {foundEpoch}, not {epoch}";
    }
}
