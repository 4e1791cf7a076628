namespace Xen.Hypervisor;

/// <summary>All page frames of the machine: who owns each, its bytes, and how many mappings by others keep it from being freed.</summary>
public sealed class MachineMemory
{
    public const int PageSize = 4096;

    /// <summary>Frame 0 is never handed out, so that 0 can mean "none".</summary>
    private const int FirstFrame = 1;

    /// <summary>Frames of the table that are made together: most runs touch a small part of the machine.</summary>
    private const int FramesPerChunk = 512;

    private readonly SimulationTap? tap;
    private readonly Frame[]?[] chunks;
    private int next = FirstFrame;

    internal MachineMemory(int totalFrames, SimulationTap? tap)
    {
        this.tap = tap;
        TotalFrames = totalFrames;
        chunks = new Frame[(totalFrames + FramesPerChunk - 1) / FramesPerChunk][];
        FreeFrames = totalFrames - FirstFrame;
        XenFrames = FirstFrame;
    }

    /// <summary>All frames of the machine.</summary>
    public int TotalFrames { get; }

    public int FreeFrames { get; private set; }

    /// <summary>Frames of the hypervisor's own heap: shared_info and grant tables among them.</summary>
    public int XenFrames { get; private set; }

    /// <summary>The domain that owns the frame; null when it is free, Xen's own, or does not exist.</summary>
    public Domain? OwnerOf(ulong mfn) => mfn < (ulong)TotalFrames ? At(mfn).Owner : null;

    /// <summary>How many foreign mappings hold the frame.</summary>
    public int ReferencesOf(ulong mfn) => mfn < (ulong)TotalFrames ? At(mfn).References : 0;

    /// <summary>Frames that are free and promised to somebody (claim_pages).</summary>
    public long OutstandingClaims { get; private set; }

    internal bool IsFree(ulong mfn) => !At(mfn).Allocated;

    /// <summary>Somebody is about to write to the frame: what log-dirty mode reports.</summary>
    internal void MarkDirty(ulong mfn)
    {
        At(mfn).Dirty = true;
        tap?.Write(this, mfn);
    }

    /// <summary>Whether the frame was written to since the last time that was asked.</summary>
    internal bool TakeDirty(ulong mfn)
    {
        ref var frame = ref At(mfn);
        var dirty = frame.Dirty;
        frame.Dirty = false;
        return dirty;
    }

    internal bool IsDirty(ulong mfn) => At(mfn).Dirty;

    /// <summary>Changes what is promised to a domain. False when so much is not there.</summary>
    internal bool Claim(Domain domain, long pages)
    {
        if (pages > FreeFrames - OutstandingClaims + domain.OutstandingPages)
        {
            return false;
        }

        OutstandingClaims += pages - domain.OutstandingPages;
        domain.OutstandingPages = pages;
        return true;
    }

    /// <summary>The 4096 bytes of an allocated frame.</summary>
    internal byte[] Bytes(ulong mfn)
    {
        ref var frame = ref At(mfn);
        if (!frame.Allocated)
        {
            throw new PageFaultException($"frame {mfn:x} is free");
        }

        return frame.Bytes ??= new byte[PageSize];
    }

    /// <summary>Takes a free frame for a domain, or for Xen's heap when there is no owner. 0 when memory is exhausted.</summary>
    internal ulong Allocate(Domain? owner)
    {
        // What is promised to others is not free for this one.
        var promised = OutstandingClaims - (owner?.OutstandingPages ?? 0);
        if (FreeFrames - promised <= 0)
        {
            return 0;
        }

        if (owner is { OutstandingPages: > 0 })
        {
            owner.OutstandingPages--;
            OutstandingClaims--;
        }

        // Next fit: a freed frame is not handed out again at once, which is how a real machine behaves with much free memory.
        while (At((ulong)next).Allocated)
        {
            Advance();
        }

        var mfn = (ulong)next;
        Advance();
        At(mfn) = new Frame { Allocated = true, Owner = owner };
        FreeFrames--;
        if (owner is null)
        {
            XenFrames++;
        }

        return mfn;
    }

    internal void Free(ulong mfn)
    {
        ref var frame = ref At(mfn);
        if (!frame.Allocated || frame.References != 0)
        {
            throw new InvalidOperationException($"frame {mfn:x} is not free to go");
        }

        if (frame.Owner is null)
        {
            XenFrames--;
        }

        // Scrubbed, as Xen does before a page can go to another domain.
        frame = default;
        FreeFrames++;
    }

    internal void Reference(ulong mfn) => At(mfn).References++;

    internal void Unreference(ulong mfn)
    {
        ref var frame = ref At(mfn);
        if (frame.References == 0)
        {
            throw new InvalidOperationException($"frame {mfn:x} has no reference to drop");
        }

        frame.References--;
        if (frame.References == 0)
        {
            frame.Owner?.ReferenceDropped(mfn);
        }
    }

    private ref Frame At(ulong mfn)
    {
        var chunk = chunks[mfn / FramesPerChunk] ??= new Frame[FramesPerChunk];
        return ref chunk[mfn % FramesPerChunk];
    }

    private void Advance()
    {
        next++;
        if (next == TotalFrames)
        {
            next = FirstFrame;
        }
    }

    private struct Frame
    {
        public bool Allocated;
        public bool Dirty;
        public Domain? Owner;
        public byte[]? Bytes;
        public int References;
    }
}
