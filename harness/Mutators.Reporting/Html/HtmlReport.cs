using System.Reflection;
using System.Text.RegularExpressions;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Reporting.Propagation;

namespace Mutators.Reporting.Html;

/// <summary>
/// A campaign as one file that needs no network: first what can be read without JavaScript (the figures, and every mutant with its
/// diff and what was observed), then the source view of mutation-testing-elements.
/// </summary>
public static partial class HtmlReport
{
    // A policy for a file that is opened from a disk or an archive: nothing is loaded, nothing is sent.
    private const string ContentPolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:";

    /// <summary>The whole text.</summary>
    public static string Render(CampaignSnapshot campaign)
    {
        var page = new HtmlText();
        page.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Add($"<meta name=\"color-scheme\" content=\"light dark\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{ContentPolicy}\">\n")
            .Add($"<title>Fault injection · {campaign.Identity.GoldenCommit[..Math.Min(10, campaign.Identity.GoldenCommit.Length)]}</title>\n<style>\n")
            .AddTrusted(StyleSheet)
            .Add($"</style>\n</head>\n<body>\n<main>\n");
        page.Add($"<header>\n<p class=\"kicker\">Mutators · software fault injection</p>\n</header>\n");
        foreach (var figures in CampaignFigures.ByGroup(campaign))
        {
            AddHeader(page, figures);
            AddModesByClass(page, figures);
            AddTriples(page, figures);
            AddCompiler(page, figures);
            if (!figures.IsOfTests)
            {
                AddDetections(page, figures);
            }
        }

        AddPropagation(page, campaign);
        MutantDetails.Add(page, campaign);
        AddFacts(page, campaign);
        page.Add($"</main>\n<section id=\"sources\">\n<h2>Sources</h2>\n")
            .Add($"<p class=\"note\">Here <i>killed</i> means a failure that was noticed, <i>survived</i> one that was not, <i>ignored</i> no impact, and the score the share of failures that were noticed.</p>\n")
            .Add($"<noscript><p class=\"note\">The source view needs JavaScript. Everything above does not.</p></noscript>\n")
            .Add($"<div class=\"frame\"><div class=\"pane\"><mutation-test-report-app title-postfix=\"fault injection\"></mutation-test-report-app></div></div>\n</section>\n");

        // Our own script comes first: it takes the fragment of the address before the source view reads it as a route.
        page.Add($"<script>\n").AddTrusted(Resource("report.js")).Add($"</script>\n")
            .Add($"<script>\n").AddTrusted(Resource("mutation-test-elements.js")).Add($"\n</script>\n")
            .Add($"<script>document.querySelector('mutation-test-report-app').report = ")
            .AddTrusted(MutationTestingJson.RenderForScript(campaign))
            .Add($";</script>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void AddHeader(HtmlText page, CampaignFigures figures)
    {
        page.Add($"<header>\n");
        if (figures.Heading is { } heading)
        {
            page.Add($"<p class=\"kicker\">{heading}</p>\n");
        }

        page.Add($"<h1>{Unbroken(figures.Sentence)}</h1>\n<p>{figures.Beside} {Unbroken(figures.SilentDataFailures)}</p>\n");
        foreach (var sentence in figures.Further)
        {
            page.Add($"<p>{Unbroken(sentence)}</p>\n");
        }

        page.Add($"</header>\n");
    }

    /// <summary>A sentence whose intervals and percentages stay on one line each.</summary>
    private static HtmlText Unbroken(string sentence)
    {
        var html = new HtmlText();
        var end = 0;
        foreach (var figure in FigureInText().EnumerateMatches(sentence))
        {
            html.Add($"{sentence[end..figure.Index]}<span class=\"unbroken\">{sentence.Substring(figure.Index, figure.Length)}</span>");
            end = figure.Index + figure.Length;
        }

        return html.Add($"{sentence[end..]}");
    }

    [GeneratedRegex("[0-9.]+(–[0-9.]+)? %")]
    private static partial Regex FigureInText();

    private static void AddModesByClass(HtmlText page, CampaignFigures figures)
    {
        page.Add($"<section>\n<h2>Failure modes by fault class</h2>\n<div class=\"scroll\"><table class=\"figures\">\n<thead><tr><th scope=\"col\">failure mode</th>");
        foreach (var faultClass in figures.Classes)
        {
            page.Add($"<th scope=\"col\">{faultClass}</th>");
        }

        page.Add($"<th scope=\"col\">k/n</th><th scope=\"col\">share</th><th scope=\"col\">95 % interval</th></tr></thead>\n<tbody>\n");
        foreach (var mode in figures.ImpactModes)
        {
            var all = figures.Of(mode);
            page.Add($"<tr><th scope=\"row\">{Pill(mode)}</th>");
            foreach (var faultClass in figures.Classes)
            {
                page.Add($"<td>{Linked(figures.Of(mode, faultClass), MutantDetails.Anchor(mode, faultClass))}</td>");
            }

            page.Add($"<td>{Linked(all, MutantDetails.Anchor(mode))}</td><td>{Figures.Percent(all)}</td><td>{Figures.Range(all)}</td></tr>\n");
        }

        page.Add($"</tbody>\n</table></div>\n<p class=\"note\">{Figures.Convention}. A count leads to its mutants.</p>\n</section>\n");
    }

    private static HtmlText Linked(Proportion share, string anchor) => share.K == 0
        ? new HtmlText().Add($"<span class=\"none\">{share}</span>")
        : new HtmlText().Add($"<a href=\"#{anchor}\">{share}</a>");

    private static void AddTriples(HtmlText page, CampaignFigures figures)
    {
        page.Add($"<section>\n<h2>Injected, activated, failed</h2>\n<div class=\"scroll\"><table class=\"figures\">\n<thead><tr>")
            .Add($"<th scope=\"col\">operator</th><th scope=\"col\">injected</th><th scope=\"col\">activated</th><th scope=\"col\">failed</th>")
            .Add($"<th scope=\"col\">share</th><th scope=\"col\">95 % interval</th><th scope=\"col\">undetected</th></tr></thead>\n<tbody>\n");
        foreach (var each in figures.Operators)
        {
            page.Add($"<tr><th scope=\"row\"><b>{each.Operator}</b> {each.Name}</th><td>{each.Injected}</td><td>{each.Activated}</td><td>{each.Failed}</td>")
                .Add($"<td>{Figures.Percent(each.Failed)}</td><td>{Figures.Range(each.Failed)}</td><td>{each.Undetected}</td></tr>\n");
        }

        page.Add($"</tbody>\n<tfoot><tr><th scope=\"row\">all</th><td>{figures.Campaign.Mutants.Length}</td><td>{figures.Activated}</td><td>{figures.Failed}</td>")
            .Add($"<td>{Figures.Percent(figures.Failed)}</td><td>{Figures.Range(figures.Failed)}</td><td>{figures.Operators.Sum(each => each.Undetected)}</td></tr></tfoot>\n</table></div>\n</section>\n");
    }

    private static void AddCompiler(HtmlText page, CampaignFigures figures)
    {
        if (figures.Compiler.IsEmpty)
        {
            return;
        }

        page.Add($"<section>\n<h2>Taken out by the compiler, or warned of</h2>\n<div class=\"scroll\"><table class=\"figures\">\n<thead><tr>")
            .Add($"<th scope=\"col\">operator</th><th scope=\"col\">drawn</th><th scope=\"col\">rejected</th><th scope=\"col\">equivalent</th>")
            .Add($"<th scope=\"col\">duplicate</th><th scope=\"col\">new warning</th></tr></thead>\n<tbody>\n");
        foreach (var each in figures.Compiler)
        {
            page.Add($"<tr><th scope=\"row\">{each.Operator}</th><td>{each.Drawn}</td><td>{each.Rejected}</td><td>{each.Equivalent}</td><td>{each.Duplicate}</td><td>{each.Warned}</td></tr>\n");
        }

        page.Add($"</tbody>\n</table></div>\n</section>\n");
    }

    private static void AddDetections(HtmlText page, CampaignFigures figures)
    {
        page.Add($"<section>\n<h2>Who noticed the failures</h2>\n<div class=\"scroll\"><table class=\"figures\">\n<thead><tr>")
            .Add($"<th scope=\"col\">failures</th><th scope=\"col\">k/n</th><th scope=\"col\">share</th><th scope=\"col\">95 % interval</th></tr></thead>\n<tbody>\n");
        foreach (var detection in CampaignFigures.DetectionsOfFailures)
        {
            var share = figures.Of(detection);
            page.Add($"<tr><th scope=\"row\">{detection.Words}</th><td>{share}</td><td>{Figures.Percent(share)}</td><td>{Figures.Range(share)}</td></tr>\n");
        }

        page.Add($"</tbody>\n</table></div>\n</section>\n");
    }

    private static void AddPropagation(HtmlText page, CampaignSnapshot campaign)
    {
        if (PropagationFigures.Of(campaign) is not { } figures)
        {
            return;
        }

        foreach (var (index, table) in PropagationTables.Of(figures).Where(table => !table.Rows.IsEmpty).Index())
        {
            page.Add($"<section>\n<h2>{table.Title}</h2>\n");
            if (index == 0)
            {
                page.Add($"<p>{Unbroken(figures.Sentence)}</p>\n");
            }

            page.Add($"<div class=\"scroll\"><table class=\"figures\">\n<thead><tr>");
            foreach (var heading in table.Headings)
            {
                page.Add($"<th scope=\"col\">{heading}</th>");
            }

            page.Add($"</tr></thead>\n<tbody>\n");
            foreach (var row in table.Rows)
            {
                page.Add($"<tr><th scope=\"row\">{row[0]}</th>");
                foreach (var cell in row.Skip(1))
                {
                    page.Add($"<td>{cell}</td>");
                }

                page.Add($"</tr>\n");
            }

            page.Add($"</tbody>\n</table></div>\n</section>\n");
        }
    }

    private static void AddFacts(HtmlText page, CampaignSnapshot campaign)
    {
        var identity = campaign.Identity;
        page.Add($"<section>\n<h2>The campaign</h2>\n<dl>\n<dt>golden commit</dt><dd><code>{identity.GoldenCommit}</code></dd>\n")
            .Add($"<dt>golden tree</dt><dd><code>{identity.GoldenTree}</code></dd>\n<dt>faultload</dt><dd>{identity.Faultload.Rule}, seed {identity.Faultload.Seed}</dd>\n")
            .Add($"<dt>engine</dt><dd>{identity.Engine}</dd>\n");
        foreach (var golden in campaign.Golden)
        {
            page.Add($"<dt>workload</dt><dd>{golden.Workload.Name}: <code>{golden.Workload.Project} {string.Join(' ', golden.Workload.Arguments)}</code></dd>\n");
        }

        page.Add($"</dl>\n<div class=\"scroll\"><table class=\"figures\">\n<thead><tr><th scope=\"col\">stratum</th><th scope=\"col\">sites</th><th scope=\"col\">wanted</th><th scope=\"col\">drawn</th>")
            .Add($"<th scope=\"col\">rejected</th><th scope=\"col\">equivalent</th><th scope=\"col\">duplicate</th><th scope=\"col\">run</th><th scope=\"col\">stands for</th></tr></thead>\n<tbody>\n");
        foreach (var (stratum, rejected, equivalent, duplicate, run) in CampaignFigures.Strata(campaign))
        {
            page.Add($"<tr><th scope=\"row\">{stratum.Name}</th><td>{stratum.Available}</td><td>{stratum.Wanted?.ToString() ?? "–"}</td><td>{stratum.Drawn}</td>")
                .Add($"<td>{rejected}</td><td>{equivalent}</td><td>{duplicate}</td><td>{run}</td><td>{Figures.Weight(stratum)}</td></tr>\n");
        }

        page.Add($"</tbody>\n</table></div>\n<details><summary>Configuration</summary><pre>{identity.Configuration}</pre></details>\n</section>\n");
    }

    /// <summary>The look of all pages.</summary>
    internal static string StyleSheet => Resource("report.css");

    internal static HtmlText Pill(FailureMode mode) => new HtmlText().Add($"<span class=\"pill {Severity(mode)}\">{mode.Words}</span>");

    private static string Severity(FailureMode mode) => mode switch
    {
        FailureMode.HostCrash => "catastrophic",
        FailureMode.InconsistentState or FailureMode.SilentDataFailure => "silent",
        _ when mode.IsFailure => "failure",
        FailureMode.Degraded => "degraded",
        _ => "quiet",
    };

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
