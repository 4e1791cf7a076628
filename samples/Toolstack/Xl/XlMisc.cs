using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.XenStore;

namespace Xen.Toolstack.Xl;

/// <summary>Small verbs: uptime, dmesg, console, sysrq, claims, dump-core.</summary>
public sealed class XlMisc(XlProcess process, Dom0Services services) : XlCommand(process)
{
    private const long NsPerSecond = 1_000_000_000;

    public void Uptime(List<string> arguments)
    {
        var brief = arguments.Remove("-s");
        var domids = new List<int>();
        foreach (var given in arguments)
        {
            if (!FindDomain(given, out var domid)) return;
            domids.Add(domid);
        }
        if (arguments.Count == 0) domids.AddRange(Context.ListDomains().Select(info => info.Domid));
        if (!brief) Process.Print($"{"Name",-33} {"ID",4} Uptime");
        foreach (var domid in domids)
        {
            if (domid == 0 || Context.DomainInfo(domid) is null)
            {
                if (domid == 0) PrintUptime(0, 0, brief);
                continue;
            }
            var vmPath = Context.Xs.Read(StoreAccess.NoTransaction, StorePath.DomainHome(domid) + "/vm");
            var start = vmPath is null ? null : Context.Xs.Read(StoreAccess.NoTransaction, vmPath + "/start_time");
            if (start is null || !double.TryParse(start, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)) continue;
            PrintUptime(domid, (long)seconds, brief);
        }
        Process.Exit(XlMain.ExitSuccess);
    }

    private void PrintUptime(int domid, long startedAt, bool brief)
    {
        var seconds = Context.Simulation.Now / NsPerSecond - startedAt;
        var days = seconds / 86400;
        var clock = string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600 % 24,2}:{seconds / 60 % 60:00}:{seconds % 60:00}");
        var uptime = days == 0 ? clock : string.Create(CultureInfo.InvariantCulture, $"{days} day{(days > 1 ? "s" : "")}, {clock}");
        var name = new DomainNames(Context).Of(domid) ?? "(null)";
        if (brief) Process.Print($"{name}: up {uptime.TrimStart()}");
        else Process.Print(string.Create(CultureInfo.InvariantCulture, $"{name,-33} {domid,4} {uptime}"));
    }

    public void Dmesg(List<string> arguments)
    {
        var clear = arguments.Remove("-c");
        if (!Require(arguments, "dmesg", 0)) return;
        var error = Context.Host.Sysctl.ReadConsole(Context.Self, clear, out var text);
        if (error != 0)
        {
            Fail($"reading console ring: {Errno.Name(error)}");
            return;
        }
        Process.Print(text.TrimEnd('\n'));
        Process.Exit(XlMain.ExitSuccess);
    }

    /// <summary>xl console: the real one attaches to the terminal; here, without one, what the guest has printed so far.</summary>
    public void Console(List<string> arguments)
    {
        if (!TakeOption(arguments, "-n", out _) || !TakeOption(arguments, "-t", out _)) return;
        if (!Require(arguments, "console", 1) || !FindDomain(arguments[0], out var domid)) return;
        var tty = Context.Xs.Read(StoreAccess.NoTransaction, StorePath.DomainHome(domid) + "/console/tty");
        if (string.IsNullOrEmpty(tty))
        {
            Fail("Unable to attach console");
            return;
        }
        Process.Print((services.ReadTerminal(tty) ?? "").ReplaceLineEndings("\n").TrimEnd('\n'));
        Process.Exit(XlMain.ExitSuccess);
    }

    public void Sysrq(List<string> arguments)
    {
        if (!Require(arguments, "sysrq", 2) || !FindDomain(arguments[0], out var domid)) return;
        if (arguments[1].Length != 1)
        {
            Fail($"Invalid sysrq: {arguments[1]}");
            return;
        }
        if (Context.DomainInfo(domid) is null)
        {
            Context.Log.Error(domid, "Non-existent domain");
            Process.Exit(XlMain.ExitFailure);
            return;
        }
        Finish(Context.Xs.Write(StoreAccess.NoTransaction, StorePath.DomainHome(domid) + "/control/sysrq", arguments[1]));
    }

    public void Claims(List<string> arguments)
    {
        if (!Require(arguments, "claims", 0)) return;
        Process.Print("Name                                        ID   Mem VCPUs\tState\tTime(s)  Claimed");
        foreach (var info in Context.ListDomains())
        {
            var name = new DomainNames(Context).Of(info.Domid) ?? "(null)";
            Process.Print(XlList.Row(name, info) + string.Create(CultureInfo.InvariantCulture, $" {info.OutstandingPages / 256,5}"));
        }
        Process.Exit(XlMain.ExitSuccess);
    }

    public void DumpCore(List<string> arguments)
    {
        if (!Require(arguments, "dump-core", 2) || !FindDomain(arguments[0], out var domid)) return;
        Finish(new CoreDump(Context).Dump(domid, arguments[1]));
    }
}
