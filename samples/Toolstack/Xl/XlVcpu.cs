using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>The verbs about virtual CPUs: vcpu-list, vcpu-set, vcpu-pin.</summary>
public sealed class XlVcpu(XlProcess process) : XlCommand(process)
{
    public void List(List<string> arguments)
    {
        var domains = new List<DomainInfo>();
        foreach (var given in arguments)
        {
            if (!FindDomain(given, out var domid)) return;
            if (Context.DomainInfo(domid) is not { } info)
            {
                Fail("Domain does not exist.");
                return;
            }
            domains.Add(info);
        }
        if (arguments.Count == 0) domains.AddRange(Context.ListDomains());

        var names = new DomainNames(Context);
        var cpus = Context.Host.Options.Cpus;
        Process.Print($"{"Name",-32} {"ID",5} {"VCPU",5} {"CPU",5} {"State",5} {"Time(s)",9} Affinity (Hard / Soft)");
        foreach (var info in domains)
        {
            var name = names.Of(info.Domid) ?? "(null)";
            foreach (var vcpu in new LibxlVcpu(Context).List(info))
            {
                var place = vcpu.Online
                    ? $"{vcpu.Cpu,5}   {(vcpu.Running ? 'r' : '-')}{(vcpu.Blocked ? 'b' : '-')}- "
                    : $"{'-',5}   --p ";
                Process.Print(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name,-32} {info.Domid,5} {vcpu.Vcpu,5} {place}{vcpu.CpuTimeNs / 1e9,9:F1}  {CpuMap.Format(vcpu.Hard, cpus)} / {CpuMap.Format(vcpu.Soft, cpus)}"));
            }
        }
        Process.Exit(XlMain.ExitSuccess);
    }

    public void Set(List<string> arguments)
    {
        var ignoreHost = arguments.Remove("-i");
        if (!Require(arguments, "vcpu-set", 2) || !FindDomain(arguments[0], out var domid)) return;
        if (!TryNumber(arguments[1], out var count))
        {
            Fail("Error: Invalid argument.");
            return;
        }
        var cpus = Context.Host.Options.Cpus;
        if (!ignoreHost && count > cpus && Context.DomainInfo(domid) is { } info && count > info.OnlineVcpus)
        {
            Fail($"You are overcommmitting! You have {cpus} physical CPUs and want {count} vCPUs! Aborting, use -i to skip this check");
            return;
        }
        var rc = new LibxlVcpu(Context).SetOnline(domid, count);
        if (rc != LibxlError.Ok) Context.Log.Program($"libxl_set_vcpuonline failed domid={domid} max_vcpus={count}, rc: {(int)rc}");
        Finish(rc);
    }

    public void Pin(List<string> arguments)
    {
        arguments.Remove("-f");
        if (!Require(arguments, "vcpu-pin", 3, 4) || !FindDomain(arguments[0], out var domid)) return;
        if (Context.DomainInfo(domid) is not { } info)
        {
            Fail("Domain does not exist.");
            return;
        }
        var vcpu = -1;
        if (arguments[1] != "all" && !TryNumber(arguments[1], out vcpu))
        {
            Fail($"Error: Invalid argument {arguments[1]} as VCPU.");
            return;
        }
        if (!Map(arguments[2], out var hard) || !Map(arguments.Count > 3 ? arguments[3] : "-", out var soft)) return;
        for (var i = vcpu < 0 ? 0 : vcpu; i <= (vcpu < 0 ? info.MaxVcpuId : vcpu); i++)
        {
            var rc = new LibxlVcpu(Context).SetAffinity(domid, i, hard, soft);
            if (rc == LibxlError.Ok) continue;
            Fail($"Could not set affinity for vcpu `{i}'.");
            return;
        }
        Process.Exit(XlMain.ExitSuccess);
    }

    /// <summary>A set of CPUs, or - for "leave it".</summary>
    private bool Map(string given, out ulong? map)
    {
        map = null;
        if (given == "-") return true;
        if (!CpuMap.TryParse(given, Context.Host.Options.Cpus, out var parsed))
        {
            Fail($"failed to parse cpu range {given}");
            return false;
        }
        map = parsed;
        return true;
    }
}
