using System.Globalization;
using System.Text;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Reviews;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>A campaign as comma-separated values (RFC 4180), for a spreadsheet or a statistics program: a row for each mutant and workload.</summary>
public static class OutcomesCsv
{
    private const string Head =
        "mutant,operator,fault class,group,component,stratum,path,line,column,member,change,workload,activated,failure mode,detection,detected,detectors,reason,engine,times run,unit tests,commit,decision,decision reason,tests reaching";

    /// <summary>The whole text.</summary>
    public static string Render(CampaignSnapshot campaign)
    {
        var text = new StringBuilder(Head).Append("\r\n");
        var tests = new TestIds(campaign);
        foreach (var result in campaign.Mutants)
        {
            foreach (var workload in Workloads(campaign, result))
            {
                AddRow(text, result, workload, campaign.DecisionOn(result.Mutant.Id), tests);
            }
        }

        return text.ToString();
    }

    /// <summary>The workloads of the campaign, and those of outcomes that it does not know; one without a name where there are none at all.</summary>
    private static IEnumerable<string> Workloads(CampaignSnapshot campaign, MutantResult result) =>
        campaign.Golden.Select(golden => golden.Workload.Name)
            .Concat(result.Outcomes.Select(each => each.Outcome.Workload))
            .Distinct(StringComparer.Ordinal)
            .DefaultIfEmpty("");

    private static void AddRow(StringBuilder text, MutantResult result, string workload, ReviewDecision? decision, TestIds tests)
    {
        var mutant = result.Mutant;
        var stored = result.Outcomes.FirstOrDefault(each => each.Outcome.Workload == workload);
        var outcome = stored?.Outcome;
        var hits = result.Activations.FirstOrDefault(each => each.Workload == workload)?.Hits;
        var error = result.Errors.FirstOrDefault(each => each.Workload == workload);
        string?[] cells =
        [
            mutant.Id.ToString(), mutant.Operator, mutant.FaultClass.ToString(), mutant.Group.Key, mutant.Component, mutant.Stratum,
            mutant.Path, Number(mutant.Line), Number(mutant.Column), mutant.Member, mutant.Change, workload, Number(hits),
            outcome?.Mode.Key ?? (error is null ? "" : "harness-error"), outcome?.Detection.Words, outcome is { Mode.IsFailure: true } ? (outcome.Detection.IsDetected ? "true" : "false") : "",
            outcome is null ? "" : string.Join("; ", outcome.Detectors), outcome?.Reason ?? error?.Message, outcome?.Engine, Number(stored?.TimesRun),
            result.UnitTests is { } asked ? CampaignJson.Name(asked.Answer) : "", mutant.Commit, decision is null ? "" : ReviewDecision.Key(decision.Dismissal), decision?.Reason,
            tests.Knows(workload) && hits is not null ? Number(tests.CountReaching(mutant.Id, workload)) : "",
        ];
        text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");
    }

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    /// <summary>A cell. Spreadsheets take text that begins like a formula for one, so it gets an apostrophe in front.</summary>
    private static string Cell(string? value)
    {
        var text = value is ['=' or '+' or '-' or '@' or '\t', ..] ? "'" + value : value ?? "";
        return text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
