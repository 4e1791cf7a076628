using System.Buffers.Binary;
using Xen.Hypervisor;

namespace Xen.Toolstack.Libxc;

/// <summary>What a restore needs of the new domain, and what it finds out about it.</summary>
public sealed class RestoreTarget
{
    public required int Domid { get; init; }
    public required uint StorePort { get; init; }
    public required uint ConsolePort { get; init; }
    public ulong StoreFrame { get; set; }
    public ulong ConsoleFrame { get; set; }
}

/// <summary>
/// xc_domain_restore for PV guests, a part of libxl-save-helper: believes nothing of a stream that it has not checked, and puts memory and
/// virtual CPUs into a domain that has neither.
/// </summary>
public sealed class XcDomainRestore
{
    private const int PageSize = MachineMemory.PageSize;
    private const int EntriesPerPage = PageSize / sizeof(ulong);
    private const ulong InvalidMfn = ulong.MaxValue;
    private const int MaxPfns = 1 << 22;
    private const uint ConsoleGrant = 0;
    private const uint StoreGrant = 1;

    private readonly Host host;
    private readonly Component process;
    private readonly Descriptor stream;
    private readonly RestoreTarget target;
    private readonly Action<string> error;
    private readonly Action<int> done;
    private readonly SortedDictionary<int, (ulong Entry, ulong StartInfoPfn)> vcpus = [];
    private readonly SortedDictionary<int, ulong> populated = [];
    private List<int> p2mPfns = [];
    private int maxPfn = -1;
    private bool seenPvInfo;
    private bool seenStaticDataEnd;
    private bool seenSharedInfo;

    public XcDomainRestore(Host host, Component process, Descriptor stream, RestoreTarget target, Action<string> error, Action<int> done)
    {
        this.host = host;
        this.process = process;
        this.stream = stream;
        this.target = target;
        this.error = error;
        this.done = done;
    }

    private Domain Self => host.Dom0;

    /// <summary>read_headers.</summary>
    public void Start() => Read(MigrationStream.ImageHeaderSize, "Image Header", image =>
    {
        if (!CheckImageHeader(image)) return;
        Read(MigrationStream.DomainHeaderSize, "Domain Header", domain =>
        {
            if (CheckDomainHeader(domain)) ReadRecord();
        });
    });

    private bool CheckImageHeader(byte[] header)
    {
        var marker = BinaryPrimitives.ReadUInt64BigEndian(header);
        var id = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
        var version = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
        var options = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16));
        if (marker != MigrationStream.Marker) return Fail($"Invalid marker: Got 0x{marker:x16}");
        if (id != MigrationStream.Id) return Fail($"Invalid ID: Expected 0x{MigrationStream.Id:x8}, Got 0x{id:x8}");
        if (version is < 2 or > MigrationStream.Version) return Fail($"Invalid Version: Expected 2 <= version < {MigrationStream.Version + 1}, Got {version}");
        if ((options & 1) != 0) return Fail("Unable to handle big endian streams");
        return true;
    }

    private bool CheckDomainHeader(byte[] header)
    {
        var type = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var shift = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(4));
        var major = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
        if (shift != MigrationStream.PageShift) return Fail($"Unsupported page shift {shift}");
        if (major == 0) return Fail("Legacy streams are not supported");
        if (type != MigrationStream.DomainTypePv) return Fail($"Unable to restore domain type {type}");
        return true;
    }

    private void ReadRecord() => Read(MigrationStream.RecordHeaderSize, "Record Header", header =>
    {
        var type = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
        if (length > MigrationStream.RecordLengthMax)
        {
            Fail($"Record (0x{type:x8}, {MigrationStream.Name(type)}) length 0x{length:x} exceeds max (0x{MigrationStream.RecordLengthMax:x})");
            return;
        }
        Read(MigrationStream.Padded(length), $"{length} bytes of body for record 0x{type:x8}, {MigrationStream.Name(type)}", body =>
        {
            Process(type, body.AsSpan(0, (int)length));
        });
    });

    /// <summary>process_record.</summary>
    private void Process(uint type, ReadOnlySpan<byte> body)
    {
        bool ok;
        switch ((RecordType)type)
        {
            case RecordType.End:
                Complete();
                return;
            case RecordType.X86PvInfo: ok = HandlePvInfo(body); break;
            case RecordType.StaticDataEnd: ok = HandleStaticDataEnd(); break;
            case RecordType.X86PvP2mFrames: ok = HandleP2mFrames(body); break;
            case RecordType.PageData: ok = HandlePageData(body); break;
            case RecordType.X86TscInfo: ok = body.Length == 24 || Fail($"X86_TSC_INFO record wrong size: length {body.Length}, expected 24"); break;
            case RecordType.SharedInfo: ok = HandleSharedInfo(body); break;
            case RecordType.X86PvVcpuBasic: ok = HandleVcpuBasic(body); break;
            case RecordType.Verify: ok = true; break;
            default:
                ok = (type & MigrationStream.OptionalRecord) != 0 || Fail($"Unknown mandatory record type 0x{type:x8}");
                break;
        }
        if (ok) ReadRecord();
    }

    private bool HandlePvInfo(ReadOnlySpan<byte> body)
    {
        if (seenPvInfo) return Fail("Already received X86_PV_INFO record");
        if (body.Length < 8) return Fail($"X86_PV_INFO record truncated: length {body.Length}, expected 8");
        if (body[0] != 8) return Fail($"Unexpected guest width {body[0]}, Expected 8");
        if (body[1] != 4) return Fail($"Unexpected guest levels {body[1]}, Expected 4");
        seenPvInfo = true;
        return true;
    }

    private bool HandleStaticDataEnd()
    {
        if (seenStaticDataEnd) return Fail("Multiple STATIC_DATA_END records found");
        seenStaticDataEnd = true;
        return true;
    }

    private bool HandleP2mFrames(ReadOnlySpan<byte> body)
    {
        if (!seenPvInfo) return Fail("Not yet received X86_PV_INFO record");
        if (body.Length < 8) return Fail($"X86_PV_P2M_FRAMES record truncated: length {body.Length}, min 9");
        var start = BinaryPrimitives.ReadUInt32LittleEndian(body);
        var end = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        if (start > end) return Fail($"End pfn in stream (0x{end:x}) exceeds Start (0x{start:x})");
        if (end >= MaxPfns) return Fail($"End pfn in stream (0x{end:x}) exceeds max (0x{MaxPfns:x})");
        var frames = (int)(end / EntriesPerPage) + 1;
        if (body.Length != 8 + frames * 8) return Fail($"X86_PV_P2M_FRAMES record wrong size: start_pfn 0x{start:x}, end_pfn 0x{end:x}, length {body.Length}, expected {8 + frames * 8}");
        var pfns = new List<int>();
        for (var i = 0; i < frames; i++)
        {
            var pfn = BinaryPrimitives.ReadUInt64LittleEndian(body[(8 + i * 8)..]);
            if (pfn > end) return Fail($"p2m frame {i} is outside of the guest: pfn 0x{pfn:x}");
            pfns.Add((int)pfn);
        }
        p2mPfns = pfns;
        maxPfn = (int)end;
        return true;
    }

    private bool HandlePageData(ReadOnlySpan<byte> body)
    {
        if (!seenStaticDataEnd) return Fail("Not yet received STATIC_DATA_END record");
        if (maxPfn < 0) return Fail("Not yet received X86_PV_P2M_FRAMES record");
        if (body.Length < 8) return Fail($"PAGE_DATA record truncated: length {body.Length}, min 8");
        var count = BinaryPrimitives.ReadUInt32LittleEndian(body);
        if (count < 1) return Fail("Expected at least 1 pfn in PAGE_DATA record");
        if (body.Length < 8 + (long)count * 8) return Fail($"PAGE_DATA record (length {body.Length}) too short to contain {count} pfns worth of information");

        var present = new List<int>();
        var absent = new List<int>();
        for (var i = 0; i < count; i++)
        {
            var entry = BinaryPrimitives.ReadUInt64LittleEndian(body[(8 + i * 8)..]);
            var pfn = entry & MigrationStream.PfnMask;
            var type = entry >> MigrationStream.PfnTypeShift;
            if (pfn > (ulong)maxPfn) return Fail($"pfn 0x{pfn:x} (index {i}) outside domain maximum");
            if (type is > 4 and < 9) return Fail($"Invalid type 0x{type:x} for pfn 0x{pfn:x} (index {i})");
            if (type == MigrationStream.PfnTypeInvalid) absent.Add((int)pfn);
            else present.Add((int)pfn);
        }
        var expected = 8 + (long)count * 8 + (long)present.Count * PageSize;
        if (body.Length != expected) return Fail($"PAGE_DATA record wrong size: length {body.Length}, expected {expected}");
        if (!Depopulate(absent) || !Populate(present)) return false;
        return WritePages(present, body[(8 + (int)count * 8)..]);
    }

    /// <summary>populate_pfns: memory for those pages that have none yet.</summary>
    private bool Populate(List<int> pfns)
    {
        var missing = pfns.Where(pfn => !populated.ContainsKey(pfn)).Distinct().ToList();
        if (missing.Count == 0) return true;
        var result = host.MemoryOp.PopulatePhysmap(Self, target.Domid, missing, out var frames);
        for (var i = 0; i < frames.Count; i++) populated[missing[i]] = frames[i];
        return result == missing.Count || Fail($"Failed to populate physmap: {frames.Count} of {missing.Count} pages");
    }

    private bool Depopulate(List<int> pfns)
    {
        foreach (var pfn in pfns)
        {
            if (!populated.Remove(pfn, out var mfn)) continue;
            if (host.MemoryOp.DecreaseReservation(Self, target.Domid, [mfn]) != 1) return Fail($"Failed to give back pfn 0x{pfn:x}");
        }
        return true;
    }

    private bool WritePages(List<int> pfns, ReadOnlySpan<byte> data)
    {
        var result = host.MemoryOp.MapForeignBatch(Self, target.Domid, pfns.ConvertAll(pfn => populated[pfn]), out var pages);
        if (result != 0) return Fail($"Unable to map {pfns.Count} mfns for {pfns.Count} pages of data: {Errno.Name(result)}");
        var complete = true;
        for (var i = 0; i < pages.Length; i++)
        {
            if (pages[i] is not { } page)
            {
                complete = false;
                continue;
            }
            data.Slice(i * PageSize, PageSize).CopyTo(page.Write);
        }
        host.MemoryOp.UnmapForeignBatch(Self, pages);
        return complete || Fail("Some pages of the guest could not be mapped");
    }

    private bool HandleSharedInfo(ReadOnlySpan<byte> body)
    {
        if (body.Length != PageSize) return Fail($"X86_PV_SHARED_INFO record wrong size: length {body.Length}, expected {PageSize}");
        var mapped = MapSharedInfo();
        if (mapped is null) return Fail("Failed to map shared info");
        var size = BinaryPrimitives.ReadUInt64LittleEndian(body[SharedInfoLayout.MaxPfn..]);
        mapped.WriteUInt64(SharedInfoLayout.MaxPfn, size);

        // Events that were pending belong to connections that are no more, and the list of frames names frames of another machine.
        mapped.WriteUInt64(SharedInfoLayout.FrameListList, 0);
        host.MemoryOp.UnmapForeign(Self, mapped);
        seenSharedInfo = true;
        return true;
    }

    private bool HandleVcpuBasic(ReadOnlySpan<byte> body)
    {
        if (body.Length != 24) return Fail($"X86_PV_VCPU_BASIC record wrong size: length {body.Length}, expected 24");
        var vcpu = BinaryPrimitives.ReadUInt32LittleEndian(body);
        if (host.Domctl.GetDomainInfo(Self, target.Domid, out var info) != 0 || info is null) return Fail("Unable to get domain information");
        if (vcpu > info.MaxVcpuId) return Fail($"X86_PV_VCPU_BASIC record for vcpu {vcpu}, which does not exist");
        vcpus[(int)vcpu] = (BinaryPrimitives.ReadUInt64LittleEndian(body[8..]), BinaryPrimitives.ReadUInt64LittleEndian(body[16..]));
        return true;
    }

    /// <summary>stream_complete.</summary>
    private void Complete()
    {
        if (!seenSharedInfo)
        {
            Fail("Not yet received SHARED_INFO record");
            return;
        }
        if (!vcpus.ContainsKey(0))
        {
            Fail("Not yet received X86_PV_VCPU_BASIC record for vcpu 0");
            return;
        }
        if (!UpdateVcpus() || !UpdateGuestP2m()) return;
        WriteGrantEntry(ConsoleGrant, target.ConsoleFrame);
        WriteGrantEntry(StoreGrant, target.StoreFrame);
        done(0);
    }

    private bool UpdateVcpus()
    {
        foreach (var (id, (entry, startInfoPfn)) in vcpus)
        {
            if (startInfoPfn > (ulong)maxPfn || !populated.TryGetValue((int)startInfoPfn, out var mfn)) return Fail($"Start Info pfn 0x{startInfoPfn:x} out of range");
            if (id == 0 && !ProcessStartInfo(mfn)) return false;
            var result = host.Domctl.SetVcpuContext(Self, target.Domid, id, new VcpuContext(entry, mfn));
            if (result != 0) return Fail($"Failed to set vcpu{id}'s basic info: {Errno.Name(result)}");
        }
        return true;
    }

    /// <summary>process_start_info: what the guest finds about its new surroundings.</summary>
    private bool ProcessStartInfo(ulong mfn)
    {
        if (host.MemoryOp.MapForeign(Self, target.Domid, mfn, out var page) != 0 || page is null) return Fail("Failed to map start_info");
        var startInfo = StartInfo.ReadFrom(page);
        if (startInfo is null)
        {
            host.MemoryOp.UnmapForeign(Self, page);
            return Fail("start_info has a bad magic");
        }
        var store = startInfo.StoreMfn;
        var console = startInfo.ConsoleMfn;
        var found = store <= (ulong)maxPfn && console <= (ulong)maxPfn && populated.ContainsKey((int)store) && populated.ContainsKey((int)console);
        if (found)
        {
            target.StoreFrame = populated[(int)store];
            target.ConsoleFrame = populated[(int)console];
            host.Domctl.GetDomainInfo(Self, target.Domid, out var info);
            StartInfo.Update(page, (ulong)maxPfn + 1, info!.SharedInfoFrame * PageSize, target.StoreFrame, target.StorePort, target.ConsoleFrame, target.ConsolePort);
        }
        host.MemoryOp.UnmapForeign(Self, page);
        return found || Fail($"XenStore pfn 0x{store:x} or console pfn 0x{console:x} out of range");
    }

    /// <summary>update_guest_p2m: the guest's own table, with the frames that it has now.</summary>
    private bool UpdateGuestP2m()
    {
        for (var i = 0; i < p2mPfns.Count; i++)
        {
            if (!populated.TryGetValue(p2mPfns[i], out var mfn)) return Fail($"pfn 0x{p2mPfns[i]:x} of the p2m is missing");
            if (host.MemoryOp.MapForeign(Self, target.Domid, mfn, out var page) != 0 || page is null) return Fail("Failed to map the guest's p2m");
            for (var entry = 0; entry < EntriesPerPage; entry++)
            {
                var pfn = i * EntriesPerPage + entry;
                page.WriteUInt64(entry * sizeof(ulong), populated.TryGetValue(pfn, out var frame) ? frame : InvalidMfn);
            }
            host.MemoryOp.UnmapForeign(Self, page);
        }
        return true;
    }

    private MappedPage? MapSharedInfo()
    {
        if (host.Domctl.GetDomainInfo(Self, target.Domid, out var info) != 0 || info is null) return null;
        return host.MemoryOp.MapForeign(Self, target.Domid, info.SharedInfoFrame, out var page) == 0 ? page : null;
    }

    private void WriteGrantEntry(uint reference, ulong frame) =>
        host.FindDomain(target.Domid)?.GrantTable.WriteEntry(reference, GrantEntryFlags.PermitAccess, Self.Id, frame);

    private void Read(int count, string what, Action<byte[]> then) => stream.Read(process, count, bytes =>
    {
        if (bytes.Length < count)
        {
            Fail($"Failed to read {what} from stream");
            return;
        }
        then(bytes);
    });

    private bool Fail(string text)
    {
        error(text);
        done(-1);
        return false;
    }
}
