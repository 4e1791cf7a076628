using System.Buffers.Binary;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Guests;

// do_suspend: the kernel stops at a point from which it goes on here, or another kernel with the same memory elsewhere.
public sealed partial class GuestKernel
{
    /// <summary>Where a kernel is entered that was suspended: behind the entry of one that boots.</summary>
    private const ulong ResumeOffset = 16;

    // In the part of the start_info page that is the kernel's own.
    private const int StateOffset = 2048;
    private const uint StateMagic = 0x50535553; // SUSP
    private const int StateHeaderSize = 16;
    private const int MaxStatePages = (MachineMemory.PageSize - StateOffset - StateHeaderSize) / sizeof(ulong);

    // Where the response side of the store ring lies (struct xenstore_domain_interface).
    private const int ResponseConsumerOffset = 2056;
    private const int ResponseProducerOffset = 2060;

    private List<MappedPage> statePages = [];
    private List<int> holes = [];
    private bool suspending;

    /// <summary>How often the kernel came back from a suspend, here or elsewhere.</summary>
    public int Resumes { get; private set; }

    private bool Resuming => Domain.Vcpus[0].Context is { } context && context.EntryPoint % MachineMemory.PageSize == ResumeOffset;

    private MappedPage StartInfoPage => Domain.OwnPage(Domain.Vcpus[0].Context!.StartInfoMfn)!;

    /// <summary>A page that a program had before the suspend.</summary>
    internal MappedPage ClaimPage(int pfn) =>
        Pages!.Claim(Domain.FrameAt(pfn)) ?? throw new GuestPanicException($"page {pfn:x} is missing after the resume");

    // freeze_processes: nothing new is started, and what is under way comes to its end first.
    private void Suspend()
    {
        suspending = true;
        console!.WriteLine("suspending");
        var pending = 1;
        void Frozen()
        {
            pending--;
            if (pending == 0)
            {
                host.Simulation.Post(Component, "frozen", StopMachine);
            }
        }

        foreach (var program in programs.ToList())
        {
            pending++;
            program.Freeze(Frozen);
        }

        Frozen();
    }

    // xen_suspend, after xen_pre_suspend: from here on frames are named by page numbers.
    private void StopMachine()
    {
        cpus!.DisableSecondary();
        SaveState();
        StartInfo.SetRings(StartInfoPage, (ulong)P2m!.PfnOf(StartInfo!.StoreMfn), (ulong)P2m.PfnOf(StartInfo.ConsoleMfn));
        var context = Domain.Vcpus[0].Context!;
        var page = context.EntryPoint / MachineMemory.PageSize * MachineMemory.PageSize;

        // This message waits while the domain stands still; where it is delivered, the suspend was taken back.
        host.Simulation.Post(Component, "suspend cancelled", Resumed);
        var error = host.Sched.Suspend(Domain, new VcpuContext(page + ResumeOffset, context.StartInfoMfn));
        if (error != 0)
        {
            throw new GuestPanicException($"suspend failed ({Errno.Name(error)})");
        }
    }

    private void Resumed()
    {
        StartInfo.SetRings(StartInfoPage, StartInfo!.StoreMfn, StartInfo.ConsoleMfn);
        foreach (var page in statePages)
        {
            Pages!.Release(page);
        }

        statePages = [];
        suspending = false;
        Resumes++;
        cpus!.Refresh();
        console!.WriteLine("suspend was cancelled");
        foreach (var program in programs)
        {
            program.Thaw();
        }
    }

    private void SaveState()
    {
        var state = new GuestState();
        state.Write(Heartbeats);
        state.Write(Resumes);
        state.Write(DisksMissing ? 1 : 0);
        state.Write(Balloon!.Ballooned.Count);
        foreach (var pfn in Balloon.Ballooned)
        {
            state.Write(pfn);
        }

        state.Write(programs.Count);
        foreach (var program in programs)
        {
            state.Write(program.Kind);
            program.Save(state);
        }

        var bytes = state.ToArray();
        var start = StartInfoPage;
        var count = (bytes.Length + MachineMemory.PageSize - 1) / MachineMemory.PageSize;
        if (count > MaxStatePages)
        {
            throw new GuestPanicException("too much state to suspend");
        }

        start.WriteUInt32(StateOffset, StateMagic);
        start.WriteUInt32(StateOffset + 4, (uint)bytes.Length);
        start.WriteUInt32(StateOffset + 8, Crc32C.Compute(bytes));
        for (var i = 0; i < count; i++)
        {
            var page = Pages!.Allocate() ?? throw new GuestPanicException("Out of memory");
            statePages.Add(page);
            var piece = bytes.AsSpan(i * MachineMemory.PageSize);
            piece[..Math.Min(piece.Length, MachineMemory.PageSize)].CopyTo(page.Write);
            start.WriteUInt64(StateOffset + StateHeaderSize + (i * sizeof(ulong)), (ulong)Domain.PfnOf(page.Mfn));
        }
    }

    // A kernel in a new domain finds in its memory what the old one has left there.
    private void LoadState()
    {
        var start = StartInfoPage;
        var length = (int)start.ReadUInt32(StateOffset + 4);
        if (start.ReadUInt32(StateOffset) != StateMagic || length < 0 || length > MaxStatePages * MachineMemory.PageSize)
        {
            throw new GuestPanicException("resumed without having been suspended");
        }

        var bytes = new byte[length];
        for (var at = 0; at < length; at += MachineMemory.PageSize)
        {
            var pfn = start.ReadUInt64(StateOffset + StateHeaderSize + (at / MachineMemory.PageSize * sizeof(ulong)));
            var piece = bytes.AsSpan(at);
            OwnPageAt((int)Math.Min(pfn, int.MaxValue)).Read[..Math.Min(piece.Length, MachineMemory.PageSize)].CopyTo(piece);
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(start.Read[(StateOffset + 8)..]) != Crc32C.Compute(bytes))
        {
            throw new GuestPanicException("the memory that came back is not the memory that was suspended");
        }

        start.WriteUInt32(StateOffset, 0);
        var state = new GuestState(bytes);
        Heartbeats = state.Read();
        Resumes = (int)state.Read();
        DisksMissing = state.Read() != 0;
        for (var count = state.Read(); count > 0; count--)
        {
            holes.Add((int)state.Read());
        }

        for (var count = state.Read(); count > 0; count--)
        {
            programs.Add(LoadProgram(state));
        }

        ClearResponses();
    }

    private GuestProgram LoadProgram(GuestState state)
    {
        var kind = state.ReadText();
        switch (kind)
        {
            case Guests.ChecksummedBlocks.KindName:
                var blocks = Guests.ChecksummedBlocks.Load(this, state);
                blocks.Finished += ProgramEnded;
                return blocks;
            case KeyValueStore.KindName:
                return KeyValueStore.Load(this, state);
            case CpuBurner.KindName:
                state.Read();
                return new CpuBurner(this);
            case PagePatterns.KindName:
                return new PagePatterns(this, state);
            case Guests.Service.KindName:
                return new Service(this, state);
            default:
                throw new GuestPanicException($"nobody knows what {kind} is");
        }
    }

    // xb_init_comms: what the old store daemon has still sent is not for this kernel.
    private void ClearResponses()
    {
        if (Domain.OwnPage(StartInfo!.StoreMfn) is { } ring)
        {
            ring.WriteUInt32(ResponseConsumerOffset, ring.ReadUInt32(ResponseProducerOffset));
        }
    }

    private List<int> HolesAtBoot() => holes;

    // After a resume elsewhere: the devices come anew, and each disk goes to who had it.
    private void GoOn()
    {
        Resumes++;
        cpus!.Refresh();
        console!.WriteLine($"resumed as domain {Domain.Id}");
        Heartbeat();
        ConsoleBeat();
        foreach (var program in programs.Where(program => program is PagePatterns or CpuBurner or Guests.Service))
        {
            program.Thaw();
        }

        StartBus();
    }
}
