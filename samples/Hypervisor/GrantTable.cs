namespace Xen.Hypervisor;

/// <summary>GNTST_*: what a grant operation answers per element.</summary>
public enum GrantStatus
{
    Okay = 0,
    GeneralError = -1,
    BadDomain = -2,
    BadGntref = -3,
    BadHandle = -4,
    BadVirtAddr = -5,
    BadDevAddr = -6,
    NoDeviceSpace = -7,
    PermissionDenied = -8,
    BadPage = -9,
    BadCopyArg = -10,
    AddressTooBig = -11,
    Eagain = -12,
    NoSpace = -13,
}

/// <summary>GTF_*: the flags of a grant entry, written by the owner except for the two that the hypervisor sets.</summary>
[Flags]
public enum GrantEntryFlags
{
    Invalid = 0,
    PermitAccess = 1,
    AcceptTransfer = 2,
    TypeMask = 3,
    ReadOnly = 4,
    Reading = 8,
    Writing = 16,
}

/// <summary>GNTMAP_*.</summary>
[Flags]
public enum GrantMapFlags
{
    None = 0,
    DeviceMap = 1,
    HostMap = 2,
    ReadOnly = 4,
}

/// <summary>How often a grant is mapped, by kind of mapping and access.</summary>
public sealed class GrantPins
{
    public int HostRead { get; internal set; }

    public int HostWrite { get; internal set; }

    public int DeviceRead { get; internal set; }

    public int DeviceWrite { get; internal set; }

    public int Readers => HostRead + DeviceRead;

    public int Writers => HostWrite + DeviceWrite;

    public int Total => Readers + Writers;

    /// <summary>Who mapped it, taken from the entry at the first pin.</summary>
    internal int Domid { get; set; } = DomId.Invalid;

    internal ulong Mfn { get; set; }
}

/// <summary>One mapping of a foreign grant, kept for the domain that mapped it.</summary>
public sealed class Maptrack
{
    internal Maptrack(uint handle) => Handle = handle;

    public uint Handle { get; }

    public bool InUse { get; internal set; }

    /// <summary>The domain that granted the page.</summary>
    public Domain? Granter { get; internal set; }

    public uint Reference { get; internal set; }

    public GrantMapFlags Flags { get; internal set; }

    public MappedPage? Page { get; internal set; }

    /// <summary>The process that mapped it through its kernel's grant device; its end unmaps it.</summary>
    public Component? Holder { get; internal set; }
}

/// <summary>
/// A version 1 grant table: pages of 8-byte entries {u16 flags, u16 domid, u32 frame} that the domain shares with the hypervisor,
/// the pins of its own grants, and the mappings it made of others' grants.
/// </summary>
public sealed class GrantTable
{
    public const int EntrySize = 8;
    public const int EntriesPerPage = MachineMemory.PageSize / EntrySize;

    /// <summary>References 0 to 7 are for the console, xenstore and the like; drivers start at 8.</summary>
    public const int ReservedEntries = 8;

    private readonly Domain domain;
    private readonly List<MappedPage> sharedPages = [];
    private readonly List<GrantPins?> pins = [];
    private readonly List<Maptrack> maptrack = [];
    private readonly int maxMaptrackEntries;

    internal GrantTable(Domain domain, int maxFrames, int maxMaptrackEntries)
    {
        this.domain = domain;
        MaxFrames = maxFrames;
        this.maxMaptrackEntries = maxMaptrackEntries;
        Grow(1);
    }

    public int MaxFrames { get; }

    /// <summary>The pages with the entries, as the owner sees them.</summary>
    public IReadOnlyList<MappedPage> SharedPages => sharedPages;

    public int EntryCount => sharedPages.Count * EntriesPerPage;

    public IReadOnlyList<Maptrack> Maptrack => maptrack;

    /// <summary>The pins of a reference; all zero when it was never mapped.</summary>
    public GrantPins PinsOf(uint reference) => (reference < pins.Count ? pins[(int)reference] : null) ?? new GrantPins();

    /// <summary>References that somebody has mapped at the moment.</summary>
    public IEnumerable<uint> PinnedReferences
    {
        get
        {
            for (var reference = 0; reference < pins.Count; reference++)
            {
                if (pins[reference] is { Total: > 0 })
                {
                    yield return (uint)reference;
                }
            }
        }
    }

    public GrantEntryFlags FlagsOf(uint reference) => (GrantEntryFlags)PageOf(reference).ReadUInt16(Offset(reference));

    public int DomidOf(uint reference) => PageOf(reference).ReadUInt16(Offset(reference) + 2);

    public uint FrameOf(uint reference) => PageOf(reference).ReadUInt32(Offset(reference) + 4);

    /// <summary>Fills an entry the way its owner must: frame and domid first, flags last.</summary>
    public void WriteEntry(uint reference, GrantEntryFlags flags, int domid, ulong frame)
    {
        var simulation = domain.Host.Simulation;
        if (simulation is { Tap: { } tap, Current: { } writer } && writer.Domain != domain)
        {
            tap.Send(writer, domain.Kernel, SimulationTap.MemoryKind, $"grant {reference} {flags} {domid} {frame:x}");
        }

        var page = PageOf(reference);
        page.WriteUInt32(Offset(reference) + 4, (uint)frame);
        page.WriteUInt16(Offset(reference) + 2, (ushort)domid);
        page.WriteUInt16(Offset(reference), (ushort)flags);
    }

    /// <summary>Revokes an entry: compare-and-swap of the flags to 0, which fails while the grant is mapped.</summary>
    public bool TryRevoke(uint reference)
    {
        if ((FlagsOf(reference) & (GrantEntryFlags.Reading | GrantEntryFlags.Writing)) != 0)
        {
            return false;
        }

        PageOf(reference).WriteUInt16(Offset(reference), 0);
        return true;
    }

    internal bool Grow(int frames)
    {
        if (frames > MaxFrames)
        {
            return false;
        }

        while (sharedPages.Count < frames)
        {
            var mfn = domain.Host.Memory.Allocate(null);
            if (mfn == 0)
            {
                return false;
            }

            sharedPages.Add(new MappedPage(domain.Host.Memory, mfn, writable: true));
        }

        return true;
    }

    internal void SetFlags(uint reference, GrantEntryFlags set, GrantEntryFlags clear)
    {
        var flags = (FlagsOf(reference) & ~clear) | set;
        PageOf(reference).WriteUInt16(Offset(reference), (ushort)flags);
    }

    internal GrantPins Active(uint reference)
    {
        while (pins.Count <= reference)
        {
            pins.Add(null);
        }

        return pins[(int)reference] ??= new GrantPins();
    }

    internal Maptrack? AllocateMaptrack()
    {
        var free = maptrack.Find(m => !m.InUse);
        if (free is null)
        {
            if (maptrack.Count >= maxMaptrackEntries)
            {
                return null;
            }

            free = new Maptrack((uint)maptrack.Count);
            maptrack.Add(free);
        }

        free.InUse = true;
        return free;
    }

    internal void FreeSharedPages()
    {
        foreach (var page in sharedPages)
        {
            var mfn = page.Mfn;
            page.Revoke();
            domain.Host.Memory.Free(mfn);
        }

        sharedPages.Clear();
    }

    private MappedPage PageOf(uint reference)
    {
        if (reference >= EntryCount)
        {
            throw new PageFaultException($"grant entry {reference} of {domain} is beyond its {EntryCount}");
        }

        return sharedPages[(int)(reference / EntriesPerPage)];
    }

    private static int Offset(uint reference) => (int)(reference % EntriesPerPage) * EntrySize;
}
