using System.Globalization;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>xl's main, after the manual page xl(1): finds the verb and runs it. Verbs may be cut to any prefix that is not ambiguous.</summary>
public sealed class XlMain(XlProcess process, Dom0Services services)
{
    public const int ExitSuccess = 0;
    public const int ExitFailure = 1;

    private static readonly string[] Verbs =
    [
        "block-attach", "block-detach", "block-list", "create", "destroy", "domid", "domname", "info", "list", "network-attach", "network-detach", "network-list", "pause", "reboot",
        "rename", "shutdown", "unpause", "vm-list",
    ];

    private readonly LibxlContext context = process.Context;

    public void Run()
    {
        if (process.Arguments.Count == 0)
        {
            Fail("Usage xl [-vfNtT] <subcommand> [args]");
            return;
        }
        var verb = FindVerb(process.Arguments[0]);
        if (verb is null) return;
        var arguments = process.Arguments.Skip(1).ToList();
        switch (verb)
        {
            case "create": new XlCreate(process, services).Run(arguments); break;
            case "list": new XlList(process).List(arguments); break;
            case "vm-list": new XlList(process).VmList(); break;
            case "info": new XlList(process).Info(); break;
            case "block-list": new XlBlock(process).List(arguments); break;
            case "block-attach": new XlBlock(process).Attach(arguments); break;
            case "block-detach": new XlBlock(process).Detach(arguments); break;
            case "network-list": new XlNetwork(process).List(arguments); break;
            case "network-attach": new XlNetwork(process).Attach(arguments); break;
            case "network-detach": new XlNetwork(process).Detach(arguments); break;
            case "domid": Domid(arguments); break;
            case "domname": Domname(arguments); break;
            case "rename": Rename(arguments); break;
            case "pause": Pause(arguments); break;
            case "unpause": Unpause(arguments); break;
            case "destroy": Destroy(arguments); break;
            default: ShutdownOrReboot(verb, arguments); break;
        }
    }

    /// <summary>A verb by its name or an unambiguous beginning of it.</summary>
    private string? FindVerb(string given)
    {
        var matches = new List<string>();
        foreach (var verb in Verbs)
        {
            if (verb == given) return verb;
            if (verb.StartsWith(given, StringComparison.Ordinal)) matches.Add(verb);
        }
        if (matches.Count == 1) return matches[0];
        Fail(matches.Count == 0 ? $"command not implemented: {given}" : $"command is ambiguous: {given}");
        return null;
    }

    private void Domid(List<string> arguments)
    {
        if (!Argument(arguments, "domid", 1)) return;
        if (new DomainNames(context).Find(arguments[0], out var domid) != LibxlError.Ok)
        {
            Fail($"Can't get domid of domain name '{arguments[0]}', maybe this domain does not exist.");
            return;
        }
        process.Print(domid.ToString(CultureInfo.InvariantCulture));
        process.Exit(ExitSuccess);
    }

    private void Domname(List<string> arguments)
    {
        if (!Argument(arguments, "domname", 1)) return;
        if (!int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out var domid))
        {
            Fail("Invalid domain id.");
            return;
        }
        var name = context.DomainInfo(domid) is null ? null : new DomainNames(context).Of(domid);
        if (name is null)
        {
            Fail($"Can't get domain name of domain id '{domid}', maybe this domain does not exist.");
            return;
        }
        process.Print(name);
        process.Exit(ExitSuccess);
    }

    private void Rename(List<string> arguments)
    {
        if (!Argument(arguments, "rename", 2) || !FindDomain(arguments[0], out var domid)) return;
        var rc = new LibxlDomain(context).Rename(domid, arguments[1]);
        if (rc != LibxlError.Ok)
        {
            Fail($"Can't rename domain '{arguments[0]}' to '{arguments[1]}'.");
            return;
        }
        process.Exit(ExitSuccess);
    }

    private void Pause(List<string> arguments)
    {
        if (!Argument(arguments, "pause", 1) || !FindDomain(arguments[0], out var domid)) return;
        Finish(new LibxlDomain(context).Pause(domid));
    }

    private void Unpause(List<string> arguments)
    {
        if (!Argument(arguments, "unpause", 1) || !FindDomain(arguments[0], out var domid)) return;
        Finish(new LibxlDomain(context).Unpause(domid));
    }

    private void Destroy(List<string> arguments)
    {
        if (!Argument(arguments, "destroy", 1) || !FindDomain(arguments[0], out var domid)) return;
        if (domid == 0)
        {
            Fail("Cannot destroy privileged domain 0.");
            return;
        }
        new DomainDestruction(context, domid, Finish).Start();
    }

    private void ShutdownOrReboot(string verb, List<string> arguments)
    {
        var wait = arguments.Remove("-w");
        if (!Argument(arguments, verb, 1) || !FindDomain(arguments[0], out var domid)) return;
        var domain = new LibxlDomain(context);
        void Acknowledged(LibxlError rc)
        {
            if (rc != LibxlError.Ok || !wait)
            {
                Finish(rc);
                return;
            }
            WaitForShutdown(domid);
        }
        if (verb == "shutdown") domain.Shutdown(domid, Acknowledged);
        else domain.Reboot(domid, Acknowledged);
    }

    /// <summary>wait_for_domain_deaths: until the domain has shut down or is gone.</summary>
    private void WaitForShutdown(int domid)
    {
        DomainDeathWatch? watch = null;
        watch = new DomainDeathWatch(context, domid, occurred =>
        {
            watch!.Disable();
            process.Exit(ExitSuccess);
        });
        if (watch.Enable() != LibxlError.Ok) Fail($"Cannot watch domain {domid}");
    }

    private void Finish(LibxlError rc) => process.Exit(rc == LibxlError.Ok ? ExitSuccess : ExitFailure);

    private bool FindDomain(string given, out int domid)
    {
        if (new DomainNames(context).Resolve(given, out domid) == LibxlError.Ok) return true;
        Fail($"{given} is an invalid domain identifier (rc={(int)LibxlError.Invalid})");
        return false;
    }

    private bool Argument(List<string> arguments, string verb, int count)
    {
        if (arguments.Count == count) return true;
        Fail(arguments.Count < count ? $"'xl {verb}' requires at least {count} argument{(count == 1 ? "" : "s")}." : $"'xl {verb}': too many arguments.");
        return false;
    }

    private void Fail(string text)
    {
        context.Log.Program(text);
        process.Exit(ExitFailure);
    }
}
