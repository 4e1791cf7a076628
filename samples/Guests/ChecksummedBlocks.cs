using Xen.Drivers;
using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>How a disk workload ended, from the guest's point of view.</summary>
public enum DiskOutcome
{
    Running,

    /// <summary>Everything was read back as it was written.</summary>
    Ok,

    /// <summary>The disk refused a request.</summary>
    Failed,

    /// <summary>The disk gave back something else than what was written.</summary>
    Corrupt,

    /// <summary>The disk did not answer.</summary>
    Lost,

    /// <summary>The guest shut down before the workload was through.</summary>
    Stopped,
}

/// <summary>
/// Writes blocks that can be recognised, flushes, reads them back in another order and looks at each: the end-to-end check of the
/// path from a guest's memory to the image file and back.
/// </summary>
public sealed partial class ChecksummedBlocks : GuestProgram
{
    public const string KindName = "checksummed-blocks";

    /// <summary>The digest of no blocks at all.</summary>
    public const ulong EmptyDigest = 0xCBF29CE484222325UL;

    /// <summary>A request without an answer for so long is lost.</summary>
    public const long LostAfterNs = 30_000_000_000;

    /// <summary>The largest request, in blocks: more than a direct request holds, so that indirect ones are used too.</summary>
    private const int MaxBlocksPerRequest = 16;

    private const int SectorsPerBlock = BlockPattern.Size / LoopDevice.SectorSize;
    private const ulong FnvPrime = 0x100000001B3UL;

    private readonly GuestKernel kernel;
    private readonly RandomStream random;
    private readonly ulong seed;
    private readonly Queue<(int First, int Count)> todo = new();
    private readonly ulong[] digests;
    private uint epoch;
    private uint sequence;
    private int outstanding;
    private bool reading;
    private Blkfront? disk;
    private Timer? watchdog;
    private Action? readBackDone;
    private Action? frozenDone;
    private bool frozen;

    public ChecksummedBlocks(GuestKernel kernel, Blkfront disk)
        : this(kernel, disk.VirtualDevice, (int)Math.Min(kernel.Manifest.Blocks, disk.Sectors / SectorsPerBlock))
    {
        this.disk = disk;
    }

    private ChecksummedBlocks(GuestKernel kernel, int virtualDevice, int blocks)
    {
        this.kernel = kernel;
        VirtualDevice = virtualDevice;
        seed = (kernel.Manifest.Seed * FnvPrime) + (ulong)virtualDevice;
        Blocks = blocks;
        digests = new ulong[blocks];
        random = kernel.Domain.Host.Simulation.Stream($"blocks {seed:x}");
    }

    public Blkfront Disk => disk ?? throw new InvalidOperationException("the disk is not there yet");

    public int VirtualDevice { get; }

    public bool Attached => disk is not null;

    public override string Kind => KindName;

    public override string Title => $"blocks{VirtualDevice}";

    public override string? Problem => Outcome is DiskOutcome.Ok or DiskOutcome.Running or DiskOutcome.Stopped ? null : $"{Outcome}: {Detail}";

    /// <summary>How many blocks are in use.</summary>
    public int Blocks { get; }

    public DiskOutcome Outcome { get; private set; } = DiskOutcome.Running;

    public override bool Ended => Outcome != DiskOutcome.Running;

    /// <summary>What went wrong first; null when nothing did.</summary>
    public string? Detail { get; private set; }

    /// <summary>Requests that were answered.</summary>
    public long Completed { get; private set; }

    /// <summary>A digest over all blocks as they were last read.</summary>
    public override ulong Digest
    {
        get
        {
            var digest = EmptyDigest;
            foreach (var block in digests)
            {
                digest = Extend(digest, block);
            }

            return digest;
        }
    }

    /// <summary>The workload has ended, well or not.</summary>
    public event Action<ChecksummedBlocks>? Finished;

    private Simulation Simulation => kernel.Domain.Host.Simulation;

    /// <summary>The digest with one more block, given by its checksum: so that an image can be compared with what the guest has read.</summary>
    public static ulong Extend(ulong digest, ulong block) => (digest ^ block) * FnvPrime;

    public void Start()
    {
        if (Disk.ReadOnly || Blocks == 0)
        {
            End(DiskOutcome.Ok, null);
            return;
        }

        StartWriting();
    }

    /// <summary>The guest is shutting down: nothing more is asked of the disk.</summary>
    public override void Stop()
    {
        todo.Clear();
        if (!Ended)
        {
            End(DiskOutcome.Stopped, null);
        }
    }

    /// <summary>
    /// Reads everything once more, after the workload has ended well. <see cref="Outcome"/> tells what was found when
    /// <paramref name="done"/> runs. False when there is nothing to read back.
    /// </summary>
    public bool ReadBack(Action done)
    {
        if (Outcome != DiskOutcome.Ok || Blocks == 0 || disk is { ReadOnly: true })
        {
            return false;
        }

        Outcome = DiskOutcome.Running;
        readBackDone = done;
        StartReading();
        return true;
    }

    public override void Verify(Action done)
    {
        if (!ReadBack(done))
        {
            done();
        }
    }

    private void StartWriting()
    {
        epoch++;
        reading = false;
        Plan();
        Pump();
    }

    private void StartReading()
    {
        reading = true;
        Plan();
        Pump();
    }

    // Cuts the disk into runs of random length and shuffles them.
    private void Plan()
    {
        var runs = new List<(int First, int Count)>();
        for (var first = 0; first < Blocks;)
        {
            var count = Math.Min(1 + random.Below(MaxBlocksPerRequest), Blocks - first);
            runs.Add((first, count));
            first += count;
        }

        for (var i = runs.Count - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (runs[i], runs[j]) = (runs[j], runs[i]);
        }

        foreach (var run in runs)
        {
            todo.Enqueue(run);
        }
    }

    private void Pump()
    {
        if (frozen)
        {
            CheckFrozen();
            return;
        }

        while (outstanding < kernel.Manifest.QueueDepth && !Ended && todo.TryDequeue(out var run))
        {
            Issue(run.First, run.Count);
        }

        if (outstanding > 0 || Ended)
        {
            return;
        }

        if (!reading)
        {
            Flush();
            return;
        }

        if (epoch < kernel.Manifest.Rounds && readBackDone is null)
        {
            StartWriting();
            return;
        }

        End(DiskOutcome.Ok, null);
    }

    private void Issue(int first, int count)
    {
        var buffers = new List<MappedPage>();
        for (var i = 0; i < count; i++)
        {
            if (kernel.Pages!.Allocate() is not { } page)
            {
                throw new GuestPanicException("Out of memory");
            }

            buffers.Add(page);
            if (!reading)
            {
                sequence++;
                BlockPattern.Fill(page.Write, seed, (uint)(first + i), epoch, sequence);
            }
        }

        outstanding++;
        Watch();
        var operation = reading ? BlockOperation.Read : BlockOperation.Write;
        var segments = buffers.ConvertAll(p => new BlockSegment(p, 0, BlockPattern.Size));
        Disk.Submit(new BlkRequest(operation, (long)first * SectorsPerBlock, segments, error => RunCompleted(first, buffers, error)));
    }

    private void Flush()
    {
        outstanding++;
        Watch();
        Disk.Submit(new BlkRequest(BlockOperation.Flush, 0, [], error =>
        {
            Answered();

            // A disk without a cache needs no flush and says so.
            if (error != 0 && error != -Errno.EOPNOTSUPP)
            {
                End(DiskOutcome.Failed, $"flush: {Errno.Name(error)}");
            }

            if (!Ended)
            {
                StartReading();
            }

            CheckFrozen();
        }));
    }

    private void RunCompleted(int first, List<MappedPage> buffers, int error)
    {
        Answered();
        if (error != 0)
        {
            End(DiskOutcome.Failed, $"{(reading ? "read" : "write")} of block {first}: {Errno.Name(error)}");
        }
        else if (reading)
        {
            for (var i = 0; i < buffers.Count; i++)
            {
                Verify(first + i, buffers[i].Read);
            }
        }

        foreach (var buffer in buffers)
        {
            kernel.Pages!.Release(buffer);
        }

        Pump();
    }

    private void Verify(int number, ReadOnlySpan<byte> block)
    {
        var wrong = BlockPattern.Check(block, seed, (uint)number, epoch);
        if (wrong is not null)
        {
            End(DiskOutcome.Corrupt, wrong);
        }

        digests[number] = Crc32C.Compute(block);
    }

    private void Answered()
    {
        outstanding--;
        Completed++;
        Watch();
    }

    private void Watch()
    {
        watchdog?.Cancel();
        watchdog = outstanding == 0 || Ended
            ? null
            : Simulation.After(LostAfterNs, kernel.Component, "disk watchdog", () => End(DiskOutcome.Lost, $"{outstanding} requests without an answer"));
    }

    private void End(DiskOutcome outcome, string? detail)
    {
        if (Ended)
        {
            return;
        }

        watchdog?.Cancel();
        Outcome = outcome;
        Detail = detail;
        todo.Clear();
        if (readBackDone is { } done)
        {
            readBackDone = null;
            done();
            return;
        }

        Finished?.Invoke(this);
    }
}
