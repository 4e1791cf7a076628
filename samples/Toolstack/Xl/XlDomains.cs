using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>The verbs that act on a domain as a whole: domid, domname, rename, pause, unpause, destroy, shutdown, reboot.</summary>
public sealed class XlDomains(XlProcess process) : XlCommand(process)
{
    public void Domid(List<string> arguments)
    {
        if (!Require(arguments, "domid", 1)) return;
        if (new DomainNames(Context).Find(arguments[0], out var domid) != LibxlError.Ok)
        {
            Fail($"Can't get domid of domain name '{arguments[0]}', maybe this domain does not exist.");
            return;
        }
        Process.Print(Number(domid));
        Process.Exit(XlMain.ExitSuccess);
    }

    public void Domname(List<string> arguments)
    {
        if (!Require(arguments, "domname", 1)) return;
        if (!TryNumber(arguments[0], out var domid))
        {
            Fail("Invalid domain id.");
            return;
        }
        var name = Context.DomainInfo(domid) is null ? null : new DomainNames(Context).Of(domid);
        if (name is null)
        {
            Fail($"Can't get domain name of domain id '{domid}', maybe this domain does not exist.");
            return;
        }
        Process.Print(name);
        Process.Exit(XlMain.ExitSuccess);
    }

    public void Rename(List<string> arguments)
    {
        if (!Require(arguments, "rename", 2) || !FindDomain(arguments[0], out var domid)) return;
        var rc = new LibxlDomain(Context).Rename(domid, arguments[1]);
        if (rc != LibxlError.Ok)
        {
            Fail($"Can't rename domain '{arguments[0]}' to '{arguments[1]}'.");
            return;
        }
        Process.Exit(XlMain.ExitSuccess);
    }

    public void Pause(List<string> arguments)
    {
        if (ForAll(arguments, "pause", domid => new LibxlDomain(Context).Pause(domid))) return;
        if (!Require(arguments, "pause", 1) || !FindDomain(arguments[0], out var domid)) return;
        Finish(new LibxlDomain(Context).Pause(domid));
    }

    public void Unpause(List<string> arguments)
    {
        if (ForAll(arguments, "unpause", domid => new LibxlDomain(Context).Unpause(domid))) return;
        if (!Require(arguments, "unpause", 1) || !FindDomain(arguments[0], out var domid)) return;
        Finish(new LibxlDomain(Context).Unpause(domid));
    }

    public void Destroy(List<string> arguments)
    {
        var force = arguments.Remove("-f");
        if (!Require(arguments, "destroy", 1) || !FindDomain(arguments[0], out var domid)) return;
        if (domid == 0 && !force)
        {
            Fail("Cannot destroy privileged domain 0.");
            return;
        }
        new DomainDestruction(Context, domid, rc =>
        {
            if (rc != LibxlError.Ok) Context.Log.Debug(domid, $"destroy failed (rc={(int)rc})");
            Finish(rc);
        }).Start();
    }

    /// <summary>main_shutdown_or_reboot.</summary>
    public void ShutdownOrReboot(string verb, List<string> arguments)
    {
        var wait = arguments.Remove("-w");
        var all = arguments.Remove("-a");
        var fallback = arguments.Remove("-F");
        if (all)
        {
            if (!Require(arguments, verb, 0)) return;
            var domids = Context.ListDomains().Select(info => info.Domid).Where(domid => domid != 0).ToList();
            Several(verb, domids, wait, fallback);
            return;
        }
        if (!Require(arguments, verb, 1) || !FindDomain(arguments[0], out var domid)) return;
        Several(verb, [domid], wait, fallback);
    }

    /// <summary>One after the other; then, if wanted, wait for all of them.</summary>
    private void Several(string verb, List<int> domids, bool wait, bool fallback)
    {
        var failed = LibxlError.Ok;
        var pending = domids.Count;
        if (pending == 0)
        {
            Finish(LibxlError.Ok);
            return;
        }
        foreach (var domid in domids)
        {
            Request(verb, domid, fallback, rc =>
            {
                if (rc != LibxlError.Ok) failed = rc;
                pending--;
                if (pending > 0) return;
                if (failed != LibxlError.Ok || !wait) Finish(failed);
                else WaitForDeaths(domids);
            });
        }
    }

    /// <summary>shutdown_domain and reboot_domain: a guest without PV drivers gets an ACPI event when the fallback is allowed.</summary>
    private void Request(string verb, int domid, bool fallback, Action<LibxlError> done)
    {
        var domain = new LibxlDomain(Context);
        void Answered(LibxlError rc)
        {
            if (rc == LibxlError.NoParavirt && fallback)
            {
                Context.Log.Program($"PV control interface not available: sending ACPI {(verb == "shutdown" ? "power button" : "reset")} event.");
                rc = domain.SendTrigger(domid, verb == "shutdown" ? "power" : "reset");
            }
            else if (rc == LibxlError.NoParavirt)
            {
                Context.Log.Program($"PV control interface not available: external graceful {verb} not possible. Use \"-F\" to fallback to ACPI {(verb == "shutdown" ? "power button" : "reset")} event.");
            }
            if (rc != LibxlError.Ok) Context.Log.Program($"{verb} failed (rc={(int)rc})");
            done(rc);
        }
        if (verb == "shutdown") domain.Shutdown(domid, Answered);
        else domain.Reboot(domid, Answered);
    }

    /// <summary>wait_for_domain_deaths: until each domain has shut down or is gone.</summary>
    private void WaitForDeaths(List<int> domids)
    {
        var pending = domids.Count;
        foreach (var domid in domids)
        {
            DomainDeathWatch? watch = null;
            watch = new DomainDeathWatch(Context, domid, occurred =>
            {
                watch!.Disable();
                Context.Log.Program(occurred.Kind == DomainEventKind.Death ? $"Domain {domid} has been destroyed" : $"Domain {domid} has been shut down, reason code {(int)occurred.Reason}");
                pending--;
                if (pending == 0) Process.Exit(XlMain.ExitSuccess);
            });
            if (watch.Enable() == LibxlError.Ok) continue;
            Fail($"Cannot watch domain {domid}");
            return;
        }
    }

    /// <summary>pause -a and unpause -a: every guest.</summary>
    private bool ForAll(List<string> arguments, string verb, Func<int, LibxlError> operation)
    {
        if (!arguments.Remove("-a")) return false;
        if (!Require(arguments, verb, 0)) return true;
        var failed = LibxlError.Ok;
        foreach (var info in Context.ListDomains())
        {
            if (info.Domid == 0) continue;
            var rc = operation(info.Domid);
            if (rc != LibxlError.Ok) failed = rc;
        }
        Finish(failed);
        return true;
    }
}
