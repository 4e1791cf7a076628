using System.Text.Json;
using System.Text.Json.Nodes;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Reviews;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>
/// A campaign in the mutation-testing-report-schema, version 2, which dashboards and editors read. Its eight statuses cannot say a
/// failure mode: the status says whether a failure was noticed, the mode stands in the reason and in a property of our own. The score
/// "of covered" then is the share of failures that were detected.
/// </summary>
public static class MutationTestingJson
{
    /// <summary>The version of the schema.</summary>
    public const string SchemaVersion = "2";

    // A score is the share of failures that were noticed: nothing short of all is good.
    private const int HighThreshold = 100;
    private const int LowThreshold = 80;

    /// <summary>The whole text.</summary>
    public static string Render(CampaignSnapshot campaign) => Build(campaign).ToJsonString(CampaignJson.Options);

    /// <summary>The same in one line that can stand inside a script element: every <c>&lt;</c> is escaped.</summary>
    internal static string RenderForScript(CampaignSnapshot campaign) => Build(campaign).ToJsonString();

    /// <summary>The status of the schema that stands for a mutant.</summary>
    internal static string StatusOf(MutantResult result) => result switch
    {
        { Errors.IsEmpty: false } => "RuntimeError",
        { Headline: null } => "Pending",
        { Headline.Mode: FailureMode.NotActivated } => "NoCoverage",
        { Headline.Mode: FailureMode.BuildReject } => "CompileError",
        { Headline.Mode: FailureMode.Equivalent or FailureMode.Duplicate or FailureMode.NoImpact or FailureMode.Degraded or FailureMode.Flaky } => "Ignored",
        { Headline.Mode: FailureMode.ControlHang or FailureMode.BusyHang or FailureMode.IdleHang } => "Timeout",
        { Headline: { } headline } => headline.Detection.IsDetected ? "Killed" : "Survived",
    };

    private static JsonObject Build(CampaignSnapshot campaign)
    {
        var tests = new TestIds(campaign);
        var detectors = campaign.Mutants.SelectMany(each => each.Outcomes).Where(each => !tests.Knows(each.Outcome.Workload)).SelectMany(each => each.Outcome.Detectors)
            .Distinct().Order(StringComparer.Ordinal).ToList();
        var files = new JsonObject();
        foreach (var file in campaign.Mutants.GroupBy(each => each.Mutant.Path).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            files[file.Key] = new JsonObject
            {
                ["language"] = "cs",
                ["source"] = campaign.Sources[file.Key],
                ["mutants"] = new JsonArray([.. file.Select(each => Mutant(each, campaign.DecisionOn(each.Mutant.Id), tests))]),
            };
        }

        var json = new JsonObject
        {
            ["schemaVersion"] = SchemaVersion,
            ["thresholds"] = new JsonObject { ["high"] = HighThreshold, ["low"] = LowThreshold },
            ["framework"] = new JsonObject { ["name"] = "Mutators" },
            ["config"] = new JsonObject
            {
                ["goldenCommit"] = campaign.Identity.GoldenCommit,
                ["engine"] = campaign.Identity.Engine,
                ["faultload"] = campaign.Identity.Faultload.Rule,
                ["seed"] = campaign.Identity.Faultload.Seed,
            },
            ["files"] = files,
            ["testFiles"] = TestFiles(campaign, tests, detectors),
        };
        if (CampaignFigures.BothCounts(campaign) is { IsEmpty: false } counts)
        {
            json["config"]!["unitTests"] = new JsonArray([.. counts.Select(each => JsonValue.Create(each))]);
        }

        return json;
    }

    private static JsonObject TestFiles(CampaignSnapshot campaign, TestIds tests, List<string> detectors)
    {
        var files = new JsonObject();
        if (campaign.Golden.Any(golden => golden.Tests is null) || campaign.Golden.IsEmpty)
        {
            files["monitors"] = Tests("monitor", detectors);
            files["workloads"] = Tests("workload", campaign.Golden.Where(golden => golden.Tests is null).Select(golden => golden.Workload.Name));
        }

        foreach (var golden in campaign.Golden.Where(golden => golden.Tests is not null))
        {
            files[golden.Workload.Project] = new JsonObject
            {
                ["tests"] = new JsonArray([.. tests.Of(golden.Workload.Name).Select(test => new JsonObject { ["id"] = test.Id, ["name"] = test.Name })]),
            };
        }

        return files;
    }

    private static JsonObject Tests(string kind, IEnumerable<string> names) => new()
    {
        ["tests"] = new JsonArray([.. names.Select(name => new JsonObject { ["id"] = $"{kind}:{name}", ["name"] = name })]),
    };

    private static JsonObject Mutant(MutantResult result, ReviewDecision? decision, TestIds tests)
    {
        var (mutant, headline) = (result.Mutant, result.Headline);
        var status = StatusOf(result);
        var json = new JsonObject
        {
            ["id"] = mutant.Id.ToString(),
            ["mutatorName"] = $"{mutant.Operator} · {mutant.OperatorName}",
            ["description"] = mutant.Change,
            ["replacement"] = mutant.Edit.Replacement,
            ["location"] = new JsonObject
            {
                ["start"] = new JsonObject { ["line"] = mutant.Edit.StartLine, ["column"] = mutant.Edit.StartColumn },
                ["end"] = new JsonObject { ["line"] = mutant.Edit.EndLine, ["column"] = mutant.Edit.EndColumn },
            },
            ["status"] = status,
            ["statusReason"] = decision is null ? ReasonOf(result) : $"{ReasonOf(result)} — dismissed in review as {decision.InWords}",
            ["coveredBy"] = new JsonArray([.. result.Activations.Where(each => tests.Knows(each.Workload)).SelectMany(each => tests.Reaching(mutant.Id, each.Workload))
                .Concat(Ids("workload", result.Outcomes.Where(each => each.Outcome.Mode.IsActivated && !tests.Knows(each.Outcome.Workload)).Select(each => each.Outcome.Workload)))
                .Select(id => JsonValue.Create(id))]),
            ["killedBy"] = new JsonArray([.. (status is not ("Killed" or "Timeout") ? []
                : tests.Knows(headline!.Workload)
                    ? result.Outcomes.Select(each => each.Outcome).Where(each => tests.Knows(each.Workload)).SelectMany(each => each.Detectors.Select(name => tests.Named(each.Workload, name)).OfType<string>())
                    : Ids("monitor", headline.Detectors)).Select(id => JsonValue.Create(id))]),
            ["faultClass"] = mutant.FaultClass.ToString(),
        };
        if (mutant.Branch.Length > 0)
        {
            json["branch"] = mutant.Branch;
        }

        if (result.UnitTests is { } asked)
        {
            json["unitTests"] = CampaignJson.Name(asked.Answer);
        }

        if (headline is not null)
        {
            json["failureMode"] = headline.Mode.Key;
            json["activated"] = headline.Mode.IsActivated;
        }

        if (decision is not null)
        {
            json["decision"] = ReviewDecision.Key(decision.Dismissal);
        }

        return json;
    }

    private static IEnumerable<string> Ids(string kind, IEnumerable<string> names) => names.Select(name => $"{kind}:{name}");

    private static string ReasonOf(MutantResult result) => result switch
    {
        { Errors: [var error, ..] } => error.Message,
        { Headline: { Mode: FailureMode.BuildReject } headline } => headline.Reason,
        { Headline: { Mode: FailureMode.InconsistentState, Detection.IsDetected: false } headline } => $"latent inconsistent state — {headline.Reason}",
        { Headline: { } headline } => $"{headline.Mode.Words} — {headline.Reason}",
        _ => "not run yet",
    };
}
