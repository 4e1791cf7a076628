using System.Reflection;
using System.Text.Json.Nodes;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>
/// A campaign as SARIF 2.1.0 (OASIS), for code scanning: one result for each mutant whose fault was activated, a warning where a failure was noticed by
/// nobody, a note elsewhere. The fingerprint is the mutant's id, so a result stays the same when code around it moves; what a reviewer dismissed is suppressed.
/// </summary>
public static class SarifReport
{
    /// <summary>Results that GitHub takes of one run; undetected failures come first, so what is cut is the least interesting.</summary>
    public const int MaximumResults = 25_000;

    /// <summary>The whole text.</summary>
    public static string Render(CampaignSnapshot campaign)
    {
        var rules = campaign.Mutants.Select(each => each.Mutant).DistinctBy(each => each.Operator).OrderBy(each => each.Operator, StringComparer.Ordinal).ToList();
        var places = rules.Index().ToDictionary(each => each.Item.Operator, each => each.Index, StringComparer.Ordinal);
        var results = campaign.Activated.OrderByDescending(Unnoticed.IsSo).ToList();
        return new JsonObject
        {
            ["$schema"] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject
                {
                    ["driver"] = new JsonObject
                    {
                        ["name"] = "Mutators",
                        ["semanticVersion"] = Version,
                        ["rules"] = new JsonArray([.. rules.Select(Rule)]),
                    },
                },
                ["columnKind"] = "utf16CodeUnits",
                ["originalUriBaseIds"] = new JsonObject { ["SRCROOT"] = new JsonObject { ["description"] = Text("The root of the repository.") } },
                ["automationDetails"] = new JsonObject { ["id"] = "mutators/" },
                ["results"] = new JsonArray([.. results.Take(MaximumResults).Select(each => Result(each, campaign, places[each.Mutant.Operator]))]),
                ["properties"] = Properties(campaign, Math.Max(0, results.Count - MaximumResults)),
            }),
        }.ToJsonString(CampaignJson.Options);
    }

    private static JsonObject Properties(CampaignSnapshot campaign, int leftOut)
    {
        var properties = new JsonObject
        {
            ["goldenCommit"] = campaign.Identity.GoldenCommit,
            ["engine"] = campaign.Identity.Engine,
            ["resultsLeftOut"] = leftOut,
        };
        if (CampaignFigures.BothCounts(campaign) is { IsEmpty: false } counts)
        {
            properties["unitTests"] = new JsonArray([.. counts.Select(each => JsonValue.Create(each))]);
        }

        return properties;
    }

    /// <summary>The product's version without what comes after it, such as a commit.</summary>
    private static string Version =>
        (typeof(SarifReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];

    private static JsonObject Rule(MutantRecord mutant) => new()
    {
        ["id"] = mutant.Operator,
        ["name"] = string.Concat(mutant.OperatorName.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
        ["shortDescription"] = Text(mutant.OperatorName),
        ["defaultConfiguration"] = new JsonObject { ["level"] = "note" },
        ["properties"] = new JsonObject { ["faultClass"] = mutant.FaultClass.ToString(), ["tags"] = new JsonArray("fault-injection") },
    };

    private static JsonObject Result(MutantResult result, CampaignSnapshot campaign, int rule)
    {
        var (mutant, headline) = (result.Mutant, result.Headline!);
        var place = new JsonObject { ["uri"] = string.Join('/', mutant.Path.Split('/').Select(Uri.EscapeDataString)), ["uriBaseId"] = "SRCROOT" };
        var json = new JsonObject
        {
            ["ruleId"] = mutant.Operator,
            ["ruleIndex"] = rule,
            ["level"] = Unnoticed.IsSo(result) ? "warning" : "note",
            ["message"] = Text($"{mutant.Change}: {headline.Mode.Words}, {headline.Detection.Words}. {headline.Reason}"),
            ["locations"] = new JsonArray(new JsonObject
            {
                ["physicalLocation"] = new JsonObject { ["artifactLocation"] = place, ["region"] = Region(mutant.Edit) },
                ["logicalLocations"] = new JsonArray(new JsonObject { ["fullyQualifiedName"] = mutant.Member, ["kind"] = "member" }),
            }),
            ["partialFingerprints"] = new JsonObject { ["mutantId/v1"] = mutant.Id.ToString() },
            ["properties"] = new JsonObject
            {
                ["mutant"] = mutant.Id.ToString(),

                // No "fixes": a viewer that applies them would inject the fault.
                ["diff"] = mutant.Diff,
                ["failureMode"] = headline.Mode.Key,
                ["detection"] = headline.Detection.Words,
                ["faultClass"] = mutant.FaultClass.ToString(),
                ["branch"] = mutant.Branch,
                ["commit"] = mutant.Commit,
                ["repeat"] = Repeat.Run(mutant.Id),
            },
        };
        if (result.UnitTests is { } tests)
        {
            json["properties"]!["unitTests"] = CampaignJson.Name(tests.Answer);
        }

        // Where one result says whether it is suppressed, all have to (SARIF 2.1.0, 3.27.23).
        if (!campaign.Decisions.IsEmpty)
        {
            json["suppressions"] = new JsonArray(campaign.DecisionOn(mutant.Id) is { } decision
                ? [new JsonObject { ["kind"] = "external", ["status"] = "accepted", ["justification"] = decision.InWords }]
                : []);
        }

        return json;
    }

    private static JsonObject Region(TextEdit edit) => new()
    {
        ["startLine"] = edit.StartLine, ["startColumn"] = edit.StartColumn, ["endLine"] = edit.EndLine, ["endColumn"] = edit.EndColumn,
    };

    private static JsonObject Text(string text) => new() { ["text"] = text };
}
