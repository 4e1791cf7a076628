using System.Globalization;
using System.Text;

namespace Xen.XenStore;

/// <summary>CONTROL: what an administrator asks of the daemon itself.</summary>
public sealed partial class Xenstored
{
    private const string ControlHelp = "check\nhelp\nlog [on|off]\nlogfile <file>\nmemreport [<file>]\nprint <string>\nquota [set <name> <val>|<domid>]\nquota-soft [set <name> <val>]\n";

    private XsMessage DoControl(XsMessage request)
    {
        switch (XsPayload.Split(request.Payload))
        {
            case ["check"]:
                return request.Ok();
            case ["help"]:
                return Text(request, ControlHelp);
            case ["print", var text]:
                simulation.Trace(Component, "control: " + text);
                return request.Ok();
            case ["log", "on"]:
                Log.On = true;
                return request.Ok();
            case ["log", "off"]:
                Log.On = false;
                return request.Ok();
            case ["log"]:
                return Text(request, Log.On ? "on\n" : "off\n");
            case ["logfile", var file]:
                Log.Path = file;
                return request.Ok();
            case ["memreport"]:
                return Text(request, MemoryReport());
            case ["memreport", var file]:
                host.Files.WriteText(file, MemoryReport());
                return request.Ok();
            case ["quota"]:
                return Text(request, Limits(Quota.All));
            case ["quota-soft"]:
                return Text(request, Limits(Quota.Soft));
            case ["quota", "set", var name, var number]:
                return SetLimit(request, number, limit => Quota.Set(name, limit));
            case ["quota-soft", "set", var name, var number]:
                return SetLimit(request, number, limit => Quota.SetSoft(name, limit));
            case ["quota", var domain]:
                if (!TryDomid(domain, out var domid)) return request.Fail(XsError.EINVAL);
                return domains.TryGetValue(domid, out var known) ? Text(request, Usage(known)) : request.Fail(XsError.ENOENT);
            default:
                return request.Fail(XsError.EINVAL);
        }
    }

    private static XsMessage Text(XsMessage request, string text) => request.Reply(XsPayload.Strings(text));

    private static XsMessage SetLimit(XsMessage request, string number, Func<int, bool> set)
    {
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)) return request.Fail(XsError.EINVAL);
        return Result(request, set(limit) ? XsError.None : XsError.EINVAL);
    }

    private static string Limits(IEnumerable<KeyValuePair<string, int>> limits)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in limits) text.Append(CultureInfo.InvariantCulture, $"{name,-17}: {value,8}\n");
        return text.ToString();
    }

    /// <summary>What a domain uses of what the quotas limit.</summary>
    private string Usage(IntroducedDomain domain)
    {
        var connection = domain.Transport?.Connection;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Domain {domain.Domid}:\n");
        text.Append(Limits(
        [
            new("nodes", Tree.CountOwned(domain.Domid)),
            new("watches", connection?.Watches.Count ?? 0),
            new("transactions", connection?.Transactions.Count ?? 0),
            new("outstanding", connection?.Outstanding ?? 0),
            new("memory", (int)(Tree.BytesOwned(domain.Domid) + (connection?.Bytes ?? 0))),
        ]));
        return text.ToString();
    }

    private string MemoryReport()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"nodes: {Tree.Count}\nconnections: {connections.Count}\n");
        foreach (var domain in domains.Values) text.Append(Usage(domain));
        return text.ToString();
    }
}
