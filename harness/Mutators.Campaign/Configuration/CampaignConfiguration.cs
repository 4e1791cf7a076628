using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Configuration;

/// <summary>What a campaign does: targets, workloads, faultload and limits. The effective values, whatever they came from.</summary>
public sealed record CampaignConfiguration
{
    /// <summary>Project files, or folders that hold one, in the repository: what faults are injected into. Empty: what the test projects of the solution refer to; without test projects, every project.</summary>
    public ImmutableArray<string> Targets { get; init; } = [];

    /// <summary>The solution whose projects are looked at, by its path in the repository. Null: the one at the root, or without any every project.</summary>
    public string? Solution { get; init; }

    /// <summary>A golden run that takes longer is no workload: every hang would cost ten times as much.</summary>
    private const int GoldenMinutes = 5;

    /// <summary>What exercises golden and mutants. Empty: the test projects that refer to a target; without any, the only program among the targets, without arguments.</summary>
    public ImmutableArray<Workload> Workloads { get; init; } = [];

    /// <summary>The set of operators to use, by where their fault types come from.</summary>
    public FaultProfile Profile { get; init; } = FaultProfile.Representative;

    /// <summary>Ids of the operators to use, whatever the profile. Empty: those of the profile.</summary>
    public ImmutableArray<string> Operators { get; init; } = [];

    /// <summary>Path globs that a site's file must match, one of them at least. Empty: every file.</summary>
    public ImmutableArray<string> In { get; init; } = [];

    /// <summary>Members or types that must hold the site, one of them at least. Empty: every member.</summary>
    public ImmutableArray<string> Members { get; init; } = [];

    /// <summary>The commit, branch or tag since which the member of a site must have changed. Null: every member.</summary>
    public string? Since { get; init; }

    /// <summary>The fault classes to use. Empty: all.</summary>
    public ImmutableArray<FaultClass> Classes { get; init; } = [];

    /// <summary>The cyclomatic complexity of the members to look at. Null: any.</summary>
    public ComplexityRange? Complexity { get; init; }

    /// <summary>Whether committed code that is marked as generated may hold sites.</summary>
    public bool IncludeGenerated { get; init; }

    /// <summary>Whether code under <c>[ExcludeFromCodeCoverage]</c> may hold sites.</summary>
    public bool IncludeExcludedFromCoverage { get; init; }

    /// <summary>How many faults to draw. Null: as many as the margin needs, or every site.</summary>
    public int? Sample { get; init; }

    /// <summary>The margin of error that the sample is to have, for example 0.05. Null: no margin is asked for.</summary>
    public double? Margin { get; init; }

    /// <summary>How sure the margin is to be.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>The rule by which the sample is drawn. Null: by field weights where the operators have some, otherwise uniform.</summary>
    public SamplingRule? Sampling { get; init; }

    /// <summary>The seed of the draw.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether mutants that are the same to the optimising compiler are looked for, and not run.</summary>
    public bool Equivalence { get; init; } = true;

    /// <summary>The project's own test projects, for the representativeness filter; empty: those of the solution that refer to a target.</summary>
    public ImmutableArray<string> UnitTests { get; init; } = [];

    /// <summary>Patterns of the full names of the unit tests that are asked; empty: all. No outcome depends on it.</summary>
    [JsonIgnore]
    public ImmutableArray<string> UnitTestFilter { get; init; } = [];

    /// <summary>Whether the unit tests are asked which faults they catch.</summary>
    public bool Residual { get; init; }

    /// <summary>What an outcome depends on: whether unit tests are asked as well changes none.</summary>
    [JsonIgnore]
    public CampaignConfiguration WithoutResidual => this with { UnitTests = [], Residual = false };

    /// <summary>How mutants are run.</summary>
    public CampaignEngine Engine { get; init; } = CampaignEngine.Reload;

    /// <summary>Whether every test that reaches a mutant is run, and not only those up to the first that fails.</summary>
    public bool Matrix { get; init; }

    /// <summary>A mutant's run may take this many times the golden run's wall time, and five seconds on top.</summary>
    public double TimeFactor { get; init; } = 10;

    /// <summary>Hard limit on a run's managed heap, in MiB.</summary>
    public int MemoryMebibytes { get; init; } = 1024;

    /// <summary>Limit on what a run may print, in MiB.</summary>
    public int OutputMebibytes { get; init; } = 16;

    /// <summary>A share of virtual time or resources above golden's that counts as degraded; 0.5 is half as much again.</summary>
    public double DegradedShare { get; init; } = 0.5;

    /// <summary>
    /// Limits of a golden run: memory and output as for every mutant, since golden must live within what it is compared by; the time is
    /// only a bound for a program that does not end.
    /// </summary>
    public RunLimits GoldenLimits => new(TimeSpan.FromMinutes(GoldenMinutes), (long)MemoryMebibytes << 20, (long)OutputMebibytes << 20);

    /// <summary>Time that a run may take when golden took <paramref name="golden"/>.</summary>
    public RunLimits LimitsFor(TimeSpan golden) => new(
        golden * TimeFactor + TimeSpan.FromSeconds(5),
        (long)MemoryMebibytes << 20,
        (long)OutputMebibytes << 20);
}

/// <summary>How a campaign runs its mutants; the meaning of an outcome is the same.</summary>
public enum CampaignEngine
{
    /// <summary>Each branch is built by <c>dotnet build</c> and run in a fresh process.</summary>
    Rebuild,

    /// <summary>Each branch is a delta in a warm process; what that cannot express goes a slower way.</summary>
    Reload,
}
