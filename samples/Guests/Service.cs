using Xen.Drivers;
using Xen.Hypervisor;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Guests;

/// <summary>A client adds an amount to its account. Numbers of one client begin at 1 and rise.</summary>
/// <param name="Client">Whose account.</param>
/// <param name="Number">Which request of this client.</param>
/// <param name="Amount">What is added.</param>
/// <param name="Payload">Other bytes that came along; an attack has its signature here.</param>
public readonly record struct ServiceRequest(int Client, long Number, long Amount, ulong Payload = 0);

/// <summary>The answer: the balance, and which instance in which version gave it.</summary>
public readonly record struct ServiceReply(int Client, long Number, long Balance, int Instance, int Version);

/// <summary>
/// A stateful service over a <see cref="Ledger"/>. It takes CPU time for each request, dirties memory, and ages, if it is built so. What is queued
/// is saved with it: a checkpoint is a consistent cut.
/// </summary>
public sealed class Service : GuestProgram
{
    public const string KindName = "service";

    /// <summary>The signature of a published attack.</summary>
    public const ulong Exploit = 0xBAD_C0DE_0B0E_D00D;

    /// <summary>A service that somebody else controls says what it should not, so often.</summary>
    public const long UnsafeOutputEveryNs = 20_000_000;

    private const int LedgerPages = 4;
    private const int Million = 1_000_000;

    private readonly GuestKernel kernel;
    private readonly List<MappedPage> ledgerPages = [];
    private readonly List<MappedPage> workingPages = [];
    private readonly Queue<ServiceRequest> queue = new();
    private readonly HashSet<int> queued = [];
    private readonly RandomStream random;
    private Timer? unsafeTimer;
    private Action? frozen;
    private bool busy;
    private bool suspended;
    private bool stopped;
    private int nextDirty;

    public Service(GuestKernel kernel)
        : this(kernel, ServiceOptions.Parse(kernel.Manifest.Service))
    {
        Version = Options.Version;
        TakePages(LedgerPages, ledgerPages);
        TakePages(Options.WorkingPages, workingPages);
    }

    /// <summary>The service that a suspended kernel has left behind.</summary>
    public Service(GuestKernel kernel, GuestState state)
        : this(kernel, ServiceOptions.Parse(kernel.Manifest.Service))
    {
        Version = (int)state.Read();
        Served = state.Read();
        Leaked = (int)state.Read();
        Compromised = state.Read() != 0;
        LatentError = state.Read() != 0;
        Ready = state.Read() != 0;
        ClaimPages(state, ledgerPages);
        ClaimPages(state, workingPages);
        for (var count = state.Read(); count > 0; count--)
        {
            var request = new ServiceRequest((int)state.Read(), state.Read(), state.Read(), (ulong)state.Read());
            queue.Enqueue(request);
            queued.Add(request.Client);
        }
    }

    private Service(GuestKernel kernel, ServiceOptions options)
    {
        this.kernel = kernel;
        Options = options;
        Ledger = new Ledger(ledgerPages);
        random = Simulation.Stream($"service {kernel.Manifest.Seed:x}");
    }

    public ServiceOptions Options { get; }

    public Ledger Ledger { get; }

    /// <summary>What runs: the version it was built as, or the one it was patched to.</summary>
    public int Version { get; private set; }

    /// <summary>It has started, and answers.</summary>
    public bool Ready { get; private set; }

    /// <summary>Requests executed since it was built, repeated ones not counted.</summary>
    public long Served { get; private set; }

    /// <summary>Pages that it has lost.</summary>
    public int Leaked { get; private set; }

    /// <summary>Somebody else controls it.</summary>
    public bool Compromised { get; private set; }

    /// <summary>A latent error has been activated.</summary>
    public bool LatentError { get; private set; }

    /// <summary>Nothing is queued and nothing under way.</summary>
    public bool Idle => !busy && queue.Count == 0;

    /// <summary>Where answers go.</summary>
    public Action<ServiceReply>? Reply { get; set; }

    /// <summary>Where that goes which nobody should ever hear.</summary>
    public Action? UnsafeOutput { get; set; }

    public override string Kind => KindName;

    public override string Title => "service";

    public override bool Ended => true;

    public override string? Problem => null;

    public override ulong Digest => Ledger.Digest;

    private Simulation Simulation => kernel.Domain.Host.Simulation;

    /// <summary>Starts up, which takes CPU time, and then announces itself.</summary>
    public void Start()
    {
        busy = true;
        Compute(Options.BootMs * 1_000_000L, "service starts", () =>
        {
            Ready = true;
            kernel.AnnounceService(this);
            Done();
        });
    }

    /// <summary>A request has come in. One that was answered before is answered again.</summary>
    public void Receive(ServiceRequest request)
    {
        if (stopped || !Ready || request.Client < 0 || request.Client >= Ledger.Capacity)
        {
            return;
        }

        if (request.Number <= Ledger.LastNumber(request.Client))
        {
            Answer(request, Ledger.Balance(request.Client));
        }
        else if (queued.Add(request.Client))
        {
            queue.Enqueue(request);
            Work();
        }
    }

    /// <summary>A patch is applied to the running service: the flaw is gone, what somebody did through it before is not.</summary>
    public void Patch(int version) => Version = version;

    public override void Freeze(Action frozen)
    {
        if (busy)
        {
            this.frozen = frozen;
            return;
        }

        Suspend(frozen);
    }

    public override void Thaw()
    {
        suspended = false;
        if (Compromised)
        {
            BeginUnsafeOutput();
        }

        if (Ready)
        {
            kernel.AnnounceService(this);
        }

        Work();
    }

    public override void Save(GuestState state)
    {
        state.Write(Version);
        state.Write(Served);
        state.Write(Leaked);
        state.Write(Compromised ? 1 : 0);
        state.Write(LatentError ? 1 : 0);
        state.Write(Ready ? 1 : 0);
        SavePages(state, ledgerPages);
        SavePages(state, workingPages);
        state.Write(queue.Count);
        foreach (var request in queue)
        {
            state.Write(request.Client);
            state.Write(request.Number);
            state.Write(request.Amount);
            state.Write((long)request.Payload);
        }
    }

    public override void Verify(Action done) => done();

    public override void Stop()
    {
        stopped = true;
        unsafeTimer?.Cancel();
    }

    private void Work()
    {
        if (busy || suspended || stopped || queue.Count == 0)
        {
            return;
        }

        busy = true;
        Compute(Options.WorkUs * 1000L, "service request", () =>
        {
            var request = queue.Dequeue();
            queued.Remove(request.Client);
            Execute(request);
            Done();
        });
    }

    private void Done()
    {
        busy = false;
        if (frozen is { } callback)
        {
            frozen = null;
            Suspend(callback);
            return;
        }

        Work();
    }

    private void Suspend(Action callback)
    {
        suspended = true;
        unsafeTimer?.Cancel();
        callback();
    }

    private void Compute(long durationNs, string what, Action done) => kernel.Domain.Host.RunQueue.Compute(kernel.Domain.Vcpus[0], durationNs, what, done);

    private void Execute(ServiceRequest request)
    {
        Served++;
        if (Options.CrashAt > 0 && Served >= Options.CrashAt)
        {
            throw new GuestPanicException($"BUG in version {Version}");
        }

        Age(request);
        if (request.Payload == Exploit && Version < Options.FlawedBelow && !Compromised)
        {
            Compromised = true;
            BeginUnsafeOutput();
        }

        DirtyMemory();
        Answer(request, Ledger.Apply(request.Client, request.Number, request.Amount));
    }

    private void Age(ServiceRequest request)
    {
        if (Options.LeakEvery > 0 && Served % Options.LeakEvery == 0)
        {
            if (kernel.Pages!.Allocate() is null)
            {
                throw new GuestPanicException("Out of memory");
            }

            Leaked++;
        }

        LatentError |= random.Below(Million) < Options.LatentPpm;
        if (random.Below(Million) < Options.RotPpm)
        {
            Ledger.Corrupt(request.Client);
        }
    }

    private void DirtyMemory()
    {
        for (var i = 0; i < Options.DirtyPages && workingPages.Count > 0; i++)
        {
            workingPages[nextDirty].WriteUInt64(0, (ulong)Served);
            nextDirty = (nextDirty + 1) % workingPages.Count;
        }
    }

    private void Answer(ServiceRequest request, long balance)
    {
        var wrong = LatentError || (Options.WrongFrom > 0 && Served >= Options.WrongFrom);
        Reply?.Invoke(new ServiceReply(request.Client, request.Number, wrong ? ~balance : balance, Options.Id, Version));
    }

    private void BeginUnsafeOutput() => unsafeTimer = Simulation.AfterHousekeeping(UnsafeOutputEveryNs, kernel.Component, "unsafe output", () =>
    {
        UnsafeOutput?.Invoke();
        BeginUnsafeOutput();
    });

    private void TakePages(int count, List<MappedPage> into)
    {
        for (var i = 0; i < count; i++)
        {
            into.Add(kernel.Pages!.Allocate() ?? throw new GuestPanicException("Out of memory"));
        }
    }

    private void SavePages(GuestState state, List<MappedPage> saved)
    {
        state.Write(saved.Count);
        foreach (var page in saved)
        {
            state.Write(kernel.Domain.PfnOf(page.Mfn));
        }
    }

    private void ClaimPages(GuestState state, List<MappedPage> into)
    {
        for (var count = state.Read(); count > 0; count--)
        {
            into.Add(kernel.ClaimPage((int)state.Read()));
        }
    }
}
