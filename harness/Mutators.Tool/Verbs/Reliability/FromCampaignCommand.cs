using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Store;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Evidence;
using Mutators.Reliability.Nodes;
using Mutators.Reliability.Numbers;
using Mutators.Reporting;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability from-campaign</c>: what a campaign's outcomes mean for the node.</summary>
internal static class FromCampaignCommand
{
    internal static Command Create(CommonOptions options)
    {
        var store = new Option<FileInfo?>("--store") { Description = "The campaign's store. Default: the last campaign of the repository.", HelpName = "FILE" };
        var isolated = new Option<FileInfo?>("--isolated")
        {
            Description = "The store of a campaign with its targets in domains of their own: measured instead of assumed.",
            HelpName = "FILE",
        };
        var workload = new Option<string?>("--workload") { Description = "Only what happened under this workload of the campaign. Default: the worst under any.", HelpName = "NAME" };
        var isolatedWorkload = new Option<string?>("--isolated-workload")
        {
            Description = "The workload that has the targets in a domain of their own: of the campaign that --isolated names, or else of the same one.",
            HelpName = "NAME",
        };
        var faults = new Option<string[]>("--faults")
        {
            Description = "For each target, how probable it is that a mission activates a residual fault of it: toolstack=0.02,drivers=0.01.",
            HelpName = "TARGET=P,...",
        };
        var reach = new Option<GuestFailureReach>("--guest-failures")
        {
            Description = "Which VMs lose their service by a fault that leaves the host alive: all (they share the component; the default), or one.",
            HelpName = "all|one",
        };
        var values = ReliabilityVerb.ValuesArgument("The rest of the node: RH, RV, RM, n. Default: RH=1 RV=0.999 RM=0.9 n=3.");
        var seed = ReliabilityVerb.SeedOption();
        var command = new Command("from-campaign", "Turns a campaign into module reliabilities: what Dom0 as a single point of failure costs the node, and which isolation pays.")
        {
            values, store, isolated, workload, isolatedWorkload, faults, reach, seed, options.Repository, options.Format,
        };
        command.Runs(line =>
        {
            var campaign = Read(line.GetValue(store), options.Start(line));
            var isolatedCampaign = line.GetValue(isolated) is { } file ? Read(file, options.Start(line)) : line.GetValue(isolatedWorkload) is null ? null : campaign;
            var shared = Under(campaign, line.GetValue(workload));
            var alone = isolatedCampaign is null ? null : Under(isolatedCampaign, line.GetValue(isolatedWorkload));
            var targets = Targets(shared);
            var apart = alone is null ? [] : Targets(alone);
            ImmutableArray<PairedEvidence> pairs = alone is null ? [] : Pairs(shared, alone);
            var typed = (line.GetValue(faults) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            var probabilities = Assignment.ParseAll(typed).ToDictionary(each => each.Name, each => each.Number, StringComparer.OrdinalIgnoreCase);
            var parameters = NodeCommand.Parameters(line.GetValue(values) ?? []);
            var node = probabilities.Count == 0 ? null : new NodeEvidence(targets, apart, probabilities, parameters, line.GetValue(reach), line.GetValue(seed));
            if (line.GetValue(options.Format) is OutputFormat.Json)
            {
                Print(targets, apart, pairs, node, probabilities);
                return;
            }

            PrintTargets("What the campaign measured, of activated faults (95 % intervals: Wilson; Clopper-Pearson)", targets);
            if (!apart.IsEmpty)
            {
                PrintTargets("What was measured with the targets in domains of their own", apart);
                Print(pairs);
            }

            if (node is null)
            {
                Console.Out.WriteLine();
                Console.Out.WriteLine($"For what that costs a node, say how probable a fault is: --faults {string.Join(",", targets.Select(target => $"{target.ModuleName}=0.01"))}");
            }
            else
            {
                Print(node, parameters, line.GetValue(reach), probabilities, targets, apart);
            }
        });
        return command;
    }

    private static CampaignSnapshot Read(FileInfo? store, string start)
    {
        if (store is not null)
        {
            return CampaignStore.ReadFile(store.FullName) ?? throw new UsageException($"{store.FullName} holds no campaign.", "Name a campaign.db with --store FILE, or leave the option out.");
        }

        using var repository = MutantRepository.Open(start);
        return CampaignStore.Read(repository.OwnFolder);
    }

    private static CampaignSnapshot Under(CampaignSnapshot campaign, string? workload) => workload is null ? campaign : campaign.Under(workload)
        ?? throw new UsageException($"The campaign has no workload '{workload}'.", $"Its workloads are {string.Join(", ", campaign.Golden.Select(golden => golden.Workload.Name))}.");

    private static ImmutableArray<PairedEvidence> Pairs(CampaignSnapshot shared, CampaignSnapshot alone) =>
    [
        .. TargetFigures.Pairs(shared, alone).GroupBy(pair => pair.Target, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
        {
            int Count(Func<Consequence, bool> first, Func<Consequence, bool> second) => group.Count(pair => first(pair.First) && second(pair.Second));
            static bool Lost(Consequence consequence) => consequence is Consequence.HostLost;
            return new PairedEvidence(
                group.Key,
                group.Count(),
                Count(Lost, Lost),
                Count(Lost, second => !Lost(second)),
                Count(first => !Lost(first), Lost),
                Count(Lost, second => second is Consequence.ServiceLost),
                Count(Lost, second => second is Consequence.ManagementLost));
        }),
    ];

    private static void Print(ImmutableArray<PairedEvidence> pairs)
    {
        Console.Out.WriteLine("Fault by fault, for those that are activated both ways");
        foreach (var pair in pairs)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {pair.Target}: {pair.Faults} faults; the host is lost by {pair.HostLostShared + pair.HostLostInBoth} in Dom0, by {pair.HostLostIsolated + pair.HostLostInBoth} in a domain of their own (by the same fault {pair.HostLostInBoth})."));
            if (pair.HostLostShared + pair.HostLostIsolated > 0)
            {
                Console.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {new string(' ', pair.Target.Length)}  Of the {pair.HostLostShared} that no longer lose it, {pair.ThenService} cost guests their service there, {pair.ThenManagement} management, {pair.ThenNothing} nothing. If isolation made no difference: p = {pair.PValue:G2} (McNemar, exact)."));
            }
        }
    }

    private static ImmutableArray<TargetEvidence> Targets(CampaignSnapshot campaign) =>
    [
        .. TargetFigures.Of(campaign).Select(each => new TargetEvidence(each.Target, each.Injected, each.Activated, each.HostLost, each.ServiceLost, each.ManagementLost)),
    ];

    private static void PrintTargets(string title, ImmutableArray<TargetEvidence> targets)
    {
        Console.Out.WriteLine(title);
        var table = new PlainTable("target", "consequence", "k/n", "share", "Wilson", "Clopper-Pearson");
        foreach (var target in targets)
        {
            foreach (var (words, share) in new[] { ("host lost", target.Host), ("guests fail, host lives", target.Service), ("management only", target.Management) })
            {
                table.Add(target.Target, words, $"{share}", Percent(share.Value), Percent(share.Wilson), Percent(share.ClopperPearson));
            }
        }

        table.Print();
    }

    private static void Print(
        NodeEvidence node, NodeParameters parameters, GuestFailureReach reach, Dictionary<string, double> faults, ImmutableArray<TargetEvidence> targets, ImmutableArray<TargetEvidence> apart)
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine($"Assumed: {string.Join(", ", faults.Select(fault => string.Create(CultureInfo.InvariantCulture, $"a mission activates a fault of {fault.Key} with probability {fault.Value:R}")))};");
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"R_H = {parameters.Hardware}, R_V = {parameters.Hypervisor}, R_M = {parameters.Vm}, n = {parameters.Count}; a fault in the field does what an injected one does; all else is independent;"));
        Console.Out.WriteLine($"a fault that leaves the host alive and costs a guest its service costs {(reach is GuestFailureReach.All ? "all guests theirs, as they share the component" : "one guest its own only")}.");
        Console.Out.WriteLine($"Model: {node.Diagram}");
        Console.Out.WriteLine();
        var table = new PlainTable("", "reliability", "95 % of draws", "every share in its interval");
        table.Add("node, if Dom0 never failed", Digits.Few(node.WithoutDom0), "", "");
        table.Add("Dom0, for all its guests", Digits.Few(node.Dom0.Value), Digits.Few(node.Dom0.Middle), Digits.Few(node.Dom0.Envelope));
        table.Add("node with this Dom0", Digits.Few(node.WithDom0.Value), Digits.Few(node.WithDom0.Middle), Digits.Few(node.WithDom0.Envelope));
        table.Add("management of the node", Digits.Few(node.Management), "", "");
        foreach (var gain in node.Gains)
        {
            table.Add($"node, {gain.Target} beside each VM", Digits.Few(gain.Isolated.Value), Digits.Few(gain.Isolated.Middle), Digits.Few(gain.Isolated.Envelope));
        }

        table.Print();
        Console.Out.WriteLine();
        Console.Out.WriteLine($"Dom0 as a single point of failure costs the node {Digits.Few(node.Cost)}. No number of VMs brings it above {Digits.Few(node.Ceiling)}.");
        Console.Out.WriteLine(node.VmsToBeatNoVirtualization is { } vms
            ? $"With this Dom0 counted into the hypervisor, at least {vms} VM{(vms == 1 ? "" : "s")} are needed to beat a node without virtualization."
            : "With this Dom0 counted into the hypervisor, no number of VMs beats a node without virtualization.");
        foreach (var gain in node.Gains)
        {
            var measured = apart.Any(each => each.Target == gain.Target) ? "as measured" : "if it then harms only its own VM";
            Console.Out.WriteLine(
                $"{gain.Target} in a domain beside each VM brings {Signed(gain.Gain)} {measured}{(gain.GainIfTheyFailTogether is { } together ? $", {Signed(together)} if one fault hits all copies" : "")}; the host is lost {Digits.Few(gain.SurvivingHosts)} less often per mission.");
        }

        if (node.Gains is [{ Gain: > 0 } best, ..])
        {
            Console.Out.WriteLine($"Isolate {best.Target} first.");
        }

        foreach (var left in targets.Where(target => !node.Gains.Any(gain => gain.Target == target.Target)))
        {
            Console.Out.WriteLine($"{left.Target} is left out: it has no fault probability.");
        }
    }

    private static void Print(
        ImmutableArray<TargetEvidence> targets, ImmutableArray<TargetEvidence> apart, ImmutableArray<PairedEvidence> pairs, NodeEvidence? node, Dictionary<string, double> faults) => Json.Print(new
    {
        Targets = targets.Select(Figures),
        Isolated = apart.Select(Figures),
        Pairs = pairs,
        Faults = faults,
        Node = node is null ? null : new { node.Diagram, node.WithoutDom0, node.Dom0, node.WithDom0, node.Cost, node.Ceiling, node.Management, node.VmsToBeatNoVirtualization, node.Gains },
    });

    private static object Figures(TargetEvidence target) => new
    {
        target.Target,
        target.Injected,
        target.Activated,
        HostLost = Figures(target.Host),
        ServiceLost = Figures(target.Service),
        ManagementLost = Figures(target.Management),
    };

    private static object Figures(Share share) => new { share.K, share.N, Share = share.Value, share.Wilson, share.ClopperPearson };

    private static string Signed(double gain) => gain.ToString("+0.000000;-0.000000;0.000000", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    private static string Percent(Interval interval) => string.Create(CultureInfo.InvariantCulture, $"{interval.Low * 100:0.0}–{interval.High * 100:0.0} %");
}
