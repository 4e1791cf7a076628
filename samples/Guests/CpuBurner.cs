using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>Computes without end on every virtual CPU that is in use: what the scheduler's weights, caps and affinities are seen by.</summary>
public sealed class CpuBurner(GuestKernel kernel) : GuestProgram
{
    public const string KindName = "cpu-burner";

    private const long BurstNs = 5_000_000;
    private const long LookNs = 100_000_000;

    private bool frozen;
    private bool stopped;

    public override string Kind => KindName;

    public override string Title => "cpu";

    public override bool Ended => true;

    public override string? Problem => null;

    public override ulong Digest => 0;

    // CPUs that are taken up later are found at the next look; one that computes already is left alone.
    public void Start()
    {
        if (frozen || stopped)
        {
            return;
        }

        kernel.Domain.Host.Simulation.AfterHousekeeping(LookNs, kernel.Component, "cpu burner", Start);
        foreach (var vcpu in kernel.Domain.Vcpus)
        {
            Burn(vcpu);
        }
    }

    public override void Freeze(Action frozen)
    {
        this.frozen = true;
        frozen();
    }

    public override void Thaw()
    {
        frozen = false;
        Start();
    }

    public override void Save(GuestState state) => state.Write(1);

    public override void Verify(Action done) => done();

    public override void Stop() => stopped = true;

    private void Burn(Vcpu vcpu)
    {
        if (!frozen && !stopped)
        {
            kernel.Domain.Host.RunQueue.Compute(vcpu, BurstNs, "computed", () => Burn(vcpu));
        }
    }
}
