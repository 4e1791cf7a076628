using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting.Html;

/// <summary>The part of the report that shows every mutant: what was changed, what became of it, and how to see it again.</summary>
internal static class MutantDetails
{
    /// <summary>A browser opens a page of this many mutants at once; of more, the failures come first.</summary>
    private const int MaximumMutants = 5_000;

    private const int MaximumDifferences = 20;

    private const int MaximumDetectors = 20;

    /// <summary>Where the mutants of a mode begin.</summary>
    public static string Anchor(FailureMode mode) => $"mode-{mode.Key}";

    /// <summary>Where the mutants of a mode and a fault class begin.</summary>
    public static string Anchor(FailureMode mode, FaultClass faultClass) => $"mode-{mode.Key}-{faultClass.ToString().ToLowerInvariant()}";

    /// <summary>Adds all groups: what survives its tests, the failures in their order, then what has no impact, then what was not run.</summary>
    public static void Add(HtmlText page, CampaignSnapshot campaign)
    {
        page.Add($"<section>\n<h2>Mutants</h2>\n");
        var left = MaximumMutants;
        var context = new Context(campaign, SourceRoute.SharedFolders(campaign));
        AddDismissed(page, campaign);
        foreach (var mode in FailureModes.All.OrderBy(mode => mode is not FailureMode.Survived).ThenBy(mode => !mode.IsActivated))
        {
            var mutants = campaign.Mutants.Where(each => each.Errors.IsEmpty && each.Headline?.Mode == mode).ToList();
            if (mutants.Count > 0)
            {
                AddGroup(page, HtmlReport.Pill(mode), Anchor(mode), mode, mutants, ref left, context);
            }
        }

        AddUnknown(page, "harness error", [.. campaign.Mutants.Where(each => !each.Errors.IsEmpty)], ref left, context);
        AddUnknown(page, "not run yet", [.. campaign.Mutants.Where(each => each.Errors.IsEmpty && each.Headline is null)], ref left, context);
        page.Add($"</section>\n");
    }

    /// <summary>What a reviewer must not search for among all others.</summary>
    private static void AddDismissed(HtmlText page, CampaignSnapshot campaign)
    {
        var dismissed = campaign.Mutants.Where(each => campaign.DecisionOn(each.Mutant.Id) is not null).ToList();
        if (dismissed.Count == 0)
        {
            return;
        }

        page.Add($"<h3>Dismissed in review <span class=\"count\">{dismissed.Count}</span></h3>\n<p class=\"note\">Everywhere counted as what they are.</p>\n<ul>\n");
        foreach (var each in dismissed.Take(MaximumMutants))
        {
            page.Add($"<li><a href=\"#{each.Mutant.Id}\">{each.Mutant.Id}</a> {each.Mutant.Change} — {campaign.DecisionOn(each.Mutant.Id)!.InWords}</li>\n");
        }

        page.Add($"</ul>\n");
    }

    private static void AddGroup(
        HtmlText page, HtmlText title, string anchor, FailureMode mode, List<MutantResult> mutants, ref int left, Context context)
    {
        page.Add($"<h3 id=\"{anchor}\">{title} <span class=\"count\">{mutants.Count}</span></h3>\n");
        foreach (var faultClass in mutants.GroupBy(each => each.Mutant.FaultClass).OrderBy(group => group.Key))
        {
            page.Add($"<div id=\"{Anchor(mode, faultClass.Key)}\"><h4>{faultClass.Key}</h4>\n");
            AddMutants(page, [.. faultClass], ref left, context);
            page.Add($"</div>\n");
        }
    }

    private static void AddUnknown(HtmlText page, string title, List<MutantResult> mutants, ref int left, Context context)
    {
        if (mutants.Count > 0)
        {
            page.Add($"<h3><span class=\"pill quiet\">{title}</span> <span class=\"count\">{mutants.Count}</span></h3>\n");
            AddMutants(page, mutants, ref left, context);
        }
    }

    private static void AddMutants(HtmlText page, List<MutantResult> mutants, ref int left, Context context)
    {
        foreach (var mutant in mutants.Take(left))
        {
            AddMutant(page, mutant, context);
        }

        if (mutants.Count > left)
        {
            page.Add($"<p class=\"note\">{mutants.Count - left} more are not shown here, to keep the page readable; the JSON report has them all.</p>\n");
        }

        left = Math.Max(0, left - mutants.Count);
    }

    private static void AddMutant(HtmlText page, MutantResult result, Context context)
    {
        var mutant = result.Mutant;
        var decision = context.Campaign.DecisionOn(mutant.Id);
        var unnoticed = decision is not null ? new HtmlText().Add($" <span class=\"pill quiet\">dismissed</span>")
            : result.UndetectedFailures.Any() ? new HtmlText().Add($" <span class=\"pill silent\">unnoticed</span>") : null;

        // The anchor lies inside, so that a browser opens the mutant when a link leads to it.
        page.Add($"<details><summary><code>{mutant.Id}</code> <span class=\"change\">{mutant.Change}</span> <span class=\"place\">{mutant.Place}</span>{unnoticed}</summary>\n")
            .Add($"<div class=\"mutant\" id=\"{mutant.Id}\">\n<p>{mutant.OperatorName} in <code>{mutant.Member}</code>, fault class {mutant.FaultClass}</p>\n");
        DiffText.Add(page, mutant.Diff);
        foreach (var error in result.Errors)
        {
            page.Add($"<p><b>{error.Workload}</b>: the harness failed — {error.Message}</p>\n");
        }

        foreach (var stored in result.Outcomes)
        {
            AddOutcome(page, stored, result);
        }

        page.Add($"<dl>\n");
        if (mutant.SameAs is { } same)
        {
            page.Add($"<dt>duplicate of</dt><dd><a href=\"#{same}\">{same}</a></dd>\n");
        }

        if (!mutant.Warnings.IsEmpty)
        {
            page.Add($"<dt>new warnings</dt><dd>{string.Join(", ", mutant.Warnings)}</dd>\n");
        }

        if (result.UnitTests is { } tests)
        {
            page.Add($"<dt>unit tests</dt><dd>{tests.Reason}</dd>\n");
        }

        if (decision is not null)
        {
            page.Add($"<dt>review</dt><dd>{decision.InWords} ({(decision.By is null ? "" : $"{decision.By}, ")}{decision.On:yyyy-MM-dd})</dd>\n");
        }

        if (mutant.Branch.Length > 0)
        {
            page.Add($"<dt>repeat</dt><dd><code>{Repeat.Run(mutant.Id)}</code></dd>\n<dt>review</dt><dd><code>{Repeat.Review(mutant.Branch)}</code></dd>\n")
                .Add($"<dt>commit</dt><dd><code>{mutant.Commit}</code></dd>\n");
        }

        page.Add($"<dt>source</dt><dd><a class=\"source\" href=\"#mutant/{SourceRoute.Of(mutant.Path, context.SharedFolders)}\">{mutant.Path}</a></dd>\n</dl>\n</div>\n</details>\n");
    }

    /// <summary>What is the same for every mutant of a page.</summary>
    private sealed record Context(CampaignSnapshot Campaign, int SharedFolders);

    private static void AddOutcome(HtmlText page, StoredOutcome stored, MutantResult result)
    {
        var outcome = stored.Outcome;
        page.Add($"<p>{HtmlReport.Pill(outcome.Mode)} under <b>{outcome.Workload}</b>: {outcome.Reason}</p>\n<dl>\n");
        if (outcome.Mode.IsFailure)
        {
            var detectors = outcome.Detectors.IsEmpty ? "" : $": {string.Join(", ", outcome.Detectors.Take(MaximumDetectors))}{(outcome.Detectors.Length > MaximumDetectors ? $" and {outcome.Detectors.Length - MaximumDetectors} more" : "")}";
            page.Add($"<dt>detection</dt><dd>{outcome.Detection.Words}{detectors}</dd>\n");
        }

        if (outcome.Flags.Length > 1)
        {
            page.Add($"<dt>also</dt><dd>{string.Join(", ", outcome.Flags.Skip(1).Select(flag => flag.Words))}</dd>\n");
        }

        if (result.Activations.FirstOrDefault(each => each.Workload == outcome.Workload) is { } activation)
        {
            page.Add($"<dt>activated</dt><dd>{activation.Hits} × in golden</dd>\n");
        }

        page.Add($"<dt>engine</dt><dd>{outcome.Engine}, run {stored.TimesRun} ×</dd>\n</dl>\n");
        if (!outcome.Differences.IsEmpty)
        {
            AddDifferences(page, outcome);
        }
    }

    private static void AddDifferences(HtmlText page, Outcome outcome)
    {
        page.Add($"<div class=\"scroll\"><table class=\"differences\"><thead><tr><th scope=\"col\">golden</th><th scope=\"col\">mutant</th></tr></thead>\n<tbody>\n");
        foreach (var difference in outcome.Differences.Take(MaximumDifferences))
        {
            page.Add($"<tr>{Side(difference.Golden)}{Side(difference.Mutant)}</tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
        if (outcome.Differences.Length > MaximumDifferences)
        {
            page.Add($"<p class=\"note\">… and {outcome.Differences.Length - MaximumDifferences} more observations differ.</p>\n");
        }
    }

    private static HtmlText Side(string? line) => line is null
        ? new HtmlText().Add($"<td class=\"none\">none</td>")
        : new HtmlText().Add($"<td><code>{line}</code></td>");
}

/// <summary>The source view's address of a file: it strips the folders that all files share.</summary>
internal static class SourceRoute
{
    /// <summary>How many folders all files of a campaign share.</summary>
    public static int SharedFolders(CampaignSnapshot campaign) => campaign.Mutants.IsEmpty
        ? 0
        : campaign.Mutants.Select(each => each.Mutant.Path).Distinct().Select(path => path.Split('/')[..^1])
            .Aggregate((left, right) => left[..left.AsSpan().CommonPrefixLength(right)]).Length;

    /// <summary>The route, encoded for an address.</summary>
    public static string Of(string path, int sharedFolders) => string.Join('/', path.Split('/')[sharedFolders..].Select(Uri.EscapeDataString));
}
