using System.Text;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>Undetected failures about which nobody has decided, as workflow commands of GitHub Actions, which draws them beside the changed lines of a pull request.</summary>
public static class GitHubAnnotations
{
    /// <summary>Annotations of one kind that GitHub shows for a step; it drops what is more without a word, so we say how many there are.</summary>
    public const int Maximum = 10;

    /// <summary>The whole text, a command on each line.</summary>
    public static string Render(CampaignSnapshot campaign)
    {
        var unnoticed = Unnoticed.Undecided(campaign).ToList();
        var text = new StringBuilder();
        foreach (var result in unnoticed.Take(Maximum))
        {
            var (mutant, headline) = (result.Mutant, result.Headline!);
            text.Append($"::warning file={Property(mutant.Path)},line={mutant.Edit.StartLine},endLine={mutant.Edit.LastLine},title={Property($"{headline.Mode.Words} that nobody noticed")}")
                .Append($"::{Data($"{mutant.Change}: {headline.Reason}\n{mutant.Id}, {Repeat.Run(mutant.Id)}")}\n");
        }

        if (unnoticed.Count > Maximum)
        {
            text.Append($"::notice title=Mutators::{unnoticed.Count - Maximum} more failures that nobody noticed are in the job's summary.\n");
        }

        foreach (var counts in CampaignFigures.BothCounts(campaign))
        {
            text.Append($"::notice title=Mutators::{Data(counts)}\n");
        }

        return text.ToString();
    }

    /// <summary>Escaped as the runner's own toolkit does it.</summary>
    private static string Data(string text) => text
        .Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
