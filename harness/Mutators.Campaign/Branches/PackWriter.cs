using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Mutators.Campaign.Branches;

/// <summary>
/// Writes objects as one git pack and its index (versions 2 of both formats). A mutant differs from golden in a few bytes of one
/// file and of its folders, so nearly every object is a delta: 50,000 mutants are a file of some ten megabytes, where loose objects
/// would be some 300,000 files.
/// </summary>
/// <param name="objectsDirectory">The <c>objects</c> folder of the git folder.</param>
internal sealed class PackWriter(string objectsDirectory) : IDisposable
{
    /// <summary>Bytes of a pack; beyond 2 GiB an index needs a second form of offsets.</summary>
    private const long MaximumLength = 1L << 30;

    /// <summary>The pack's number for a delta whose base lies some bytes before it.</summary>
    private const int OffsetDelta = 6;

    private static readonly uint[] CrcTable = MakeCrcTable();

    private readonly string _folder = Path.Combine(objectsDirectory, "pack");
    private readonly SortedDictionary<string, (byte[] Id, uint Crc, long Offset)> _entries = new(StringComparer.Ordinal);
    private FileStream? _pack;
    private string _temporary = "";

    /// <summary>Adds an object, unless it was added before; its base comes with it.</summary>
    public void Add(RawObject added)
    {
        if (_entries.ContainsKey(added.Sha))
        {
            return;
        }

        if (_pack?.Position > MaximumLength)
        {
            Finish();
        }

        if (added.Base is not null)
        {
            Add(added.Base);
        }

        _pack ??= Begin();
        var offset = _pack.Position;
        var entry = new MemoryStream();
        if (added.Base is null)
        {
            WriteHeader(entry, (int)added.Kind, added.Content.Length);
            Compress(entry, added.Content);
        }
        else
        {
            var delta = Delta(added.Base.Content, added.Content);
            WriteHeader(entry, OffsetDelta, delta.Length);
            WriteDistance(entry, offset - _entries[added.Base.Sha].Offset);
            Compress(entry, delta);
        }

        var bytes = entry.GetBuffer().AsSpan(0, (int)entry.Length);
        _pack.Write(bytes);
        _entries.Add(added.Sha, (added.Id, Crc(bytes), offset));
    }

    /// <summary>Makes what was added part of the repository. The index comes last: until it is there, git does not look at the pack.</summary>
    public void Finish()
    {
        if (_pack is null)
        {
            return;
        }

        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, (uint)_entries.Count);
        _pack.Position = 8;
        _pack.Write(count);
        _pack.Position = 0;
        var checksum = Sha1(_pack);
        _pack.Write(checksum);
        _pack.Flush(flushToDisk: true);
        _pack.Dispose();
        _pack = null;

        var name = Path.Combine(_folder, $"pack-{Convert.ToHexStringLower(checksum)}");
        var index = _temporary + ".idx";
        using (var file = new FileStream(index, FileMode.Create))
        {
            file.Write(Index(checksum));
            file.Flush(flushToDisk: true);
        }

        Publish(_temporary, name + ".pack");
        Publish(index, name + ".idx");
        _entries.Clear();
    }

    /// <summary>Drops what was added and not finished.</summary>
    public void Dispose()
    {
        if (_pack is not null)
        {
            _pack.Dispose();
            File.Delete(_temporary);
        }
    }

    private FileStream Begin()
    {
        Directory.CreateDirectory(_folder);
        // Git's gc removes files of this beginning, should this process be killed.
        _temporary = Path.Combine(_folder, $"tmp_pack_mutators_{Environment.ProcessId}_{Environment.CurrentManagedThreadId}");
        var pack = new FileStream(_temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        pack.Write("PACK"u8);
        pack.Write([0, 0, 0, 2, 0, 0, 0, 0]);
        return pack;
    }

    private static void Publish(string temporary, string path)
    {
        if (File.Exists(path))
        {
            File.Delete(temporary);
            return;
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        File.Move(temporary, path);
    }

    private byte[] Index(byte[] packChecksum)
    {
        var index = new MemoryStream();
        index.Write([0xff, (byte)'t', (byte)'O', (byte)'c', 0, 0, 0, 2]);
        var below = 0u;
        using var each = _entries.Values.GetEnumerator();
        var isMore = each.MoveNext();
        for (var first = 0; first < 256; first++)
        {
            for (; isMore && each.Current.Id[0] == first; isMore = each.MoveNext())
            {
                below++;
            }

            WriteNumber(index, below);
        }

        Invariant.Holds(below == _entries.Count);
        foreach (var entry in _entries.Values)
        {
            index.Write(entry.Id);
        }

        foreach (var entry in _entries.Values)
        {
            WriteNumber(index, entry.Crc);
        }

        foreach (var entry in _entries.Values)
        {
            Invariant.Holds(entry.Offset <= int.MaxValue);
            WriteNumber(index, (uint)entry.Offset);
        }

        index.Write(packChecksum);
        index.Position = 0;
        var checksum = Sha1(index);
        index.Write(checksum);
        return index.ToArray();
    }

    /// <summary>An entry's kind and length: four bits of the length in the first byte, then seven in each.</summary>
    private static void WriteHeader(MemoryStream entry, int kind, int length)
    {
        var rest = length >> 4;
        entry.WriteByte((byte)((rest > 0 ? 0x80 : 0) | (kind << 4) | (length & 0x0f)));
        WriteLength(entry, rest, isFirst: false);
    }

    /// <summary>A number in groups of seven bits, the lowest first.</summary>
    private static void WriteLength(MemoryStream entry, int length, bool isFirst = true)
    {
        for (var rest = length; rest > 0 || isFirst; isFirst = false)
        {
            var group = rest & 0x7f;
            rest >>= 7;
            entry.WriteByte((byte)((rest > 0 ? 0x80 : 0) | group));
        }
    }

    /// <summary>The distance to a base: groups of seven bits, the highest first, each but the last one less than it counts.</summary>
    private static void WriteDistance(MemoryStream entry, long distance)
    {
        Span<byte> groups = stackalloc byte[10];
        var start = groups.Length - 1;
        groups[start] = (byte)(distance & 0x7f);
        for (var rest = distance >> 7; rest > 0; rest >>= 7)
        {
            rest--;
            groups[--start] = (byte)(0x80 | (int)(rest & 0x7f));
        }

        entry.Write(groups[start..]);
    }

    /// <summary>The instructions that make one content from another: copy what both begin with, insert, copy what both end with.</summary>
    private static byte[] Delta(byte[] from, byte[] to)
    {
        var start = from.AsSpan().CommonPrefixLength(to);
        var end = 0;
        while (end < Math.Min(from.Length, to.Length) - start && from[^(end + 1)] == to[^(end + 1)])
        {
            end++;
        }

        var delta = new MemoryStream();
        WriteLength(delta, from.Length);
        WriteLength(delta, to.Length);
        WriteCopy(delta, 0, start);
        foreach (var chunk in to[start..^end].Chunk(127))
        {
            delta.WriteByte((byte)chunk.Length);
            delta.Write(chunk);
        }

        WriteCopy(delta, from.Length - end, end);
        return delta.ToArray();
    }

    private static void WriteCopy(MemoryStream delta, int offset, int length)
    {
        // An instruction has three bytes for the length, but old readers take only two: the format's documentation allows 64 KiB.
        const int Longest = 0xffff;
        for (var rest = length; rest > 0;)
        {
            var size = Math.Min(rest, Longest);
            delta.WriteByte(0x80 | 0x0f | 0x30);
            delta.Write([(byte)offset, (byte)(offset >> 8), (byte)(offset >> 16), (byte)(offset >> 24), (byte)size, (byte)(size >> 8)]);
            offset += size;
            rest -= size;
        }
    }

    private static void Compress(MemoryStream entry, byte[] content)
    {
        using var zlib = new ZLibStream(entry, CompressionLevel.Fastest, leaveOpen: true);
        zlib.Write(content);
    }

    private static void WriteNumber(MemoryStream index, uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        index.Write(bytes);
    }

#pragma warning disable CA5350 // Git's checksums are SHA-1; nothing here rests on its strength.
    private static byte[] Sha1(Stream stream) => SHA1.HashData(stream);
#pragma warning restore CA5350

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var each in bytes)
        {
            crc = CrcTable[(crc ^ each) & 0xff] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1);
            }

            table[i] = crc;
        }

        return table;
    }
}
