namespace Xen.Toolstack.Xl;

/// <summary>A verb of xl as its help describes it.</summary>
public sealed record XlVerb(string Name, string Description, string Usage, string? Options = null);

/// <summary>The verbs that this xl knows, in the order of its help.</summary>
public static class XlVerbs
{
    public static IReadOnlyList<XlVerb> All { get; } =
    [
        new("create", "Create a domain from config file <filename>", "<ConfigFile> [options] [vars]",
            "-p                      Leave the domain paused after it is created.\n-e                      Do not wait in the background for the death of the domain.\n"
            + "-n, --dryrun            Dry run - prints the resulting configuration\n-q, --quiet             Quiet."),
        new("list", "List information about all/some domains", "[options] [Domain]",
            "-l, --long              Output all VM details\n-v, --verbose           Prints out UUIDs and security context"),
        new("destroy", "Terminate a domain immediately", "[options] <Domain>", "-f                      Permit destroying domain 0, which will only succeed if..."),
        new("shutdown", "Issue a shutdown signal to a domain", "[options] <-a|Domain>",
            "-a, --all               Shutdown all guest domains.\n-F                      Fallback to ACPI power event for HVM guests with\n                        no PV drivers.\n"
            + "-w, --wait              Wait for guest(s) to shutdown."),
        new("reboot", "Issue a reboot signal to a domain", "[options] <-a|Domain>",
            "-a, --all               Shutdown all guest domains.\n-F                      Fallback to ACPI reset event for HVM guests with\n                        no PV drivers.\n"
            + "-w, --wait              Wait for guest(s) to reboot."),
        new("block-attach", "Create a new virtual block device", "<Domain> <disk-spec-component(s)>..."),
        new("block-list", "List virtual block devices for a domain", "<Domain(s)>"),
        new("block-detach", "Destroy a domain's virtual block device", "<Domain> <DevId>", "-f                      force detach"),
        new("network-attach", "Create a new virtual network device", "<Domain> [type=<type>] [mac=<mac>] [bridge=<bridge>] [ip=<ip>] [script=<script>] [backend=<BackDomain>] [vifname=<name>] [rate=<rate>]"),
        new("network-list", "List virtual network interfaces for a domain", "<Domain(s)>"),
        new("network-detach", "Destroy a domain's virtual network device", "<Domain> <DevId|mac>"),
        new("pause", "Pause execution of a domain", "<Domain>", "-a                      Pause all guests."),
        new("unpause", "Unpause a paused domain", "<Domain>", "-a                      Unpause all guests."),
        new("console", "Attach to domain's console", "[options] <Domain>", "-t <type>       console type, pv, serial or vuart\n-n <number>     console number"),
        new("save", "Save a domain state to restore later", "[options] <Domain> <CheckpointFile> [<ConfigFile>]",
            "-h  Print this help.\n-c  Leave domain running after creating the snapshot.\n-p  Leave domain paused after creating the snapshot."),
        new("restore", "Restore a domain from a saved state", "[options] [<ConfigFile>] <CheckpointFile>",
            "-h                       Print this help.\n-p                       Do not unpause domain after restoring it.\n-e                       Do not wait in the background for the death of the domain."),
        new("migrate", "Migrate a domain to another host", "[options] <Domain> <host>",
            "-h                Print this help.\n-e                Do not wait in the background (on <host>) for the death\n                  of the domain."),
        new("migrate-receive", "Restore a domain from a saved state", "- for internal use only"),
        new("domid", "Convert a domain name to domain id", "<DomainName>"),
        new("domname", "Convert a domain id to domain name", "<DomainId>"),
        new("rename", "Rename a domain", "<Domain> <NewDomainName>"),
        new("mem-max", "Set the maximum amount reservation for a domain", "<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>"),
        new("mem-set", "Set the current memory usage for a domain", "<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>"),
        new("vcpu-list", "List the VCPUs for all/some domains", "[Domain, ...]"),
        new("vcpu-pin", "Set which CPUs a VCPU can use", "[option] <Domain> <VCPU|all> <Hard affinity|-|all> <Soft affinity|-|all>",
            "-f, --force        undo an override pinning done by the kernel"),
        new("vcpu-set", "Set the number of active VCPUs allowed for the domain", "[option] <Domain> <vCPUs>",
            "-i, --ignore-host  Don't limit the vCPU based on the host CPU count"),
        new("vm-list", "List guest domains, excluding dom0, stubdoms, etc.", ""),
        new("info", "Get information about Xen host", "", "-n, --numa         List host NUMA topology information"),
        new("sched-credit2", "Get/set credit2 scheduler parameters", "[-d <Domain> [-w[=WEIGHT]] [-c[=CAP]]] [-p CPUPOOL] [-s [-r RLIMIT]]",
            "-d DOMAIN, --domain=DOMAIN        Domain to modify\n-w WEIGHT, --weight=WEIGHT        Weight (int)\n-c CAP, --cap=CAP                 Cap (int)\n"
            + "-s --schedparam                   Query / modify scheduler parameters\n-r RLIMIT, --ratelimit_us=RLIMIT  Set the scheduling rate limit, in microseconds\n"
            + "-p CPUPOOL, --cpupool=CPUPOOL     Restrict output to CPUPOOL"),
        new("sysrq", "Send a sysrq to a domain", "<Domain> <letter>"),
        new("dmesg", "Read and/or clear dmesg buffer", "[-c]", "-c                        Clear dmesg buffer as well as printing it"),
        new("uptime", "Print uptime for all/some domains", "[-s] [Domain]"),
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
