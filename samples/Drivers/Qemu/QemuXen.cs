using System.Globalization;
using System.Text;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Drivers.Qemu;

/// <summary>
/// The device model as PV guests need it (qemu-system-i386 -machine xenpv): a process of Dom0 that serves the disks of one guest below
/// backend/qdisk. It has no machine to emulate. When it is killed, the kernel takes back what it had mapped, and its disks stand still.
/// </summary>
public static class QemuXen
{
    /// <summary>Loading the program and setting it up takes this long.</summary>
    private const long StartNs = 30_000_000;

    /// <summary>The main program.</summary>
    /// <param name="process">Who runs it.</param>
    /// <param name="arguments">Without the name of the program: as the toolstack writes them.</param>
    /// <param name="store">The process's connection to the store.</param>
    public static void Run(Component process, IReadOnlyList<string> arguments, XsClient store)
    {
        if (!int.TryParse(After(arguments, "-xen-domid"), NumberStyles.None, CultureInfo.InvariantCulture, out var domid) || After(arguments, "-machine") != "xenpv")
        {
            process.Kill("exit status 1");
            return;
        }

        process.Simulation.After(StartNs, process, "qemu start", () => Serve(process, domid, After(arguments, "-chardev"), store));
    }

    private static void Serve(Component process, int domid, string? monitor, XsClient store)
    {
        var domain = process.Domain!;
        if (monitor is not null && MonitorSocket(monitor) is { } socket)
        {
            domain.Hardware!.Files.Write(socket, Encoding.ASCII.GetBytes(process.Name));
        }

        var xenbus = new XenbusClient(store);
        var bus = XenbusBus.Backend(domain, xenbus, string.Create(CultureInfo.InvariantCulture, $"qdisk/{domid}"));
        bus.Register("qdisk", device => new Qdisk(device));
        var error = bus.Start();
        if (error == 0)
        {
            // xenstore_record_dm_state.
            error = xenbus.Write(0, string.Create(CultureInfo.InvariantCulture, $"/local/domain/0/device-model/{domid}/state"), "running");
        }

        if (error != 0)
        {
            process.Kill("exit status 1");
        }
    }

    private static string? MonitorSocket(string chardev) =>
        chardev.Split(',').Where(word => word.StartsWith("path=", StringComparison.Ordinal)).Select(word => word["path=".Length..]).FirstOrDefault();

    private static string? After(IReadOnlyList<string> arguments, string option)
    {
        for (var i = 0; i + 1 < arguments.Count; i++)
        {
            if (arguments[i] == option)
            {
                return arguments[i + 1];
            }
        }

        return null;
    }
}
