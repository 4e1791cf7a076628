using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.XenStore;

namespace Xen.XenWorkloads;

/// <summary>What must hold of device models when nothing is going on: each belongs to a guest whose disks it serves, and each such disk has one.</summary>
public sealed class DeviceModelInvariants(Machine machine)
{
    /// <summary>Where the device model of a domain serves a disk.</summary>
    public static string Backend(Domain domain, string number) => $"/local/domain/0/backend/qdisk/{Text(domain)}/{number}";

    public static bool IsDeviceModel(Component component) => component.Name.StartsWith(LibxlDm.ProcessPrefix, StringComparison.Ordinal);

    /// <summary>The first thing that is wrong, or null.</summary>
    public string? Check()
    {
        var tree = machine.Xenstored.Tree;
        var running = machine.Simulation.Components
            .Where(component => component.Alive && component.Domain == machine.Host.Dom0 && IsDeviceModel(component)).Select(component => component.Name).ToList();
        foreach (var domain in machine.Host.Domains.Where(domain => domain.Id != 0 && domain.Dying == DyingState.Alive))
        {
            var served = tree.Find($"/local/domain/0/backend/qdisk/{Text(domain)}") is { Children.Length: > 0 };
            var runs = running.Remove($"{LibxlDm.ProcessPrefix}dom{Text(domain)}");
            if (served && !runs) return $"the device model of {machine.NameOf(domain.Id)} is gone";
            if (runs && (tree.Find(LibxlDm.XsPath(domain.Id) + "/state") is not { } state || XsPayload.Text(state.Value) != "running"))
            {
                return $"the device model of {machine.NameOf(domain.Id)} does not say that it runs";
            }
        }
        return running.Count == 0 ? null : $"{running[0]} still runs";
    }

    private static string Text(Domain domain) => domain.Id.ToString(CultureInfo.InvariantCulture);
}
