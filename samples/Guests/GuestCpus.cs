using System.Globalization;
using Xen.Drivers;
using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>A kernel's virtual CPUs (cpu_hotplug): it uses those that the toolstack says are available.</summary>
public sealed class GuestCpus(Domain domain, XenbusClient xenbus)
{
    private const string Root = "cpu";

    /// <summary>setup_cpu_watcher.</summary>
    public int Start() => xenbus.Watch(Root, Changed) is null ? -Errno.EIO : 0;

    /// <summary>disable_nonboot_cpus, before a suspend.</summary>
    public void DisableSecondary()
    {
        for (var cpu = 1; cpu < domain.Vcpus.Count; cpu++)
        {
            domain.Host.VcpuOp.Down(domain, cpu);
        }
    }

    /// <summary>Takes up or down what the store says.</summary>
    public void Refresh()
    {
        for (var cpu = 0; cpu < domain.Vcpus.Count; cpu++)
        {
            Hotplug(cpu);
        }
    }

    private void Changed(string path)
    {
        var parts = path.Split('/');
        if (parts.Length >= 3 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var cpu) && cpu < domain.Vcpus.Count)
        {
            Hotplug(cpu);
            return;
        }

        Refresh();
    }

    // vcpu_hotplug: the boot CPU cannot be taken down.
    private void Hotplug(int cpu)
    {
        if (cpu == 0 || xenbus.Read(0, string.Create(CultureInfo.InvariantCulture, $"{Root}/{cpu}/availability"), out var availability) != 0)
        {
            return;
        }

        switch (availability)
        {
            case "online":
                if (domain.Vcpus[cpu].Context is null)
                {
                    domain.Host.VcpuOp.Initialise(domain, cpu, domain.Vcpus[0].Context!);
                }

                domain.Host.VcpuOp.Up(domain, cpu);
                break;
            case "offline":
                domain.Host.VcpuOp.Down(domain, cpu);
                break;
        }
    }
}
