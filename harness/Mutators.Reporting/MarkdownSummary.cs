using System.Net;
using System.Text;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Reporting.Propagation;

namespace Mutators.Reporting;

/// <summary>A campaign as Markdown, for a pull request or a job's summary: first the sentence that a manager needs.</summary>
public static class MarkdownSummary
{
    /// <summary>A job's summary holds a megabyte; what is more is in the report.</summary>
    private const int MaximumListed = 50;

    /// <summary>The whole text.</summary>
    public static string Render(CampaignSnapshot campaign)
    {
        var text = new StringBuilder();
        foreach (var figures in CampaignFigures.ByGroup(campaign))
        {
            AddGroup(text, figures);
        }

        AddPropagation(text, campaign);
        AddFacts(text, campaign);
        return text.ToString();
    }

    private static void AddGroup(StringBuilder text, CampaignFigures figures)
    {
        if (figures.Heading is { } heading)
        {
            text.Append($"{(text.Length > 0 ? "\n" : "")}## {heading}\n\n");
        }

        text.Append($"**{figures.Sentence}**\n\n{figures.Beside} {figures.SilentDataFailures}\n");
        foreach (var sentence in figures.Further)
        {
            text.Append($"\n{Html(sentence)}\n");
        }

        Heading(text, "Failure modes by fault class");
        Row(text, ["failure mode", .. figures.Classes.Select(each => each.ToString()), "k/n", "share", "95 % interval"]);
        Row(text, [":--", .. Enumerable.Repeat("--:", figures.Classes.Length + 3)]);
        foreach (var mode in figures.ImpactModes)
        {
            var share = figures.Of(mode);
            Row(text, [mode.Words, .. figures.Classes.Select(each => figures.Of(mode, each).ToString()), share.ToString(), Figures.Percent(share), Figures.Range(share)]);
        }

        text.Append($"\n{Figures.Convention}.\n");

        Heading(text, "Injected, activated, failed");
        Row(text, ["operator", "fault type", "injected", "activated", "failed", "share", "95 % interval", "undetected"]);
        Row(text, [":--", ":--", "--:", "--:", "--:", "--:", "--:", "--:"]);
        foreach (var each in figures.Operators)
        {
            Row(text, [each.Operator, each.Name, $"{each.Injected}", $"{each.Activated}", $"{each.Failed}", Figures.Percent(each.Failed), Figures.Range(each.Failed), $"{each.Undetected}"]);
        }

        if (!figures.Compiler.IsEmpty)
        {
            Heading(text, "Taken out by the compiler, or warned of");
            Row(text, ["operator", "drawn", "rejected", "equivalent", "duplicate", "new warning"]);
            Row(text, [":--", "--:", "--:", "--:", "--:", "--:"]);
            foreach (var each in figures.Compiler)
            {
                Row(text, [each.Operator, $"{each.Drawn}", $"{each.Rejected}", $"{each.Equivalent}", $"{each.Duplicate}", $"{each.Warned}"]);
            }
        }

        if (!figures.IsOfTests)
        {
            AddDetections(text, figures);
        }

        AddUndetected(text, figures.Campaign);
    }

    private static void AddDetections(StringBuilder text, CampaignFigures figures)
    {
        Heading(text, "Who noticed the failures");
        Row(text, ["failures", "k/n", "share", "95 % interval"]);
        Row(text, [":--", "--:", "--:", "--:"]);
        foreach (var detection in CampaignFigures.DetectionsOfFailures)
        {
            var share = figures.Of(detection);
            Row(text, [detection.Words, share.ToString(), Figures.Percent(share), Figures.Range(share)]);
        }
    }

    private static void AddPropagation(StringBuilder text, CampaignSnapshot campaign)
    {
        if (PropagationFigures.Of(campaign) is not { } figures)
        {
            return;
        }

        foreach (var (index, table) in PropagationTables.Of(figures).Where(table => !table.Rows.IsEmpty).Index())
        {
            Heading(text, table.Title);
            if (index == 0)
            {
                text.Append($"{Html(figures.Sentence)}\n\n");
            }

            Row(text, table.Headings);
            Row(text, [":--", .. Enumerable.Repeat("--:", table.Headings.Length - 1)]);
            foreach (var row in table.Rows)
            {
                Row(text, row);
            }
        }
    }

    private static void AddUndetected(StringBuilder text, CampaignSnapshot campaign)
    {
        var undetected = campaign.UndetectedFailures.RemoveAll(outcome => campaign.DecisionOn(outcome.Mutant) is not null);
        var tests = campaign.Golden.All(golden => golden.Tests is not null);
        Heading(text, $"{(tests ? "Survivors" : "Undetected failures")} ({undetected.Length})");
        if (undetected.IsEmpty)
        {
            var nothing = tests ? "No mutant survives" : "No failure went undetected";
            text.Append(campaign.UndetectedFailures.IsEmpty ? $"{nothing}.\n" : $"{nothing} but for what was dismissed in review.\n");
        }

        var mutants = campaign.Mutants.ToDictionary(each => each.Mutant.Id, each => each.Mutant);
        foreach (var outcome in undetected.Take(MaximumListed))
        {
            var mutant = mutants[outcome.Mutant];
            var fence = new string('`', Math.Max(3, LongestRunOfBackticks(mutant.Diff) + 1));
            text.Append($"<details><summary><b>{outcome.Mode.Words}</b> · <code>{mutant.Id}</code> · {Html(mutant.Place)} · {Html(mutant.Change)}</summary>\n\n")
                .Append($"{Html(outcome.Workload)}: {Html(outcome.Reason)}\n\n")
                .Append($"{fence}diff\n{mutant.Diff}\n{fence}\n\n")
                .Append($"Repeat it: <code>{Html(Repeat.Run(mutant.Id))}</code>\n\n</details>\n\n");
        }

        if (undetected.Length > MaximumListed)
        {
            text.Append($"… and {undetected.Length - MaximumListed} more, in the report.\n");
        }

        AddDismissed(text, campaign);
    }

    private static void AddDismissed(StringBuilder text, CampaignSnapshot campaign)
    {
        var dismissed = campaign.Mutants.Where(each => campaign.DecisionOn(each.Mutant.Id) is not null).ToList();
        if (dismissed.Count == 0)
        {
            return;
        }

        Heading(text, $"Dismissed in review ({dismissed.Count}), and counted above as what they are");
        Row(text, ["mutant", "place", "change", "failure mode", "decision"]);
        Row(text, Enumerable.Repeat(":--", 5));
        foreach (var each in dismissed.Take(MaximumListed))
        {
            Row(text, [each.Mutant.Id.ToString(), each.Mutant.Place, each.Mutant.Change, each.Headline?.Mode.Words ?? "not run yet", campaign.DecisionOn(each.Mutant.Id)!.InWords]);
        }
    }

    private static void AddFacts(StringBuilder text, CampaignSnapshot campaign)
    {
        var identity = campaign.Identity;
        Heading(text, "Campaign");
        text.Append($"- golden commit {identity.GoldenCommit}, tree {identity.GoldenTree}\n")
            .Append($"- faultload: {Html(identity.Faultload.Rule)}, seed {identity.Faultload.Seed}\n")
            .Append($"- workloads: {string.Join(", ", campaign.Golden.Select(golden => Html(golden.Workload.Name)))}\n")
            .Append($"- engine: {Html(identity.Engine)}\n");
        Heading(text, "Strata");
        Row(text, ["stratum", "sites", "wanted", "drawn", "rejected", "equivalent", "duplicate", "run", "stands for"]);
        Row(text, [":--", .. Enumerable.Repeat("--:", 8)]);
        foreach (var (stratum, rejected, equivalent, duplicate, run) in CampaignFigures.Strata(campaign))
        {
            Row(text, [stratum.Name, $"{stratum.Available}", stratum.Wanted?.ToString() ?? "–", $"{stratum.Drawn}", $"{rejected}", $"{equivalent}", $"{duplicate}", $"{run}", Figures.Weight(stratum)]);
        }
    }

    private static void Heading(StringBuilder text, string title) => text.Append($"\n### {title}\n\n");

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(Html)).Append(" |\n");

    /// <summary>Program text as HTML, which Markdown passes on; the characters that Markdown itself would read are encoded as well.</summary>
    private static string Html(string text)
    {
        var encoded = new StringBuilder(WebUtility.HtmlEncode(text));
        foreach (var special in "|`*_[]\\~")
        {
            encoded.Replace(special.ToString(), $"&#{(int)special};");
        }

        return encoded.ToString();
    }

    private static int LongestRunOfBackticks(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var character in text)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
