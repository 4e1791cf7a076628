namespace Xen.Hypervisor;

/// <summary>What kind of machine the host is.</summary>
public sealed record HostOptions
{
    /// <summary>Its name in the network.</summary>
    public string Name { get; init; } = "dom0";

    public int MemoryMib { get; init; } = 512;

    public int Dom0MemoryMib { get; init; } = 128;

    public int Cpus { get; init; } = 2;

    public int CpuKhz { get; init; } = 2_400_000;

    /// <summary>
    /// The hypervisor goes on when Dom0 is lost: guests stand still until Dom0 is booted again, instead of being lost with it. Whether they have lost anything by then is another matter.
    /// </summary>
    public bool GuestsOutliveDom0 { get; init; }

    /// <summary>The policy for mapping grants: who may map whose. Everybody, as without a security module.</summary>
    public Func<Domain, Domain, bool> MayMapGrants { get; init; } = (_, _) => true;
}
