using System.Globalization;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>The verbs about disks of domains that run: block-list, block-attach, block-detach.</summary>
public sealed class XlBlock(XlProcess process)
{
    private readonly LibxlContext context = process.Context;

    public void List(List<string> arguments)
    {
        if (arguments.Count == 0)
        {
            Fail("'xl block-list' requires at least 1 argument.");
            return;
        }
        process.Print($"{"Vdev",-5} {"BE",-3} {"handle",-6} {"state",-5} {"evt-ch",-6} {"ring-ref",-8} {"BE-path",-30}");
        foreach (var given in arguments)
        {
            if (new DomainNames(context).Resolve(given, out var domid) != LibxlError.Ok)
            {
                context.Log.Program($"{given} is an invalid domain identifier");
                continue;
            }
            foreach (var disk in new LibxlDisk(context).List(domid))
            {
                process.Print(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{disk.Devid,-5} {disk.BackendId,-3} {disk.FrontendId,-6} {disk.State,-5} {disk.EventChannel,-6} {disk.RingRef,-8} {disk.BackendPath,-30}"));
            }
        }
        process.Exit(XlMain.ExitSuccess);
    }

    public void Attach(List<string> arguments)
    {
        if (arguments.Count < 2)
        {
            Fail("'xl block-attach' requires at least 2 arguments.");
            return;
        }
        if (!FindDomain(arguments[0], out var domid)) return;
        if (XluDisk.Parse(string.Join(',', arguments.Skip(1)), out var problem) is not { } disk)
        {
            Fail($"config parsing error in disk specification: {problem}");
            return;
        }
        new LibxlDisk(context).Add(domid, disk, rc =>
        {
            if (rc != LibxlError.Ok) context.Log.Program("libxl_device_disk_add failed.");
            Finish(rc);
        }, attach: true);
    }

    public void Detach(List<string> arguments)
    {
        var force = arguments.Remove("-f");
        if (arguments.Count != 2)
        {
            Fail("'xl block-detach' requires at least 2 arguments.");
            return;
        }
        if (!FindDomain(arguments[0], out var domid)) return;
        var number = Vdev.Number(arguments[1]);
        var disks = new LibxlDisk(context);
        var found = false;
        foreach (var disk in disks.List(domid))
        {
            if (disk.Devid == number) found = true;
        }
        if (!found)
        {
            Fail($"Error: Device {arguments[1]} not connected.");
            return;
        }
        disks.Remove(domid, number, force, rc =>
        {
            if (rc != LibxlError.Ok) context.Log.Program("libxl_device_disk_remove failed.");
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
