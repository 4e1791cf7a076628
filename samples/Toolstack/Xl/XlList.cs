using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>The verbs that show what there is: list, vm-list, info.</summary>
public sealed class XlList(XlProcess process)
{
    private const long PagesPerMb = 256;
    private const string ReasonLetters = "-rscwS";

    private readonly LibxlContext context = process.Context;
    private readonly DomainNames names = new(process.Context);

    public void List(List<string> arguments)
    {
        var verbose = arguments.Remove("-v");
        var domains = context.ListDomains();
        if (arguments.Count > 0)
        {
            if (names.Resolve(arguments[0], out var domid) != LibxlError.Ok || context.DomainInfo(domid) is not { } info)
            {
                Fail($"{arguments[0]} is an invalid domain identifier (rc={(int)LibxlError.Invalid})");
                return;
            }
            domains = [info];
        }

        var header = "Name                                        ID   Mem VCPUs\tState\tTime(s)";
        if (verbose) header += "   UUID                            Reason-Code\tSecurity Label";
        process.Print(header);
        foreach (var info in domains)
        {
            var memory = info.TotalPages / PagesPerMb;
            var name = names.Of(info.Domid) ?? "(null)";
            var seconds = info.CpuTimeNs / 1e9;
            var line = string.Create(
                CultureInfo.InvariantCulture, $"{name,-40} {info.Domid,5} {memory,5} {info.OnlineVcpus,5}     {State(info)}  {seconds,8:F1}");
            if (verbose)
            {
                var reason = info.Shutdown ? (int)info.ShutdownCode : -1;
                line += string.Create(CultureInfo.InvariantCulture, $" {info.Handle} {(reason >= 0 ? reason.ToString(CultureInfo.InvariantCulture) : "-"),8}                -");
            }
            process.Print(line);
        }
        process.Exit(XlMain.ExitSuccess);
    }

    public void VmList()
    {
        process.Print("UUID                                  ID    name");
        foreach (var info in context.ListDomains())
        {
            process.Print(string.Create(CultureInfo.InvariantCulture, $"{info.Handle}  {info.Domid,-5} {names.Of(info.Domid) ?? "(null)"}"));
        }
        process.Exit(XlMain.ExitSuccess);
    }

    public void Info()
    {
        if (context.Host.Sysctl.PhysInfo(context.Self, out var info) != 0 || info is null)
        {
            Fail("cannot get physinfo");
            return;
        }
        Row("host", "dom0");
        Row("nr_cpus", Number(info.NrCpus));
        Row("nr_nodes", Number(info.NrNodes));
        Row("cores_per_socket", Number(info.CoresPerSocket));
        Row("threads_per_core", Number(info.ThreadsPerCore));
        Row("cpu_mhz", string.Create(CultureInfo.InvariantCulture, $"{info.CpuKhz / 1000.0:F3}"));
        Row("total_memory", Number(info.TotalPages / PagesPerMb));
        Row("free_memory", Number(info.FreePages / PagesPerMb));
        Row("outstanding_claims", Number(info.OutstandingPages / PagesPerMb));
        Row("xen_major", "4");
        Row("xen_minor", "17");
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

    private void Row(string key, string value) => process.Print($"{key,-23}: {value}");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void Fail(string text)
    {
        context.Log.Program(text);
        process.Exit(XlMain.ExitFailure);
    }
}
