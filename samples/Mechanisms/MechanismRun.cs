using Xen.Mechanisms.Containing;
using Xen.Mechanisms.Diversity;
using Xen.Mechanisms.FailSafe;
using Xen.Mechanisms.Load;
using Xen.Mechanisms.Missions;
using Xen.Mechanisms.Patching;
using Xen.Mechanisms.Rejuvenation;
using Xen.Mechanisms.Voting;

namespace Xen.Mechanisms;

/// <summary>Runs what was asked for. The same options print the same lines on any machine.</summary>
public static class MechanismRun
{
    public const string Table = "table";
    public const string Missions = "missions";
    public const string Agreement = "agreement";

    public const int WrongUsage = 1;

    /// <summary>A property did not hold, or did not fail when it had to.</summary>
    public const int PropertyViolated = 2;

    /// <summary>The mechanisms of the paper's section 3, in its order, and voting of section 4.</summary>
    public static IReadOnlyList<(string Name, Func<ulong, ExperimentResult> Measure)> Experiments { get; } =
    [
        ("load", LoadExperiment.Measure),
        ("patch", PatchExperiment.Measure),
        ("fail-safe", FailSafeExperiment.Measure),
        ("rejuvenation", RejuvenationExperiment.Measure),
        ("diversity", DiversityExperiment.Measure),
        ("containment", ContainmentExperiment.Measure),
        ("voting", VotingExperiment.Measure),
    ];

    private static (string Mechanism, string Property, string Without, string With) Heading => ("mechanism", "property", "without", "with");

    public static int Execute(MechanismOptions options, TextWriter output)
    {
        switch (options.Command)
        {
            case Missions:
                return Print(MissionExperiment.Compare(options.Seed, options.Missions), options.Csv, output);
            case Agreement:
                var results = MissionExperiment.Agreement(options.Seed, MissionExperiment.Sets, options.Missions);
                Print(results, options.Csv, output);
                if (!options.Csv) output.WriteLine($"{results.Count(result => result.IsInside)} of {results.Count} formulas lie in the 95 % interval of {options.Missions} missions, seed {options.Seed}.");
                return 0;
            case Table:
                return PrintTable([.. Experiments.SelectMany(experiment => experiment.Measure(options.Seed).Findings)], options.Seed, output);
            default:
                var result = Experiments.First(experiment => experiment.Name == options.Command).Measure(options.Seed);
                foreach (var line in result.Details) output.WriteLine(line);
                output.WriteLine();
                return PrintTable(result.Findings, options.Seed, output);
        }
    }

    private static int Print(IReadOnlyList<MissionResult> results, bool csv, TextWriter output)
    {
        foreach (var line in csv ? MissionExperiment.Csv(results) : MissionExperiment.Table(results)) output.WriteLine(line);
        return 0;
    }

    private static int PrintTable(IReadOnlyList<Finding> findings, ulong seed, TextWriter output)
    {
        var rows = findings.Select(finding => (finding.Mechanism, finding.Property, finding.Without, With: finding.With + (finding.Holds ? "" : "  DOES NOT HOLD"))).Prepend(Heading).ToList();
        var (mechanism, property, without) = (rows.Max(row => row.Mechanism.Length), rows.Max(row => row.Property.Length), rows.Max(row => row.Without.Length));
        for (var i = 0; i < rows.Count; i++)
        {
            output.WriteLine($"{rows[i].Mechanism.PadRight(mechanism)}  {rows[i].Property.PadRight(property)}  {rows[i].Without.PadRight(without)}  {rows[i].With}");
            if (i > 0) output.WriteLine($"  but if {findings[i - 1].Broken}: {findings[i - 1].Then}{(findings[i - 1].FailsAsItMust ? "" : "  NOT AS EXPECTED")}");
        }

        var held = findings.Count(finding => finding is { Holds: true, FailsAsItMust: true });
        output.WriteLine($"{held} of {findings.Count} properties hold with the mechanism and fail as they must without its precondition, seed {seed}.");
        return held == findings.Count ? 0 : PropertyViolated;
    }
}
