using System.Globalization;
using System.Text;

namespace Xen.Hypervisor;

/// <summary>The hypervisor's own message buffer, which XEN_SYSCTL_readconsole reads. It keeps the latest text only.</summary>
public sealed class ConsoleRing(Simulation simulation)
{
    private const int Capacity = 16 * 1024;

    private readonly StringBuilder text = new();

    public string Text => text.ToString();

    public void Clear() => text.Clear();

    internal void Print(string line)
    {
        simulation.Tap?.Device(simulation.Current, $"print {line}");
        text.Append(CultureInfo.InvariantCulture, $"(XEN) [{simulation.Now / 1_000_000_000,5}.{simulation.Now / 1000 % 1_000_000:000000}] {line}\n");
        if (text.Length > Capacity)
        {
            text.Remove(0, text.Length - Capacity);
        }
    }

    internal void Boot(HostOptions options, MachineMemory memory)
    {
        Print("Xen version 4.17.5 (simulated)");
        Print($"System RAM: {memory.TotalFrames / 256}MB ({memory.TotalFrames * 4}kB)");
        Print("Using scheduler: SMP Credit Scheduler rev2 (credit2)");
        Print($"Brought up {options.Cpus} CPUs");
    }
}
