using Xen.Drivers;
using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>
/// A key-value store with a write-ahead log on a virtual disk: block 0 says where the log begins, then comes the log, then a table with a
/// block for each key. A write is acknowledged when its log block is flushed; the table follows at checkpoints. After a crash the log is
/// replayed, and everything that was acknowledged must be there.
/// </summary>
public sealed partial class KeyValueStore : GuestProgram
{
    public const string KindName = "key-value";

    /// <summary>A request without an answer for so long is lost.</summary>
    public const long LostAfterNs = 30_000_000_000;

    /// <summary>Writes that share a flush.</summary>
    private const int MaxGroup = 4;

    /// <summary>What computing between two groups of operations takes.</summary>
    private const long ThinkNs = 200_000;

    private const int SectorsPerBlock = KeyValueBlock.Size / LoopDevice.SectorSize;
    private const int SuperBlock = 0;
    private const int FirstLogBlock = 1;
    private const int EpochShift = 32;
    private const ulong FnvPrime = 0x100000001B3UL;

    private readonly GuestKernel kernel;
    private readonly RandomStream random;
    private readonly ulong seed;
    private readonly int logBlocks;
    private readonly ulong[] versions;
    private readonly int[] lengths;
    private readonly SortedDictionary<int, uint> inLog = [];
    private Blkfront? disk;
    private uint epoch;
    private uint tail = 1;
    private uint next = 1;
    private int operations;
    private int outstanding;
    private bool running;
    private bool stopped;
    private string? problem;
    private Action? step;
    private Action? frozen;
    private Action? verified;
    private Hypervisor.Timer? watchdog;

    public KeyValueStore(GuestKernel kernel, Blkfront disk)
        : this(kernel, disk.VirtualDevice, (int)Math.Min(disk.Sectors / SectorsPerBlock, kernel.Manifest.Blocks))
    {
        this.disk = disk;
    }

    private KeyValueStore(GuestKernel kernel, int virtualDevice, int blocks)
    {
        this.kernel = kernel;
        VirtualDevice = virtualDevice;
        Blocks = blocks;
        seed = (kernel.Manifest.Seed * FnvPrime) + (ulong)virtualDevice;
        logBlocks = Math.Max(MaxGroup + 1, blocks / 3);
        var keys = Math.Max(1, blocks - logBlocks - FirstLogBlock);
        versions = new ulong[keys];
        lengths = new int[keys];
        random = kernel.Domain.Host.Simulation.Stream($"key-value {seed:x}");
    }

    public int VirtualDevice { get; }

    public int Blocks { get; }

    /// <summary>Recovered versions were found that a crash had left in the log only.</summary>
    public int Replayed { get; private set; }

    public override string Kind => KindName;

    public override string Title => $"store{VirtualDevice}";

    public override bool Ended => problem is not null || stopped || (operations >= kernel.Manifest.Operations && !running);

    public override string? Problem => problem;

    public override ulong Digest
    {
        get
        {
            var digest = ChecksummedBlocks.EmptyDigest;
            foreach (var version in versions)
            {
                digest = ChecksummedBlocks.Extend(digest, version);
            }

            return digest;
        }
    }

    private int FirstTableBlock => FirstLogBlock + logBlocks;

    private Simulation Simulation => kernel.Domain.Host.Simulation;

    public void Start()
    {
        running = true;
        Recover();
    }

    /// <summary>The disk under a store that a suspended kernel has left.</summary>
    public void Attach(Blkfront frontend)
    {
        disk = frontend;
        Thaw();
    }

    public bool Attached => disk is not null;

    /// <summary>The disk was taken away while it was needed.</summary>
    public void Detached()
    {
        disk = null;
        if (!Ended)
        {
            Fail("the disk is gone");
        }
    }

    public override void Freeze(Action frozen)
    {
        if (!running || problem is not null)
        {
            frozen();
            return;
        }

        this.frozen = frozen;
    }

    public override void Thaw()
    {
        frozen = null;
        if (step is { } pending)
        {
            step = null;
            pending();
        }
        else if (running && !stopped)
        {
            Next();
        }
    }

    public override void Stop()
    {
        stopped = true;
        running = false;
        watchdog?.Cancel();
        Verified();
    }

    public override void Verify(Action done)
    {
        if (problem is not null || stopped)
        {
            done();
            return;
        }

        verified = done;
        if (!running)
        {
            running = true;

            // Without its disk it waits until it is attached.
            if (Attached)
            {
                Next();
            }
        }
    }

    public override void Save(GuestState state)
    {
        state.Write(VirtualDevice);
        state.Write(Blocks);
        state.Write(epoch);
        state.Write(tail);
        state.Write(next);
        state.Write(operations);
        state.Write(running ? 1 : 0);
        state.Write(problem);
        for (var key = 0; key < versions.Length; key++)
        {
            state.Write((long)versions[key]);
            state.Write(lengths[key]);
        }

        state.Write(inLog.Count);
        foreach (var (key, sequence) in inLog)
        {
            state.Write(key);
            state.Write(sequence);
        }
    }

    /// <summary>The store that a suspended kernel has left behind; it goes on as soon as it has its disk again.</summary>
    public static KeyValueStore Load(GuestKernel kernel, GuestState state)
    {
        var device = (int)state.Read();
        var store = new KeyValueStore(kernel, device, (int)state.Read())
        {
            epoch = (uint)state.Read(),
            tail = (uint)state.Read(),
            next = (uint)state.Read(),
            operations = (int)state.Read(),
            running = state.Read() != 0,
            problem = state.ReadText(),
        };
        for (var key = 0; key < store.versions.Length; key++)
        {
            store.versions[key] = (ulong)state.Read();
            store.lengths[key] = (int)state.Read();
        }

        for (var count = state.Read(); count > 0; count--)
        {
            var key = (int)state.Read();
            store.inLog[key] = (uint)state.Read();
        }

        return store;
    }

    // The point between two groups of operations: here, and only here, the store can be frozen.
    private void Next()
    {
        if (frozen is { } callback)
        {
            frozen = null;
            step = Next;
            callback();
            return;
        }

        if (stopped || problem is not null)
        {
            running = false;
            return;
        }

        if (verified is not null)
        {
            VerifyAll();
            return;
        }

        if (operations >= kernel.Manifest.Operations)
        {
            running = false;
            kernel.ProgramEnded(this);
            return;
        }

        if (next - tail + MaxGroup >= (uint)logBlocks)
        {
            Checkpoint(Think);
        }
        else if (random.Chance(60))
        {
            Put(1 + random.Below(MaxGroup));
        }
        else
        {
            Get(random.Below(versions.Length));
        }
    }

    private void Think() => Simulation.After(ThinkNs, kernel.Component, "key-value", Next);

    private void Fail(string why)
    {
        problem ??= why;
        running = false;
        watchdog?.Cancel();
        Verified();
        if (frozen is { } callback)
        {
            frozen = null;
            callback();
        }

        kernel.ProgramEnded(this);
    }

    private void Verified()
    {
        var done = verified;
        verified = null;
        done?.Invoke();
    }
}
