using System.Buffers.Binary;
using Xen.Hypervisor;

namespace Xen.Toolstack.Libxc;

/// <summary>What a save has done, for the log and for whoever wonders how long the guest stood still.</summary>
public sealed class SaveStatistics
{
    /// <summary>Passes over dirty pages while the guest ran.</summary>
    public int Rounds { get; set; }

    public long PagesSent { get; set; }

    /// <summary>Pages sent after the guest was suspended.</summary>
    public int LastRoundPages { get; set; }
}

/// <summary>
/// xc_domain_save for PV guests, a part of libxl-save-helper: sends the memory of a domain, in rounds while it runs when the save is live,
/// then lets it be suspended and sends what is left and the state of its virtual CPUs.
/// </summary>
public sealed class XcDomainSave
{
    /// <summary>After so many rounds, or when fewer pages than this are dirty, the guest is stopped for the rest.</summary>
    private const int MaxRounds = 5;
    private const int DirtyThreshold = 50;

    private const int PageSize = MachineMemory.PageSize;
    private const int EntriesPerPage = PageSize / sizeof(ulong);
    private const ulong InvalidMfn = ulong.MaxValue;

    private readonly Host host;
    private readonly Component process;
    private readonly Descriptor stream;
    private readonly int domid;
    private readonly bool live;
    private readonly Action<Action<bool>> suspend;
    private readonly Action<string> error;
    private readonly Action<int> done;
    private readonly Queue<int> toSend = new();
    private readonly SortedSet<int> sent = [];
    private List<ulong> p2mFrames = [];
    private int p2mSize;
    private bool suspended;
    private bool logDirty;
    private bool finished;

    public XcDomainSave(
        Host host, Component process, Descriptor stream, int domid, bool live, Action<Action<bool>> suspend, Action<string> error, Action<int> done)
    {
        this.host = host;
        this.process = process;
        this.stream = stream;
        this.domid = domid;
        this.live = live;
        this.suspend = suspend;
        this.error = error;
        this.done = done;
    }

    public SaveStatistics Statistics { get; } = new();

    private Domain Self => host.Dom0;

    public void Start()
    {
        if (!Setup())
        {
            Finish(-1);
            return;
        }
        byte[] headers = [.. MigrationStream.ImageHeader(), .. MigrationStream.DomainHeader(), .. PvInfo(), .. StaticDataEnd(), .. P2mFrames()];
        Send(headers, live ? StartRounds : SuspendGuest);
    }

    private void StartRounds()
    {
        var result = host.Domctl.ShadowOp(Self, domid, ShadowOperation.EnableLogDirty, out _);
        if (result != 0)
        {
            Fail($"Failed to enable logdirty: {Errno.Name(result)}");
            return;
        }
        logDirty = true;
        for (var pfn = 0; pfn < p2mSize; pfn++) toSend.Enqueue(pfn);
        SendPages(RoundDone);
    }

    /// <summary>send_memory_live: another round, or enough of them.</summary>
    private void RoundDone()
    {
        Statistics.Rounds++;
        var operation = Statistics.Rounds >= MaxRounds ? ShadowOperation.Peek : ShadowOperation.Clean;
        var result = host.Domctl.ShadowOp(Self, domid, operation, out var dirty);
        if (result != 0)
        {
            Fail($"Failed to retrieve logdirty bitmap: {Errno.Name(result)}");
            return;
        }
        if (operation == ShadowOperation.Peek || dirty.Count < DirtyThreshold)
        {
            foreach (var pfn in dirty) remaining.Add(pfn);
            SuspendGuest();
            return;
        }
        foreach (var pfn in dirty) toSend.Enqueue(pfn);
        SendPages(RoundDone);
    }

    private readonly SortedSet<int> remaining = [];

    /// <summary>suspend_and_send_dirty.</summary>
    private void SuspendGuest() => suspend(ok =>
    {
        if (!ok)
        {
            Fail("Domain has not been suspended");
            return;
        }
        suspended = true;
        if (!CheckSuspended()) return;
        if (live && !CollectDirty()) return;
        if (!live)
        {
            for (var pfn = 0; pfn < p2mSize; pfn++) remaining.Add(pfn);
        }
        foreach (var pfn in remaining) toSend.Enqueue(pfn);
        Statistics.LastRoundPages = toSend.Count;
        SendPages(SendState);
    });

    private bool CheckSuspended()
    {
        var result = host.Domctl.GetDomainInfo(Self, domid, out var info);
        if (result != 0 || info is null || info.Domid != domid)
        {
            Fail("Unable to refresh domain information");
            return false;
        }
        if (!info.Shutdown || info.ShutdownCode != ShutdownReason.Suspend)
        {
            Fail($"Domain has not been suspended: shutdown {info.Shutdown}, reason {(int)info.ShutdownCode}");
            return false;
        }
        return true;
    }

    private bool CollectDirty()
    {
        var result = host.Domctl.ShadowOp(Self, domid, ShadowOperation.Clean, out var dirty);
        if (result != 0)
        {
            Fail($"Failed to retrieve logdirty bitmap: {Errno.Name(result)}");
            return false;
        }
        foreach (var pfn in dirty) remaining.Add(pfn);

        // What the guest has given up since it was sent must not live on at the other side.
        var p2m = ReadP2m();
        if (p2m is null) return false;
        foreach (var pfn in sent)
        {
            if (p2m[pfn] == InvalidMfn) remaining.Add(pfn);
        }
        for (var pfn = 0; pfn < p2mSize; pfn++)
        {
            if (p2m[pfn] != InvalidMfn && !sent.Contains(pfn)) remaining.Add(pfn);
        }
        return true;
    }

    /// <summary>write_batch, as often as there are pages to send.</summary>
    private void SendPages(Action then)
    {
        if (toSend.Count == 0)
        {
            then();
            return;
        }
        var p2m = ReadP2m();
        if (p2m is null) return;
        var batch = new List<int>();
        while (batch.Count < MigrationStream.MaxBatchSize && toSend.TryDequeue(out var pfn))
        {
            // A hole that was never sent need not be mentioned.
            if (p2m[pfn] != InvalidMfn || sent.Contains(pfn)) batch.Add(pfn);
        }
        if (batch.Count == 0)
        {
            SendPages(then);
            return;
        }
        if (PageData(batch, p2m) is not { } record) return;
        Send(record, () => SendPages(then));
    }

    private byte[]? PageData(List<int> batch, ulong[] p2m)
    {
        var present = batch.FindAll(pfn => p2m[pfn] != InvalidMfn);
        var result = host.MemoryOp.MapForeignBatch(Self, domid, present.ConvertAll(pfn => p2m[pfn]), out var pages);
        if (result != 0)
        {
            Fail($"Failed to map guest pages: {Errno.Name(result)}");
            return null;
        }
        var missing = Array.IndexOf(pages, null);
        if (missing >= 0 && suspended)
        {
            host.MemoryOp.UnmapForeignBatch(Self, pages);
            Fail($"Mapping of pfn 0x{present[missing]:x} (mfn 0x{p2m[present[missing]]:x}) failed");
            return null;
        }

        var record = MigrationStream.Record(RecordType.PageData, 8 + batch.Count * 8 + present.Count * PageSize, out var body);
        BinaryPrimitives.WriteUInt32LittleEndian(body, (uint)batch.Count);
        var data = 8 + batch.Count * 8;
        var next = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var entry = (ulong)batch[i];
            if (p2m[batch[i]] == InvalidMfn)
            {
                entry |= MigrationStream.PfnTypeInvalid << MigrationStream.PfnTypeShift;
            }
            else
            {
                // A page that the running guest gave away a moment ago is sent once more, in the next round.
                pages[next]?.Read.CopyTo(body[data..]);
                next++;
                data += PageSize;
            }
            BinaryPrimitives.WriteUInt64LittleEndian(body[(8 + i * 8)..], entry);
            sent.Add(batch[i]);
        }
        host.MemoryOp.UnmapForeignBatch(Self, pages);
        Statistics.PagesSent += batch.Count;
        return record;
    }

    /// <summary>The records behind the memory: TSC, shared_info, virtual CPUs, end.</summary>
    private void SendState()
    {
        var bytes = new List<byte>();
        var tsc = MigrationStream.Record(RecordType.X86TscInfo, 24, out var body);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], (uint)host.Options.CpuKhz);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], (ulong)host.Simulation.Now);
        bytes.AddRange(tsc);
        if (ReadSharedInfo() is not { } shared)
        {
            Fail("Failed to map shared info");
            return;
        }
        var sharedInfo = MigrationStream.Record(RecordType.SharedInfo, PageSize, out body);
        shared.CopyTo(body);
        bytes.AddRange(sharedInfo);

        host.Domctl.GetDomainInfo(Self, domid, out var info);
        for (var vcpu = 0; vcpu <= info!.MaxVcpuId; vcpu++)
        {
            if (host.Domctl.GetVcpuInfo(Self, domid, vcpu, out var state) != 0 || state is not { Online: true }) continue;
            if (VcpuBasic(vcpu) is not { } record) return;
            bytes.AddRange(record);
        }
        bytes.AddRange(MigrationStream.Record(RecordType.End, 0, out _));
        Send([.. bytes], () => Finish(0));
    }

    /// <summary>write_one_vcpu_basic: the frame of start_info leaves as a page number, since frames have no meaning elsewhere.</summary>
    private byte[]? VcpuBasic(int vcpu)
    {
        var result = host.Domctl.GetVcpuContext(Self, domid, vcpu, out var context);
        if (result != 0 || context is null)
        {
            Fail($"Failed to get vcpu{vcpu} context: {Errno.Name(result)}");
            return null;
        }
        var p2m = ReadP2m();
        if (p2m is null) return null;
        var pfn = Array.IndexOf(p2m, context.StartInfoMfn);
        if (pfn < 0)
        {
            Fail($"Bad mfn 0x{context.StartInfoMfn:x} for vcpu{vcpu}'s start_info");
            return null;
        }
        var record = MigrationStream.Record(RecordType.X86PvVcpuBasic, 24, out var body);
        BinaryPrimitives.WriteUInt32LittleEndian(body, (uint)vcpu);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], context.EntryPoint);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], (ulong)pfn);
        return record;
    }

    /// <summary>map_p2m: from shared_info over the list of frame lists to the frames of the guest's own table.</summary>
    private bool Setup()
    {
        if (ReadSharedInfo() is not { } shared)
        {
            error("Failed to map shared info");
            return false;
        }
        var size = BinaryPrimitives.ReadUInt64LittleEndian(shared.AsSpan(SharedInfoLayout.MaxPfn));
        var listList = BinaryPrimitives.ReadUInt64LittleEndian(shared.AsSpan(SharedInfoLayout.FrameListList));
        if (size is 0 or > int.MaxValue || listList == 0)
        {
            error("Bad p2m_frame_list_list: the guest has not told where its p2m is");
            return false;
        }
        p2mSize = (int)size;
        var frames = (p2mSize + EntriesPerPage - 1) / EntriesPerPage;
        if (ReadEntries([listList], (frames + EntriesPerPage - 1) / EntriesPerPage) is not { } lists)
        {
            error("Failed to map p2m_frame_list_list");
            return false;
        }
        if (ReadEntries([.. lists], frames) is not { } list)
        {
            error("Failed to map p2m_frame_list");
            return false;
        }
        p2mFrames = [.. list];
        return true;
    }

    private ulong[]? ReadP2m()
    {
        if (ReadEntries(p2mFrames, p2mSize) is { } p2m) return p2m;
        Fail("Failed to map p2m frames");
        return null;
    }

    /// <summary>The first numbers in a row of guest pages.</summary>
    private ulong[]? ReadEntries(List<ulong> frames, int count)
    {
        if (host.MemoryOp.MapForeignBatch(Self, domid, frames, out var pages) != 0) return null;
        var entries = new ulong[count];
        var complete = Array.TrueForAll(pages, page => page is not null);
        for (var i = 0; i < count && complete; i++)
        {
            entries[i] = pages[i / EntriesPerPage]!.ReadUInt64(i % EntriesPerPage * sizeof(ulong));
        }
        host.MemoryOp.UnmapForeignBatch(Self, pages);
        return complete ? entries : null;
    }

    private byte[]? ReadSharedInfo()
    {
        if (host.Domctl.GetDomainInfo(Self, domid, out var info) != 0 || info is null || info.Domid != domid) return null;
        if (host.MemoryOp.MapForeign(Self, domid, info.SharedInfoFrame, out var page) != 0 || page is null) return null;
        var bytes = page.Read.ToArray();
        host.MemoryOp.UnmapForeign(Self, page);
        return bytes;
    }

    private static byte[] PvInfo()
    {
        var record = MigrationStream.Record(RecordType.X86PvInfo, 8, out var body);
        body[0] = 8;
        body[1] = 4;
        return record;
    }

    private static byte[] StaticDataEnd() => MigrationStream.Record(RecordType.StaticDataEnd, 0, out _);

    /// <summary>write_x86_pv_p2m_frames: which pages of the guest hold its table.</summary>
    private byte[] P2mFrames()
    {
        var p2m = ReadEntries(p2mFrames, p2mSize) ?? [];
        var record = MigrationStream.Record(RecordType.X86PvP2mFrames, 8 + p2mFrames.Count * 8, out var body);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], (uint)(p2mSize - 1));
        for (var i = 0; i < p2mFrames.Count; i++)
        {
            var pfn = Array.IndexOf(p2m, p2mFrames[i]);
            BinaryPrimitives.WriteUInt64LittleEndian(body[(8 + i * 8)..], pfn < 0 ? InvalidMfn : (ulong)pfn);
        }
        return record;
    }

    private void Send(byte[] bytes, Action then) => stream.Write(process, bytes, result =>
    {
        if (finished) return;
        if (result != 0)
        {
            Fail($"Failed to write to the stream: {Errno.Text(result)}");
            return;
        }
        then();
    });

    private void Fail(string text)
    {
        error(text);
        Finish(-1);
    }

    private void Finish(int result)
    {
        if (finished) return;
        finished = true;
        if (logDirty) host.Domctl.ShadowOp(Self, domid, ShadowOperation.Off, out _);
        done(result);
    }
}
