using System.Text.Json;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>Undetected failures about which nobody has decided, as GitLab's code quality report, which merge requests compare by fingerprint: a mutant's id survives edits elsewhere.</summary>
public static class GitLabCodeQuality
{
    /// <summary>The whole text.</summary>
    public static string Render(CampaignSnapshot campaign) => JsonSerializer.Serialize(
        Unnoticed.Undecided(campaign).Select(each => new
        {
            Description = $"{each.Mutant.Change}: {each.Headline!.Mode.Words} that nobody noticed. {each.Headline.Reason}{(each.UnitTests is { } tests ? $" Unit tests: {tests.Reason}." : "")}",
            check_name = $"mutators/{each.Mutant.Operator}",
            Fingerprint = each.Mutant.Id.ToString(),
            Severity = Severity(each.Headline.Mode),
            Location = new { each.Mutant.Path, Lines = new { Begin = each.Mutant.Edit.StartLine, End = each.Mutant.Edit.LastLine } },
        }),
        CampaignJson.Options);

    /// <summary>GitLab's words are info, minor, major, critical and blocker.</summary>
    private static string Severity(FailureMode mode) => mode switch
    {
        FailureMode.HostCrash => "blocker",
        FailureMode.SilentDataFailure or FailureMode.InconsistentState => "critical",
        _ when mode.IsFailure => "major",
        _ => "minor",
    };
}
