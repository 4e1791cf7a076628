using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Reviews;
using Mutators.Campaign.Store;
using Mutators.Reporting.Propagation;

namespace Mutators.Reporting;

/// <summary>A campaign as JSON for programs: the counts with their intervals, and every mutant with all its outcomes.</summary>
public static class CampaignJson
{
    /// <summary>Raised when a property changes its meaning or disappears.</summary>
    public const int FormatVersion = 2;

    internal static JsonSerializerOptions Options { get; } = new()
    {
        WriteIndented = true,

        // For files, not for pages: program text stays readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NewLine = "\n",
    };

    /// <summary>The whole text.</summary>
    public static string Render(CampaignSnapshot campaign)
    {
        return JsonSerializer.Serialize(
            new
            {
                FormatVersion,
                Golden = new { Commit = campaign.Identity.GoldenCommit, Tree = campaign.Identity.GoldenTree },
                campaign.Identity.Engine,
                Configuration = JsonSerializer.Deserialize<JsonElement>(campaign.Identity.Configuration),
                Faultload = new { campaign.Identity.Faultload.Seed, campaign.Identity.Faultload.Rule },
                Workloads = campaign.Golden.Select(golden => new { golden.Workload.Name, golden.Workload.Project, golden.Workload.Arguments }),
                Strata = CampaignFigures.Strata(campaign).Select(each => new
                {
                    each.Stratum.Name, each.Stratum.FieldCount, Sites = each.Stratum.Available, each.Stratum.Wanted, each.Stratum.Drawn,
                    each.Rejected, each.Equivalent, each.Duplicate, each.Run, each.Stratum.Weight,
                }),
                Groups = CampaignFigures.ByGroup(campaign).Select(Group),
                Propagation = PropagationFigures.Of(campaign) is { } propagation ? Spread(propagation, campaign) : null,
                Mutants = campaign.Mutants.Select(each => Mutant(each, campaign.DecisionOn(each.Mutant.Id))),
                Disagreements = campaign.Disagreements.IsEmpty
                    ? null
                    : campaign.Disagreements.Select(each => new { Mutant = each.Mutant.ToString(), each.Workload, FailureMode = each.Mode.Key, Detection = Name(each.Detection), each.Reason }),
            },
            Options);
    }

    /// <summary>Figures of one group; there are none that go across groups.</summary>
    private static object Group(CampaignFigures figures) => new
    {
        Group = figures.Group.Key,
        Counts = Counts(figures),
        FailureModes = figures.ImpactModes.ToDictionary(mode => mode.Key, mode => Share(figures.Of(mode))),
        Detections = CampaignFigures.DetectionsOfFailures.ToDictionary(Name, detection => Share(figures.Of(detection))),
        Weighted = figures.Weighted is { } weighted
            ? new { Share = Math.Round(weighted.Share, 6), Interval95 = new[] { Math.Round(weighted.Interval.Low, 6), Math.Round(weighted.Interval.High, 6) } }
            : null,
        UnitTests = figures.Residual is { } residual
            ? new
            {
                Caught = figures.Count(UnitTestAnswer.Caught),
                NotCaught = figures.Count(UnitTestAnswer.NotCaught),
                NotReached = figures.Count(UnitTestAnswer.NotReached),
                NotClassified = figures.Campaign.Mutants.Count(each => each.UnitTests is null),
                ResidualOnly = Counts(residual),
            }
            : null,
        Operators = figures.Operators.Select(each => new
        {
            Id = each.Operator,
            each.Name,
            FaultClass = each.FaultClass.ToString(),
            each.Injected,
            each.Activated,
            Failed = Share(each.Failed),
            each.Undetected,
            FailureModes = FailureModes.All.Where(mode => each.Count(mode) > 0).ToDictionary(mode => mode.Key, each.Count),
        }),
    };

    private static object Spread(PropagationFigures figures, CampaignSnapshot campaign) => new
    {
        Traced = campaign.Traces.Length,
        Activated = Share(figures.Activated),
        Infected = Share(figures.Infected),
        Escaped = Share(figures.Escaped),
        Propagated = Share(figures.Propagated),
        Masked = Share(figures.Masked),
        Failed = Share(figures.Failed),
        UnsafeRestarts = Share(figures.UnsafeRestarts),
        figures.Unexplained,
        BlastRadius = figures.BlastRadius.Select(each => new { each.Components, Share = Share(each.Share) }),
        Latencies = figures.Latencies.Select(each => new { each.What, Came = Share(each.Came), QuartilesInRendezvous = each.Steps, QuartilesInNanoseconds = each.Nanoseconds }),
        Containment = figures.Boundaries.Select(each => new { each.Component, Contained = Share(each.Contained), UnsafeRestarts = Share(each.UnsafeRestarts), each.LargestRadius }),
        Interfaces = figures.Interfaces.Select(each => new { each.From, each.To, each.Kind, Faults = Share(each.Faults), each.Messages }),
        Traces = campaign.Traces.Select(each => new
        {
            Mutant = each.Mutant.ToString(), each.Workload, each.Origin, each.Activated, each.Infected, each.Escaped, each.Spread, each.Detected,
            each.Components, each.Unexplained, each.Remaining, each.IsMasked, each.IsRestartSafe, FailureMode = each.Mode?.Key,
        }),
    };

    private static object Counts(CampaignFigures figures) => new
    {
        Injected = figures.Campaign.Mutants.Length,
        figures.Activated,
        NotActivated = figures.Campaign.Count(FailureMode.NotActivated),
        BuildRejects = figures.Campaign.Count(FailureMode.BuildReject),
        Equivalent = figures.Campaign.Count(FailureMode.Equivalent),
        Duplicate = figures.Campaign.Count(FailureMode.Duplicate),
        NewWarnings = figures.Warned.K,
        Failed = Share(figures.Failed),
        Detected = Share(figures.Detected),
        figures.HarnessErrors,
        figures.Campaign.Pending,
    };

    private static object Share(Proportion share) => share.N == 0
        ? new { share.K, share.N }
        : new { share.K, share.N, Wilson95 = new[] { Math.Round(share.Wilson.Low, 6), Math.Round(share.Wilson.High, 6) } };

    private static object Mutant(MutantResult result, ReviewDecision? decision) => new
    {
        Id = result.Mutant.Id.ToString(),
        result.Mutant.Operator,
        FaultClass = result.Mutant.FaultClass.ToString(),
        result.Mutant.Path,
        result.Mutant.Line,
        result.Mutant.Column,
        result.Mutant.Member,
        result.Mutant.Change,
        Branch = NullIfEmpty(result.Mutant.Branch),
        Commit = NullIfEmpty(result.Mutant.Commit),
        Group = result.Mutant.Group.Key,
        result.Mutant.Component,
        result.Mutant.Stratum,
        result.Mutant.Warnings,
        DuplicateOf = result.Mutant.SameAs?.ToString(),
        UnitTests = result.UnitTests is { } tests ? new { Answer = Name(tests.Answer), tests.Reason } : null,
        result.Mutant.Diff,
        FailureMode = result.Headline?.Mode.Key,
        Activations = result.Activations.Select(each => new { each.Workload, each.Hits, each.FirstOrder }),
        Outcomes = result.Outcomes.Select(each => new
        {
            each.Outcome.Workload,
            FailureMode = each.Outcome.Mode.Key,
            Flags = each.Outcome.Flags.Select(flag => flag.Key),
            Detection = Name(each.Outcome.Detection),
            each.Outcome.Detection.IsDetected,
            each.Outcome.Detectors,
            each.Outcome.Reason,
            each.Outcome.Engine,
            each.TimesRun,
            each.Outcome.Differences,
        }),
        Errors = result.Errors.Select(each => new { each.Workload, each.Message }),
        Decision = decision is null ? null : new { Dismissal = ReviewDecision.Key(decision.Dismissal), decision.Reason, decision.By, decision.On },
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    /// <summary>What unit tests say, as one word.</summary>
    public static string Name(UnitTestAnswer answer) => JsonNamingPolicy.KebabCaseLower.ConvertName(answer.ToString());

    private static string Name(Detection detection) => JsonNamingPolicy.KebabCaseLower.ConvertName(detection.ToString());
}
