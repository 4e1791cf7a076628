using System.Globalization;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Workloads;

namespace Benchmarks;

/// <summary>
/// Delta executions of drawn mutants: what they cost against the two plain runs that each consists of, and whether any difference is there that the fault did not make.
/// Takes one mutant of each workload after the other and keeps each as it goes, so that whatever ends it leaves a smaller sample of the same kind.
/// </summary>
internal static class DeltaCost
{
    /// <summary>Seeds under which golden is compared with golden.</summary>
    private const int Seeds = 5;

    /// <summary>The workloads of the case study; a repository without it has its own.</summary>
    private static readonly (string Name, string Domains)[] caseStudy = [("lifecycle", "3"), ("storage", "1"), ("network", "2"), ("migration", "1"), ("mixed", "2"), ("devices", "1")];

    public static int Run(string repository, int mutants)
    {
        var file = ConfigurationFile.Read(Path.Combine(repository, ConfigurationFile.DefaultName));
        var workloads = Directory.Exists(Path.Combine(repository, "samples/XenWorkloads")) ? [.. caseStudy.Select(each => CaseStudy(each.Name, 1, each.Domains))] : file.Workloads;
        using var bench = Bench.OpenDrawnFromReached(repository, file with { Workloads = workloads }, (mutants + workloads.Length - 1) / workloads.Length);
        var log = new DeltaCheckLog(Path.Combine(bench.Workspace.Repository.EnsureOwnFolder(), "delta-checks.jsonl"), bench.Workspace.Repository.Golden.CommitSha);
        if (log.Checks.Count > 0)
        {
            Console.WriteLine($"{log.Checks.Count} checks are made already");
        }

        var shares = bench.Shares.Select(share => (Share: share, Checks: new DeltaChecks(bench, share))).ToList();
        for (var round = 0; round < bench.Shares.Max(share => share.Branches.Count); round++)
        {
            foreach (var (share, checks) in shares.Where(each => each.Share.Branches.Count > round))
            {
                if (round < Seeds && share.Program.Workload.Arguments.Contains("--seed") && !log.Has(checks.Workload, $"seed {round + 1}"))
                {
                    Keep(checks.Again(share.Branches[0], round + 1));
                }

                if (!log.Has(checks.Workload, share.Branches[round].Id.ToString()) && log.Checks.Count(check => check.IsTraced) < mutants)
                {
                    Keep(checks.Check(share.Branches[round]));
                }
            }
        }

        Print(log.Checks);
        return log.Checks.All(check => check.Findings.IsEmpty) ? 0 : 3;

        void Keep(DeltaCheck check)
        {
            log.Add(check);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{log.Checks.Count} {check.Workload} {check.Mutant}: {check.What}{(check.IsTraced ? $", {check.Delta / check.Plain:0.0} times its plain runs" : "")}"));
            foreach (var finding in check.Findings)
            {
                Console.WriteLine($"  {finding}");
            }
        }
    }

    private static Workload CaseStudy(string name, int seed, string domains) =>
        new(name, "samples/XenWorkloads", [name, "--seed", seed.ToString(CultureInfo.InvariantCulture), "--domains", domains]) { Rendezvous = ["--rendezvous"] };

    private static void Print(IReadOnlyList<DeltaCheck> checks)
    {
        Console.WriteLine("""

            | workload | mutants | two plain runs | delta execution | **ratio** | median | largest | of it comparing |
            |---|---|---|---|---|---|---|---|
            """);
        foreach (var group in checks.Where(check => check.IsTraced).GroupBy(check => check.Workload).Append(checks.Where(check => check.IsTraced).GroupBy(_ => "all").FirstOrDefault()))
        {
            if (group is null)
            {
                continue;
            }

            var (plain, delta) = (group.Sum(check => check.Plain), group.Sum(check => check.Delta));
            var ratios = group.Select(check => check.Delta / check.Plain).Order().ToList();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {group.Key} | {ratios.Count} | {plain / ratios.Count:0.00} s | {delta / ratios.Count:0.00} s | **{delta / plain:0.0}** | {ratios[ratios.Count / 2]:0.0} | {ratios[^1]:0.0} | {group.Sum(check => check.Comparing) / delta:P0} |"));
        }

        Console.WriteLine();
        foreach (var group in checks.GroupBy(check => check.What).OrderByDescending(group => group.Count()))
        {
            Console.WriteLine($"{group.Count()} {group.Key}");
        }

        var found = checks.Where(check => !check.Findings.IsEmpty).ToList();
        Console.WriteLine($"{checks.Count(check => check.IsTraced)} activated mutants, {found.Count} with findings");
        foreach (var check in found)
        {
            Console.WriteLine($"{check.Mutant} under {check.Workload}: {string.Join("; ", check.Findings)}");
        }
    }
}
