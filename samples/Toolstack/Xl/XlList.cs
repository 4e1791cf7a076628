using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>The verbs that show what there is: list, vm-list, info.</summary>
public sealed class XlList(XlProcess process)
{
    private const long PagesPerMb = 256;
    private const string ReasonLetters = "-rscwS";

    private readonly LibxlContext context = process.Context;
    private readonly DomainNames names = new(process.Context);
    private string? wanted;

    public void List(List<string> arguments)
    {
        var verbose = arguments.Remove("-v");
        var details = arguments.Remove("-l");
        var domains = context.ListDomains();
        if (arguments.Count > 0)
        {
            if (names.Resolve(arguments[0], out var domid) != LibxlError.Ok)
            {
                Fail($"{arguments[0]} is an invalid domain identifier (rc={(int)LibxlError.Invalid})");
                return;
            }
            if (context.DomainInfo(domid) is not { } info)
            {
                Fail($"Error: Domain '{arguments[0]}' does not exist.");
                return;
            }
            domains = [info];
        }

        if (details)
        {
            process.Print(Details(domains));
            process.Exit(XlMain.ExitSuccess);
            return;
        }

        var header = "Name                                        ID   Mem VCPUs\tState\tTime(s)";
        if (verbose) header += "   UUID                            Reason-Code\tSecurity Label";
        process.Print(header);
        foreach (var info in domains)
        {
            var line = Row(names.Of(info.Domid) ?? "(null)", info);
            if (verbose)
            {
                var reason = info.Shutdown ? (int)info.ShutdownCode : -1;
                line += string.Create(CultureInfo.InvariantCulture, $" {info.Handle} {(reason >= 0 ? reason.ToString(CultureInfo.InvariantCulture) : "-"),8}                -");
            }
            process.Print(line);
        }
        process.Exit(XlMain.ExitSuccess);
    }

    /// <summary>A line of the list, up to the columns that all of its forms have.</summary>
    public static string Row(string name, DomainInfo info)
    {
        var memory = (info.TotalPages + info.OutstandingPages) / PagesPerMb;
        var seconds = info.CpuTimeNs / 1e9;
        return string.Create(
            CultureInfo.InvariantCulture, $"{name,-40} {info.Domid,5} {memory,5} {info.OnlineVcpus,5}     {State(info)}  {seconds,8:F1}");
    }

    /// <summary>list -l: the stored configuration of every domain, as JSON.</summary>
    private string Details(IReadOnlyList<DomainInfo> domains)
    {
        var parts = new List<string>();
        foreach (var info in domains)
        {
            if (info.Domid == 0) continue;
            if (new LibxlUserdata(context).Load(info.Domid, out var config) != LibxlError.Ok) continue;
            var json = DomainConfigJson.Write(config).ReplaceLineEndings("\n        ");
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"    {{\n        \"domid\": {info.Domid},\n        \"config\": {json}\n    }}"));
        }
        return parts.Count == 0 ? "[\n\n]" : $"[\n{string.Join(",\n", parts)}\n]";
    }

    public void VmList()
    {
        process.Print("UUID                                  ID    name");
        foreach (var info in context.ListDomains())
        {
            if (info.Domid == 0) continue;
            process.Print(string.Create(CultureInfo.InvariantCulture, $"{info.Handle}  {info.Domid,-5} {names.Of(info.Domid) ?? "(null)"}"));
        }
        process.Exit(XlMain.ExitSuccess);
    }

    public void Info(List<string> arguments)
    {
        arguments.Remove("-n");
        wanted = arguments.Count > 0 ? arguments[0] : null;
        if (context.Host.Sysctl.PhysInfo(context.Self, out var info) != 0 || info is null)
        {
            Fail("cannot get physinfo");
            return;
        }
        Row("host", context.Host.Name);
        Row("release", "6.1.0");
        Row("version", "#1 SMP");
        Row("machine", "x86_64");
        Row("nr_cpus", Number(info.NrCpus));
        Row("max_cpu_id", Number(info.NrCpus - 1));
        Row("nr_nodes", Number(info.NrNodes));
        Row("cores_per_socket", Number(info.CoresPerSocket));
        Row("threads_per_core", Number(info.ThreadsPerCore));
        Row("cpu_mhz", string.Create(CultureInfo.InvariantCulture, $"{info.CpuKhz / 1000.0:F3}"));
        Row("total_memory", Number(info.TotalPages / PagesPerMb));
        Row("free_memory", Number((info.FreePages - info.OutstandingPages) / PagesPerMb));
        Row("sharing_freed_memory", "0");
        Row("sharing_used_memory", "0");
        Row("outstanding_claims", Number(info.OutstandingPages / PagesPerMb));
        Row("free_cpus", "0");
        Row("xen_major", "4");
        Row("xen_minor", "17");
        Row("xen_extra", ".5");
        Row("xen_version", "4.17.5");
        Row("xen_caps", "xen-3.0-x86_64");
        Row("xen_scheduler", "credit2");
        Row("xen_pagesize", "4096");
        Row("platform_params", "virt_start=0xffff800000000000");
        Row("xend_config_format", "4");
        process.Exit(XlMain.ExitSuccess);
    }

    private static string State(DomainInfo info)
    {
        var running = info.Running ? 'r' : '-';
        var blocked = info.Blocked ? 'b' : '-';
        var paused = info.Paused ? 'p' : '-';
        var shutdown = info.Shutdown ? 's' : '-';
        var reason = info.Shutdown && (int)info.ShutdownCode < ReasonLetters.Length ? ReasonLetters[(int)info.ShutdownCode] : '-';
        var dying = info.Dying ? 'd' : '-';
        return new string([running, blocked, paused, shutdown, reason, dying]);
    }

    /// <summary>All rows, or the one that was asked for, without its key.</summary>
    private void Row(string key, string value)
    {
        if (wanted is null) process.Print($"{key,-23}: {value}");
        else if (wanted == key) process.Print(value);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void Fail(string text)
    {
        context.Log.Program(text);
        process.Exit(XlMain.ExitFailure);
    }
}
