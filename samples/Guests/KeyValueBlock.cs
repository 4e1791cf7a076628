using System.Buffers.Binary;
using Xen.Hypervisor;

namespace Xen.Guests;

public enum KeyValueBlockKind
{
    Super = 1,
    Log = 2,
    Table = 3,
}

/// <summary>
/// A block of the key-value store: {magic, CRC-32C of the block, seed, kind, number, version, key, length} and the value, which follows from
/// seed, key and version, so that a value that is somebody else's is as recognisable as a torn one.
/// </summary>
public readonly record struct KeyValueBlock(KeyValueBlockKind Kind, ulong Version, int Key, int Length)
{
    public const int Size = 4096;
    public const int MaxLength = Size - ValueOffset;

    private const uint Magic = 0x4C41564B; // KVAL
    private const int CrcOffset = 4;
    private const int SeedOffset = 8;
    private const int KindOffset = 16;
    private const int NumberOffset = 20;
    private const int VersionOffset = 24;
    private const int KeyOffset = 32;
    private const int LengthOffset = 36;
    private const int ValueOffset = 40;

    public void Fill(Span<byte> block, ulong seed, int number)
    {
        block.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(block, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(block[SeedOffset..], seed);
        BinaryPrimitives.WriteInt32LittleEndian(block[KindOffset..], (int)Kind);
        BinaryPrimitives.WriteInt32LittleEndian(block[NumberOffset..], number);
        BinaryPrimitives.WriteUInt64LittleEndian(block[VersionOffset..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(block[KeyOffset..], Key);
        BinaryPrimitives.WriteInt32LittleEndian(block[LengthOffset..], Length);
        WriteValue(block.Slice(ValueOffset, Length), seed, Key, Version);
        BinaryPrimitives.WriteUInt32LittleEndian(block[CrcOffset..], Crc32C.Compute(block[..Size]));
    }

    /// <summary>
    /// What a block holds. Null with a reason when it is damaged or misplaced; null without one when it was never written.
    /// </summary>
    public static KeyValueBlock? Read(ReadOnlySpan<byte> block, ulong seed, int number, out string? problem)
    {
        problem = null;
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(block);
        if (magic != Magic)
        {
            problem = block[..Size].IndexOfAnyExcept((byte)0) < 0 ? null : $"block {number} is overwritten";
            return null;
        }

        Span<byte> copy = stackalloc byte[Size];
        block[..Size].CopyTo(copy);
        BinaryPrimitives.WriteUInt32LittleEndian(copy[CrcOffset..], 0);
        if (Crc32C.Compute(copy) != BinaryPrimitives.ReadUInt32LittleEndian(block[CrcOffset..]))
        {
            problem = $"block {number} is torn";
            return null;
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(block[SeedOffset..]) != seed)
        {
            problem = $"block {number} belongs to another store";
            return null;
        }

        var found = BinaryPrimitives.ReadInt32LittleEndian(block[NumberOffset..]);
        if (found != number)
        {
            problem = $"block {number} holds block {found}";
            return null;
        }

        var read = new KeyValueBlock(
            (KeyValueBlockKind)BinaryPrimitives.ReadInt32LittleEndian(block[KindOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(block[VersionOffset..]),
            BinaryPrimitives.ReadInt32LittleEndian(block[KeyOffset..]),
            BinaryPrimitives.ReadInt32LittleEndian(block[LengthOffset..]));
        Span<byte> value = stackalloc byte[MaxLength];
        value = value[..read.Length];
        WriteValue(value, seed, read.Key, read.Version);
        if (!value.SequenceEqual(block.Slice(ValueOffset, read.Length)))
        {
            problem = $"the value of key {read.Key} in block {number} is not what was written";
            return null;
        }

        return read;
    }

    private static void WriteValue(Span<byte> value, ulong seed, int key, ulong version)
    {
        var state = seed ^ ((ulong)key << 40) ^ (version * 0x9E3779B97F4A7C15UL);
        var at = 0;
        for (; at + sizeof(ulong) <= value.Length; at += sizeof(ulong))
        {
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            BinaryPrimitives.WriteUInt64LittleEndian(value[at..], state);
        }

        for (; at < value.Length; at++)
        {
            value[at] = (byte)(state >> (at % 8 * 8));
        }
    }
}
