using System.Buffers.Binary;

namespace Xen.Hypervisor;

/// <summary>
/// A page of machine memory in the address space of whoever holds this object: one's own, or a foreign one mapped by grant or by
/// privilege. After the mapping is gone every access is a page fault, and so is a write through a read-only mapping.
/// </summary>
public sealed class MappedPage
{
    private readonly MachineMemory memory;
    private byte[]? bytes;

    internal MappedPage(MachineMemory memory, ulong mfn, bool writable)
    {
        this.memory = memory;
        Mfn = mfn;
        Writable = writable;
        bytes = memory.Bytes(mfn);
    }

    public ulong Mfn { get; }

    public bool Writable { get; }

    /// <summary>Tells who looks on of what is read and written; null where nobody does, and for pages of one's own and granted ones.</summary>
    internal ForeignMemory.Page? Foreign { get; init; }

    public bool Mapped => bytes is not null && !memory.IsFree(Mfn);

    /// <summary>The bytes, to read.</summary>
    public ReadOnlySpan<byte> Read
    {
        get
        {
            if (bytes is null || memory.IsFree(Mfn))
            {
                throw new PageFaultException($"read of frame {Mfn:x}, which is not mapped");
            }

            Foreign?.Read(bytes);
            return bytes;
        }
    }

    /// <summary>The bytes, to write.</summary>
    public Span<byte> Write
    {
        get
        {
            if (bytes is null || memory.IsFree(Mfn))
            {
                throw new PageFaultException($"write to frame {Mfn:x}, which is not mapped");
            }

            if (!Writable)
            {
                throw new PageFaultException($"write to frame {Mfn:x}, which is mapped read-only");
            }

            memory.MarkDirty(Mfn);
            Foreign?.Write(bytes);
            return bytes;
        }
    }

    public byte ReadByte(int offset) => Read[offset];

    public ushort ReadUInt16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Read[offset..]);

    public uint ReadUInt32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Read[offset..]);

    public ulong ReadUInt64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(Read[offset..]);

    public void WriteByte(int offset, byte value) => Write[offset] = value;

    public void WriteUInt16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Write[offset..], value);

    public void WriteUInt32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Write[offset..], value);

    public void WriteUInt64(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Write[offset..], value);

    internal void Revoke() => bytes = null;
}
