using Mutators.Campaign.Store;
using Mutators.Reporting.Html;

namespace Mutators.Reporting;

/// <summary>A form in which a campaign is reported: a pure function of its store.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="FileName">The file that it is written to unless another is named; null where it is meant for standard output.</param>
/// <param name="Description">For whom it is.</param>
/// <param name="Render">The whole text.</param>
public sealed record ReportFormat(string Name, string? FileName, string Description, Func<CampaignSnapshot, string> Render)
{
    /// <summary>The page for people.</summary>
    public static ReportFormat Html { get; } = new("html", "report.html", "one offline page", HtmlReport.Render);

    /// <summary>For a pull request or a job's summary.</summary>
    public static ReportFormat Markdown { get; } = new("markdown", "report.md", "for a pull request or a job's summary", MarkdownSummary.Render);

    /// <summary>The annotations of a job.</summary>
    public static ReportFormat GitHub { get; } = new("github", null, "annotations of a GitHub job", GitHubAnnotations.Render);

    /// <summary>Every format but text, whose width is the terminal's.</summary>
    public static IReadOnlyList<ReportFormat> All { get; } =
    [
        Html,
        Markdown,
        new("json", "campaign.json", "the campaign, for programs", CampaignJson.Render),
        new("elements", "mutation-report.json", "JSON of the mutation testing report schema", MutationTestingJson.Render),
        new("sarif", "mutators.sarif", "SARIF 2.1.0, for code scanning", SarifReport.Render),
        new("junit", "junit.xml", "JUnit's XML, a case for each mutant", JUnitReport.Render),
        new("csv", "outcomes.csv", "a row for each mutant and workload", OutcomesCsv.Render),
        new("gitlab", "gl-code-quality-report.json", "GitLab's code quality report", GitLabCodeQuality.Render),
        GitHub,
    ];
}
