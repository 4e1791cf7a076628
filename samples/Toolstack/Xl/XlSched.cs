using System.Globalization;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>
/// xl sched-credit2: shows or sets the scheduler's parameters, of domains or (with -s) of the CPU pool. xl sched-credit asks for a scheduler that no pool of this host uses.
/// </summary>
public sealed class XlSched(XlProcess process) : XlCommand(process)
{
    private const string Pool = "Pool-0";

    public void Credit(List<string> arguments)
    {
        var schedparam = arguments.Remove("-s");
        if (!TakeOption(arguments, "-d", out var domain) || !TakeOption(arguments, "-w", out var weight) || !TakeOption(arguments, "-c", out var cap)) return;
        if (!TakeOption(arguments, "-t", out var slice) || !TakeOption(arguments, "-r", out var rate) || !TakeOption(arguments, "-p", out _)) return;
        if (!Require(arguments, "sched-credit", 0)) return;
        if (!Value(weight, out _) || !Value(cap, out _) || !Value(slice, out _) || !Value(rate, out _)) return;
        if (domain is null && (weight is not null || cap is not null))
        {
            Fail("Must specify a domain.");
            return;
        }
        if (schedparam)
        {
            Fail(slice is null && rate is null ? "libxl_sched_credit_params_get failed." : "libxl_sched_credit_params_set failed.");
            return;
        }
        if (slice is not null || rate is not null)
        {
            Fail("option -t and -r need -s");
            return;
        }
        if (domain is null)
        {
            // Only pools with this scheduler are listed.
            Process.Exit(XlMain.ExitSuccess);
            return;
        }
        if (!FindDomain(domain, out _)) return;
        Fail(weight is null && cap is null ? "libxl_domain_sched_params_get returned credit2 not credit." : "libxl_domain_sched_params_set failed.");
    }

    public void Credit2(List<string> arguments)
    {
        var schedparam = arguments.Remove("-s");
        if (!TakeOption(arguments, "-d", out var domain)) return;
        if (!TakeOption(arguments, "-w", out var weightText)) return;
        if (!TakeOption(arguments, "-c", out var capText)) return;
        if (!TakeOption(arguments, "-r", out var rateText)) return;
        if (!TakeOption(arguments, "-p", out var pool)) return;
        if (!Require(arguments, "sched-credit2", 0)) return;
        if (pool is not null && pool is not (Pool or "0"))
        {
            Fail($"unknown cpupool '{pool}'");
            return;
        }
        if (!Value(weightText, out var weight) || !Value(capText, out var cap) || !Value(rateText, out var rate)) return;

        if (pool is not null && (domain is not null || weight is not null || cap is not null))
        {
            Fail("Specifying a cpupool is not allowed with other options.");
            return;
        }
        if (domain is null && (weight is not null || cap is not null))
        {
            Fail("Must specify a domain.");
            return;
        }
        if (schedparam)
        {
            SchedulerParameters(rate);
            return;
        }
        if (rate is not null)
        {
            Fail("option -r needs -s");
            return;
        }
        if (domain is null)
        {
            List();
            return;
        }
        if (!FindDomain(domain, out var domid)) return;
        if (weight is null && cap is null) Show(domid);
        else Set(domid, weight ?? LibxlSched.Unchanged, cap ?? LibxlSched.Unchanged);
    }

    private void SchedulerParameters(int? rate)
    {
        var sched = new LibxlSched(Context);
        if (rate is { } us)
        {
            Finish(sched.SetPool(us));
            return;
        }
        if (!PoolLine(sched)) return;
        Process.Exit(XlMain.ExitSuccess);
    }

    private void List()
    {
        var sched = new LibxlSched(Context);
        if (!PoolLine(sched)) return;
        Header();
        foreach (var info in Context.ListDomains())
        {
            if (!Row(sched, info)) return;
        }
        Process.Exit(XlMain.ExitSuccess);
    }

    private void Show(int domid)
    {
        if (Context.DomainInfo(domid) is not { } info)
        {
            Fail("Domain does not exist.");
            return;
        }
        Header();
        if (Row(new LibxlSched(Context), info)) Process.Exit(XlMain.ExitSuccess);
    }

    private void Set(int domid, int weight, int cap)
    {
        var rc = new LibxlSched(Context).Set(domid, weight, cap);
        if (rc != LibxlError.Ok) Context.Log.Program("libxl_domain_sched_params_set failed.");
        Finish(rc);
    }

    private void Header() => Process.Print($"{"Name",-33} {"ID",4} {"Weight",6} {"Cap",4}");

    private bool Row(LibxlSched sched, DomainInfo info)
    {
        if (sched.Get(info.Domid, out var weight, out var cap) != LibxlError.Ok)
        {
            Fail("libxl_domain_sched_params_get failed.");
            return false;
        }
        var name = new DomainNames(Context).Of(info.Domid) ?? "(null)";
        Process.Print(string.Create(CultureInfo.InvariantCulture, $"{name,-33} {info.Domid,4} {weight,6} {cap,4}"));
        return true;
    }

    private bool PoolLine(LibxlSched sched)
    {
        if (sched.GetPool(out var rate) != LibxlError.Ok)
        {
            Fail("libxl_sched_credit2_params_get failed.");
            return false;
        }
        Process.Print($"Cpupool {Pool}: ratelimit={Number(rate)}us");
        return true;
    }

    private bool Value(string? text, out int? value)
    {
        value = null;
        if (text is null) return true;
        if (!TryNumber(text, out var number))
        {
            Fail($"invalid number: {text}");
            return false;
        }
        value = number;
        return true;
    }
}
