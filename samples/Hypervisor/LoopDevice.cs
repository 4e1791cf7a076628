namespace Xen.Hypervisor;

/// <summary>What a block I/O request does.</summary>
public enum BlockOperation
{
    Read,
    Write,
    Flush,
    Discard,
}

/// <summary>A piece of memory that a block I/O request moves: part of a page that is mapped where the request is made.</summary>
public readonly record struct BlockSegment(MappedPage Page, int Offset, int Length);

/// <summary>
/// A block device of Dom0 over an image file: the loop driver and the disk under it. Requests complete later, in an order drawn from
/// the seed; a flush completes after every write submitted before it.
/// </summary>
public sealed class LoopDevice
{
    public const int SectorSize = 512;
    public const int Major = 7;

    private const long MinServiceNs = 15_000;
    private const long MaxServiceNs = 60_000;
    private const long NsPerSector = 400;

    private readonly Simulation simulation;
    private readonly RandomStream service;
    private readonly byte[] content;
    private readonly Action<LoopDevice> cleared;
    private int writesInFlight;
    private List<Action> afterWrites = [];

    internal LoopDevice(Simulation simulation, string stream, int minor, string backingFile, byte[] content, bool readOnly, Action<LoopDevice> cleared)
    {
        this.cleared = cleared;
        this.simulation = simulation;
        this.content = content;
        Minor = minor;
        BackingFile = backingFile;
        ReadOnly = readOnly;
        service = simulation.Stream(stream);
    }

    public int Minor { get; }

    /// <summary>The image's path in Dom0's file system.</summary>
    public string BackingFile { get; }

    public bool ReadOnly { get; }

    public string Node => $"/dev/loop{Minor}";

    /// <summary>major:minor in hex, as the hotplug script writes it.</summary>
    public string PhysicalDevice => $"{Major:x}:{Minor:x}";

    public long Sectors => content.Length / SectorSize;

    /// <summary>How many drivers have it open.</summary>
    public int Openers { get; private set; }

    /// <summary>Sectors written since it was attached, for comparison with what the guests say they wrote.</summary>
    public long SectorsWritten { get; private set; }

    /// <summary>Detached while it was open: it goes away with its last opener.</summary>
    public bool AutoClear { get; internal set; }

    internal bool Attached { get; private set; } = true;

    public void Open()
    {
        Openers++;
        Tell("open");
    }

    public void Close()
    {
        if (Openers == 0)
        {
            throw new InvalidOperationException($"{Node} is not open");
        }

        Openers--;
        Tell("close");
        if (Openers == 0 && AutoClear)
        {
            Clear();
        }
    }

    private void Tell(string what) => simulation.Tap?.Device(simulation.Current, $"{what} {Node} {BackingFile}");

    internal void Clear()
    {
        Tell("clear");
        Attached = false;
        cleared(this);
    }

    /// <summary>
    /// Starts a request. The data moves when it completes, so the pages must stay mapped until then; <paramref name="done"/> gets 0 or
    /// an error number with a minus sign and runs as the submitter.
    /// </summary>
    public void Submit(Component submitter, BlockOperation operation, long sector, long sectors, IReadOnlyList<BlockSegment> segments,
        Action<int> done)
    {
        var error = Check(operation, sector, sectors);
        var delay = service.Between(MinServiceNs, MaxServiceNs) + (NsPerSector * segments.Sum(s => s.Length / SectorSize));
        if (error == 0 && operation == BlockOperation.Flush && writesInFlight > 0)
        {
            afterWrites.Add(() => simulation.After(delay, submitter, "bio flush", () => done(0)));
            return;
        }

        var writes = error == 0 && operation is BlockOperation.Write or BlockOperation.Discard;
        writesInFlight += writes ? 1 : 0;
        simulation.After(delay, submitter, $"bio {operation} {sector}+{sectors}", () =>
        {
            if (error == 0)
            {
                Move(operation, sector, sectors, segments);
            }

            else
            {
                simulation.Tap?.FailDisk(submitter, BackingFile, sector, error);
            }

            if (writes)
            {
                WriteCompleted();
            }

            done(error);
        });
    }

    private int Check(BlockOperation operation, long sector, long sectors)
    {
        if (!Attached)
        {
            return -Errno.EIO;
        }

        if (operation == BlockOperation.Flush)
        {
            return 0;
        }

        if (sector < 0 || sectors < 0 || sector > Sectors - sectors)
        {
            return -Errno.EIO;
        }

        return operation is BlockOperation.Write or BlockOperation.Discard && ReadOnly ? -Errno.EIO : 0;
    }

    private void Move(BlockOperation operation, long sector, long sectors, IReadOnlyList<BlockSegment> segments)
    {
        var position = (int)(sector * SectorSize);
        switch (operation)
        {
            case BlockOperation.Discard:
                content.AsSpan(position, (int)(sectors * SectorSize)).Clear();
                simulation.Tap?.WriteDisk(simulation.Current, BackingFile, sector, content.AsSpan(position, (int)(sectors * SectorSize)));
                return;
            case BlockOperation.Flush:
                return;
        }

        foreach (var segment in segments)
        {
            if (operation == BlockOperation.Write)
            {
                segment.Page.Read.Slice(segment.Offset, segment.Length).CopyTo(content.AsSpan(position));
                simulation.Tap?.WriteDisk(simulation.Current, BackingFile, position / SectorSize, content.AsSpan(position, segment.Length));
                SectorsWritten += segment.Length / SectorSize;
            }
            else
            {
                content.AsSpan(position, segment.Length).CopyTo(segment.Page.Write[segment.Offset..]);
                simulation.Tap?.ReadDisk(simulation.Current, BackingFile, position / SectorSize, content.AsSpan(position, segment.Length));
            }

            position += segment.Length;
        }
    }

    private void WriteCompleted()
    {
        writesInFlight--;
        if (writesInFlight > 0)
        {
            return;
        }

        var waiting = afterWrites;
        afterWrites = [];
        foreach (var flush in waiting)
        {
            flush();
        }
    }
}

/// <summary>The loop devices of one kernel: what `losetup` manages.</summary>
public sealed class LoopDevices(Simulation simulation, Dom0Files files, string name)
{
    private readonly SortedDictionary<int, LoopDevice> devices = [];

    /// <summary>The attached devices, by minor.</summary>
    public IReadOnlyList<LoopDevice> Attached
    {
        get
        {
            if (simulation is { Tap: { } tap, Current: { } looking })
            {
                tap.DeviceFound(looking, $"loops {string.Join(' ', devices.Values.Select(d => $"{d.Minor}:{d.BackingFile}:{d.ReadOnly}:{d.Openers}"))}");
            }

            return All;
        }
    }

    /// <summary>The same for those who look on.</summary>
    internal IReadOnlyList<LoopDevice> All => [.. devices.Values];

    /// <summary>Puts a loop device over an image, on the lowest free minor. Null when there is no such file.</summary>
    public LoopDevice? Attach(string path, bool readOnly)
    {
        if (files.Open(path) is not { } content)
        {
            return null;
        }

        var minor = 0;
        while (devices.ContainsKey(minor))
        {
            minor++;
        }

        var attached = new LoopDevice(simulation, $"{name}{minor}", minor, path, content, readOnly, d => devices.Remove(d.Minor));
        devices.Add(minor, attached);
        simulation.Tap?.Device(simulation.Current, $"attach {attached.Node} {path}");
        simulation.Tap?.DeviceFound(simulation.Current, $"attached {attached.Node}");
        return attached;
    }

    /// <summary>
    /// An image that a process opens itself, as a device model does: the same disk under it, without a node, a number or a place among
    /// the attached devices. Null when there is no such file.
    /// </summary>
    public LoopDevice? OpenFile(string path, bool readOnly) =>
        files.Open(path) is { } content ? new LoopDevice(simulation, $"{name} {path}", -1, path, content, readOnly, _ => { }) : null;

    /// <summary>Takes a device away: at once, or with its last opener. False when there is no such device.</summary>
    public bool Detach(int minor)
    {
        simulation.Tap?.Device(simulation.Current, $"detach {minor}");
        if (Find(LoopDevice.Major, minor) is not { } device)
        {
            return false;
        }

        if (device.Openers > 0)
        {
            device.AutoClear = true;
        }
        else
        {
            device.Clear();
        }

        return true;
    }

    /// <summary>The device with these numbers.</summary>
    public LoopDevice? Find(int major, int minor)
    {
        var found = major == LoopDevice.Major ? devices.GetValueOrDefault(minor) : null;
        simulation.Tap?.DeviceFound(simulation.Current, $"loop {minor} {found?.BackingFile ?? "none"}");
        return found;
    }
}
