using System.Globalization;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>The verbs about network cards of domains that run: network-list, network-attach, network-detach.</summary>
public sealed class XlNetwork(XlProcess process)
{
    private readonly LibxlContext context = process.Context;

    public void List(List<string> arguments)
    {
        if (arguments.Count == 0)
        {
            Fail("'xl network-list' requires at least 1 argument.");
            return;
        }
        process.Print($"{"Idx",-3} {"BE",-2} {"Mac Addr.",-17} {"handle",-6} {"state",-5} {"evt-ch",-6} {"tx-",5}/{"rx-ring-ref",-5} {"BE-path",-30}");
        foreach (var given in arguments)
        {
            if (new DomainNames(context).Resolve(given, out var domid) != LibxlError.Ok)
            {
                context.Log.Program($"{given} is an invalid domain identifier");
                continue;
            }
            foreach (var nic in new LibxlNic(context).List(domid))
            {
                var head = string.Create(CultureInfo.InvariantCulture, $"{nic.Devid,-3} {nic.BackendId,-2} {nic.Mac} ");
                process.Print(head + string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nic.Devid,6} {nic.State,5} {nic.EventChannel,6} {nic.TxRingRef,5}/{nic.RxRingRef,-11} {nic.BackendPath,-30}"));
            }
        }
        process.Exit(XlMain.ExitSuccess);
    }

    public void Attach(List<string> arguments)
    {
        if (arguments.Count < 1)
        {
            Fail("'xl network-attach' requires at least 1 argument.");
            return;
        }
        if (!FindDomain(arguments[0], out var domid)) return;
        if (XluVif.Parse(string.Join(',', arguments.Skip(1)), out var problem, text => context.Log.Warning(domid, text)) is not { } nic)
        {
            Fail(problem);
            return;
        }
        new LibxlNic(context).Add(domid, nic, rc =>
        {
            if (rc != LibxlError.Ok) context.Log.Program("libxl_device_nic_add failed.");
            Finish(rc);
        });
    }

    public void Detach(List<string> arguments)
    {
        if (arguments.Count != 2)
        {
            Fail("'xl network-detach' requires at least 2 arguments.");
            return;
        }
        if (!FindDomain(arguments[0], out var domid)) return;
        var nics = new LibxlNic(context);
        var devid = nics.Find(domid, arguments[1]);
        if (devid < 0)
        {
            Fail($"Unknown device {arguments[1]}.");
            return;
        }
        nics.Remove(domid, devid, force: false, rc =>
        {
            if (rc != LibxlError.Ok) context.Log.Program("libxl_device_nic_del failed.");
            Finish(rc);
        });
    }

    private bool FindDomain(string given, out int domid)
    {
        if (new DomainNames(context).Resolve(given, out domid) == LibxlError.Ok) return true;
        Fail($"{given} is an invalid domain identifier (rc={(int)LibxlError.Invalid})");
        return false;
    }

    private void Finish(LibxlError rc) => process.Exit(rc == LibxlError.Ok ? XlMain.ExitSuccess : XlMain.ExitFailure);

    private void Fail(string text)
    {
        context.Log.Program(text);
        process.Exit(XlMain.ExitFailure);
    }
}
