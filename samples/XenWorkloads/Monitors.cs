using System.Globalization;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Toolstack.Xl;
using Xen.XenStore;

namespace Xen.XenWorkloads;

/// <summary>
/// Does the host still do what hosts are for? Each check uses the machine the way a user would and judges it from the trusted side.
/// The answer is null when all is well, otherwise what is not.
/// </summary>
public sealed partial class Monitors(Machine machine)
{
    public const long SecondNs = 1_000_000_000;

    /// <summary>A command that has not ended by then never will: longer than all timeouts of the toolstack taken together.</summary>
    public const long CommandLimitNs = 300 * SecondNs;

    private const long BootLimitNs = 10 * SecondNs;
    private const long PingLimitNs = 2 * SecondNs;
    private const long ReadBackLimitNs = 120 * SecondNs;
    private const long ConsoleLimitNs = 5 * SecondNs;
    private const string ProbePath = "/tool/probe";

    private int canaries;
    private int probes;

    private Simulation Simulation => machine.Simulation;

    /// <summary>Runs a command to its end. Its exit code stays null when it does not end in time.</summary>
    public XlProcess Run(params IReadOnlyList<string> arguments)
    {
        var process = machine.Start(arguments);
        Wait(() => process.ExitCode is not null, CommandLimitNs);
        return process;
    }

    /// <summary>Lets the machine run until a condition holds, the time is over or the host is down.</summary>
    public bool Wait(Func<bool> condition, long limitNs) => Simulation.RunUntil(() => condition() || machine.Host.Crashed, limitNs) && condition();

    /// <summary>xl list completes and shows exactly the domains that the hypervisor has.</summary>
    public string? XlList()
    {
        var process = Run("list");
        if (process.ExitCode != XlMain.ExitSuccess) return $"xl list ended with {Code(process)}: {process.Error}";
        var rows = process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Row.Parse).ToList();
        var domains = machine.Host.Domains;
        if (rows.Count != domains.Count) return $"xl list shows {rows.Count} domains, the hypervisor has {domains.Count}";
        for (var i = 0; i < rows.Count; i++)
        {
            var domain = domains[i];
            if (rows[i] is not { } row) return "xl list prints a line that is none of its own";
            if (row.Domid != domain.Id) return $"xl list shows domain {row.Domid} where the hypervisor has {domain.Id}";
            if (row.Name == "(null)") return $"domain {domain.Id} has no name";
            if (row.MemoryMib != domain.TotalPages / 256) return $"xl list shows {row.MemoryMib} MiB for {row.Name}, it has {domain.TotalPages / 256}";
            if (row.Vcpus != domain.Vcpus.Count(vcpu => vcpu.Online)) return $"xl list shows {row.Vcpus} vcpus for {row.Name}";
            if (row.Paused != domain.ControllerPauseCount > 0) return $"xl list shows {row.Name} as {(row.Paused ? "paused" : "not paused")}";
        }
        return null;
    }

    /// <summary>A guest can be created, answers, and can be destroyed without a trace.</summary>
    public string? Canary()
    {
        canaries++;
        var plan = new DomainPlan(string.Create(CultureInfo.InvariantCulture, $"canary{canaries}"), 4, 1, 0, 0, 0, 1);
        var create = Run("create", machine.WriteConfig(plan));
        if (create.ExitCode != XlMain.ExitSuccess) return $"create ended with {Code(create)}: {create.Error}";
        var domid = machine.DomidOf(plan.Name);
        if (domid < 0) return "there is no domain after create";
        var answer = Ping(domid);
        if (answer is not null) return answer;
        var destroy = Run("destroy", plan.Name);
        if (destroy.ExitCode != XlMain.ExitSuccess) return $"destroy ended with {Code(destroy)}: {destroy.Error}";
        Wait(() => machine.Host.FindDomain(domid) is null, SecondNs);
        if (machine.Host.FindDomain(domid) is not null) return "the domain is still there after destroy";
        return machine.Xenstored.Tree.Find(StorePath.DomainHome(domid)) is null ? null : "the store still knows the domain after destroy";
    }

    /// <summary>A guest with a disk can be created, uses its disk and finds what it wrote.</summary>
    /// <param name="backend">The driver domain that serves the disk; null for Dom0.</param>
    public string? DiskCanary(string? backend)
    {
        canaries++;
        var plan = new DomainPlan(string.Create(CultureInfo.InvariantCulture, $"canary{canaries}"), 4, 1, 8, 1, 1, 1) { Backend = backend };
        var create = Run("create", machine.WriteConfig(plan));
        if (create.ExitCode != XlMain.ExitSuccess) return $"create with a disk ended with {Code(create)}: {create.Error}";
        var domid = machine.DomidOf(plan.Name);
        Wait(() => machine.Kernel(domid) is { Finished: true }, ReadBackLimitNs);
        var problem = machine.Kernel(domid)?.Disks is [{ Outcome: DiskOutcome.Ok }] ? null : "a new guest cannot use its disk";
        var destroy = Run("destroy", plan.Name);
        return problem ?? (destroy.ExitCode == XlMain.ExitSuccess ? null : $"destroy ended with {Code(destroy)}: {destroy.Error}");
    }

    /// <summary>A guest that has booted answers.</summary>
    public string? Ping(int domid)
    {
        if (!Wait(() => machine.Kernel(domid) is { Booted: true }, BootLimitNs)) return $"domain {domid} does not boot";
        var answered = false;
        machine.Kernel(domid)!.Ping(() => answered = true);
        return Wait(() => answered, PingLimitNs) ? null : $"domain {domid} does not answer";
    }

    /// <summary>The store keeps what is written in a transaction, and tells those who watch.</summary>
    public string? Store()
    {
        // The library under test runs in a process of its own: when it breaks, it breaks there.
        var process = machine.Host.CreateProcess("store-probe");
        probes++;
        var stamp = probes.ToString(CultureInfo.InvariantCulture);
        var fired = 0;
        XsClient? store = null;
        string? problem = null;
        Simulation.RunAs(process, () =>
        {
            store = machine.Xenstored.Connect(process);
            if (store.WatchNow(ProbePath, "probe", (_, _) => fired++) is null) problem = "the watch was refused";
        });
        if (problem is null && process.Alive && !Wait(() => fired >= 1, SecondNs)) problem = "a new watch does not fire";
        if (problem is null) Simulation.RunAs(process, () => problem = Transact(store!, stamp));
        if (problem is null && process.Alive && !Wait(() => fired >= 2, SecondNs)) problem = "the watch does not fire after the commit";
        if (problem is null) Simulation.RunAs(process, () => problem = Expect(store!, stamp));
        if (!process.Alive) return process.Death;
        process.Exit();
        return problem;
    }

    private static string? Transact(XsClient store, string stamp)
    {
        var start = store.Call(XsMessageType.TransactionStart, 0, XsPayload.Strings(""));
        var transaction = XsClient.TransactionId(start);
        if (transaction == 0) return $"no transaction: {start.Error}";
        var write = store.Call(XsMessageType.Write, transaction, XsPayload.PathAndValue(ProbePath, stamp));
        if (!write.Ok) return $"write: {write.Error}";
        var inside = store.Call(XsMessageType.Read, transaction, XsPayload.Strings(ProbePath));
        if (!inside.Ok || inside.Value != stamp) return "a transaction does not see its own write";
        var end = store.Call(XsMessageType.TransactionEnd, transaction, XsPayload.Strings("T"));
        return end.Ok ? null : $"commit: {end.Error}";
    }

    private static string? Expect(XsClient store, string stamp)
    {
        var read = store.Call(XsMessageType.Read, 0, XsPayload.Strings(ProbePath));
        return read.Ok && read.Value == stamp ? null : "the store has lost the write";
    }

    /// <summary>Every guest that runs shows a heartbeat.</summary>
    public string? Heartbeat()
    {
        var before = new SortedDictionary<int, long>();
        foreach (var domain in machine.Host.Domains)
        {
            if (domain.Id == 0 || !domain.IsRunning) continue;
            if (machine.Kernel(domain.Id) is not { Booted: true } kernel) return $"domain {domain.Id} has not booted";
            before.Add(domain.Id, kernel.Heartbeats);
        }
        Simulation.RunFor(3 * GuestKernel.HeartbeatIntervalNs);
        foreach (var (domid, beats) in before)
        {
            if (machine.Host.FindDomain(domid) is { IsRunning: true } && machine.Kernel(domid)!.Heartbeats <= beats) return $"domain {domid} has stopped";
        }
        return null;
    }

    /// <summary>A guest reads all of its disks once more and finds what it wrote.</summary>
    public string? DiskReadBack(int domid)
    {
        if (machine.Kernel(domid) is not { } kernel) return $"domain {domid} has never run";
        if (kernel.DisksMissing) return "the guest misses a disk";

        // The guest forgets a disk that was detached in good order.
        var disks = kernel.Disks.ToList();
        var pending = disks.Count;
        foreach (var disk in disks)
        {
            if (disk.Outcome != DiskOutcome.Ok) return $"disk {disk.VirtualDevice} was {disk.Outcome} before: {disk.Detail}";
            Simulation.Post(kernel.Component, "read back", () =>
            {
                if (!disk.ReadBack(() => pending--)) pending--;
            });
        }
        if (!Wait(() => pending == 0, ReadBackLimitNs)) return "the disk does not answer";
        foreach (var disk in disks)
        {
            if (disk.Outcome != DiskOutcome.Ok) return $"disk {disk.VirtualDevice}: {disk.Outcome}: {disk.Detail}";
        }
        return null;
    }

    /// <summary>What a guest with a console beat prints goes on.</summary>
    public string? ConsoleBeat(int domid)
    {
        var before = machine.Consoles.Printed(domid);
        return Wait(() => machine.Consoles.Printed(domid) > before, ConsoleLimitNs) ? null : $"domain {domid} prints nothing any more";
    }

    /// <summary>Every program of a guest looks at its data once more and finds it right.</summary>
    public string? Programs(int domid)
    {
        if (machine.Kernel(domid) is not { } kernel) return $"domain {domid} has never run";
        if (kernel.DisksMissing) return "the guest misses a disk";
        var programs = kernel.Programs.ToList();
        var pending = programs.Count;
        foreach (var program in programs)
        {
            if (program.Problem is { } before) return $"{program.Title}: {before}";
            Simulation.Post(kernel.Component, "verify", () => program.Verify(() => pending--));
        }
        if (!Wait(() => pending == 0, ReadBackLimitNs)) return "the guest does not come to an end with looking at its data";
        foreach (var program in programs)
        {
            if (program.Problem is { } problem) return $"{program.Title}: {problem}";
        }
        return null;
    }

    private static string Code(XlProcess process) => process.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "no exit code";

    /// <summary>A row of xl list.</summary>
    private sealed record Row(string Name, int Domid, long MemoryMib, int Vcpus, bool Paused)
    {
        public static Row? Parse(string line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 6 || words[4].Length != 6) return null;
            if (!int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var domid)) return null;
            if (!long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var memory)) return null;
            if (!int.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var vcpus)) return null;
            return new Row(words[0], domid, memory, vcpus, words[4][2] == 'p');
        }
    }
}
