namespace Xen.Toolstack.Xl;

/// <summary>A verb of xl as its help describes it, and the options that it accepts in the words of <see cref="XlOptions"/>.</summary>
public sealed record XlVerb(string Name, string Description, string Usage, string? Options = null, string Accepts = "");

/// <summary>The verbs that this xl knows, in the order of its help.</summary>
public static class XlVerbs
{
    public static IReadOnlyList<XlVerb> All { get; } =
    [
        new("create", "Create a domain from config file <filename>", "<ConfigFile> [options] [vars]",
            "-p                      Leave the domain paused after it is created.\n-e                      Do not wait in the background for the death of the domain.\n"
            + "-n, --dryrun            Dry run - prints the resulting configuration\n-q, --quiet             Quiet.", Accepts: "p e n=dryrun q=quiet"),
        new("list", "List information about all/some domains", "[options] [Domain]",
            "-l, --long              Output all VM details\n-v, --verbose           Prints out UUIDs and security context", Accepts: "l=long v=verbose"),
        new("destroy", "Terminate a domain immediately", "[options] <Domain>", "-f                      Permit destroying domain 0, which will only succeed if...", Accepts: "f"),
        new("shutdown", "Issue a shutdown signal to a domain", "[options] <-a|Domain>",
            "-a, --all               Shutdown all guest domains.\n-F                      Fallback to ACPI power event for HVM guests with\n                        no PV drivers.\n"
            + "-w, --wait              Wait for guest(s) to shutdown.", Accepts: "a=all F w=wait"),
        new("reboot", "Issue a reboot signal to a domain", "[options] <-a|Domain>",
            "-a, --all               Shutdown all guest domains.\n-F                      Fallback to ACPI reset event for HVM guests with\n                        no PV drivers.\n"
            + "-w, --wait              Wait for guest(s) to reboot.", Accepts: "a=all F w=wait"),
        new("block-attach", "Create a new virtual block device", "<Domain> <disk-spec-component(s)>..."),
        new("block-list", "List virtual block devices for a domain", "<Domain(s)>"),
        new("block-detach", "Destroy a domain's virtual block device", "<Domain> <DevId>", "-f                      force detach", Accepts: "f=force"),
        new("network-attach", "Create a new virtual network device", "<Domain> [type=<type>] [mac=<mac>] [bridge=<bridge>] [ip=<ip>] [script=<script>] [backend=<BackDomain>] [vifname=<name>] [rate=<rate>]"),
        new("network-list", "List virtual network interfaces for a domain", "<Domain(s)>"),
        new("network-detach", "Destroy a domain's virtual network device", "<Domain> <DevId|mac>"),
        new("pause", "Pause execution of a domain", "<Domain>", "-a                      Pause all guests.", Accepts: "a"),
        new("unpause", "Unpause a paused domain", "<Domain>", "-a                      Unpause all guests.", Accepts: "a"),
        new("console", "Attach to domain's console", "[options] <Domain>", "-t <type>       console type, pv, serial or vuart\n-n <number>     console number", Accepts: "t: n:"),
        new("save", "Save a domain state to restore later", "[options] <Domain> <CheckpointFile> [<ConfigFile>]",
            "-h  Print this help.\n-c  Leave domain running after creating the snapshot.\n-p  Leave domain paused after creating the snapshot.", Accepts: "c p"),
        new("restore", "Restore a domain from a saved state", "[options] [<ConfigFile>] <CheckpointFile>",
            "-h                       Print this help.\n-p                       Do not unpause domain after restoring it.\n-e                       Do not wait in the background for the death of the domain.", Accepts: "p e"),
        new("migrate", "Migrate a domain to another host", "[options] <Domain> <host>",
            "-h                Print this help.\n-e                Do not wait in the background (on <host>) for the death\n                  of the domain.", Accepts: "e s: =live"),
        new("migrate-receive", "Restore a domain from a saved state", "- for internal use only", Accepts: "e"),
        new("domid", "Convert a domain name to domain id", "<DomainName>"),
        new("domname", "Convert a domain id to domain name", "<DomainId>"),
        new("rename", "Rename a domain", "<Domain> <NewDomainName>"),
        new("mem-max", "Set the maximum amount reservation for a domain", "<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>"),
        new("mem-set", "Set the current memory usage for a domain", "<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>"),
        new("vcpu-list", "List the VCPUs for all/some domains", "[Domain, ...]"),
        new("vcpu-pin", "Set which CPUs a VCPU can use", "[option] <Domain> <VCPU|all> <Hard affinity|-|all> <Soft affinity|-|all>",
            "-f, --force        undo an override pinning done by the kernel", Accepts: "f=force"),
        new("vcpu-set", "Set the number of active VCPUs allowed for the domain", "[option] <Domain> <vCPUs>",
            "-i, --ignore-host  Don't limit the vCPU based on the host CPU count", Accepts: "i=ignore-host"),
        new("vm-list", "List guest domains, excluding dom0, stubdoms, etc.", ""),
        new("info", "Get information about Xen host", "", "-n, --numa         List host NUMA topology information", Accepts: "n=numa"),
        new("sched-credit", "Get/set credit scheduler parameters", "[-d <Domain> [-w[=WEIGHT]|-c[=CAP]]] [-s [-t TSLICE] [-r RATELIMIT]] [-p CPUPOOL]",
            "-d DOMAIN, --domain=DOMAIN        Domain to modify\n-w WEIGHT, --weight=WEIGHT        Weight (int)\n-c CAP, --cap=CAP                 Cap (int)\n"
            + "-s --schedparam                   Query / modify scheduler parameters\n-t TSLICE, --tslice_ms=TSLICE     Set the timeslice, in milliseconds\n"
            + "-r RLIMIT, --ratelimit_us=RLIMIT  Set the scheduling rate limit, in microseconds\n-p CPUPOOL, --cpupool=CPUPOOL     Restrict output to CPUPOOL",
            Accepts: "d:=domain w:=weight c:=cap p:=cpupool s=schedparam t:=tslice_ms r:=ratelimit_us"),
        new("sched-credit2", "Get/set credit2 scheduler parameters", "[-d <Domain> [-w[=WEIGHT]] [-c[=CAP]]] [-p CPUPOOL] [-s [-r RLIMIT]]",
            "-d DOMAIN, --domain=DOMAIN        Domain to modify\n-w WEIGHT, --weight=WEIGHT        Weight (int)\n-c CAP, --cap=CAP                 Cap (int)\n"
            + "-s --schedparam                   Query / modify scheduler parameters\n-r RLIMIT, --ratelimit_us=RLIMIT  Set the scheduling rate limit, in microseconds\n"
            + "-p CPUPOOL, --cpupool=CPUPOOL     Restrict output to CPUPOOL", Accepts: "d:=domain w:=weight c:=cap p:=cpupool s=schedparam r:=ratelimit_us"),
        new("sysrq", "Send a sysrq to a domain", "<Domain> <letter>"),
        new("dmesg", "Read and/or clear dmesg buffer", "[-c]", "-c                        Clear dmesg buffer as well as printing it", Accepts: "c"),
        new("uptime", "Print uptime for all/some domains", "[-s] [Domain]", Accepts: "s=short"),
        new("claims", "List outstanding claim information about all domains", ""),
        new("dump-core", "Core dump a domain", "<Domain> <filename>"),
        new("help", "Print this help", "[command]"),
    ];

    /// <summary>The verbs that the plain help leaves out.</summary>
    private const string Internal = "migrate-receive";

    public static string Overview()
    {
        var lines = new List<string> { "Usage xl [-vfNtT] <subcommand> [args]", "", "xl full list of subcommands:", "" };
        foreach (var verb in All)
        {
            if (verb.Name != Internal) lines.Add($" {verb.Name,-19} {verb.Description}");
        }
        return string.Join('\n', lines);
    }

    public static string Help(XlVerb verb)
    {
        var text = $"Usage: xl [-vfN] {verb.Name} {verb.Usage}".TrimEnd() + $"\n\n{verb.Description}.\n";
        return verb.Options is { } options ? text + $"\nOptions:\n\n{options}\n" : text;
    }

    /// <summary>The verb of this name, or the only one that begins so; null with the reason otherwise.</summary>
    public static XlVerb? Find(string given, out string problem)
    {
        problem = "";
        var matches = new List<XlVerb>();
        foreach (var verb in All)
        {
            if (verb.Name == given) return verb;
            if (verb.Name.StartsWith(given, StringComparison.Ordinal)) matches.Add(verb);
        }
        if (matches.Count == 1) return matches[0];
        problem = matches.Count == 0 ? $"command not implemented: {given}" : $"command is ambiguous: {given}";
        return null;
    }
}
