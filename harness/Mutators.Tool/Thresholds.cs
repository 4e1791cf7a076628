using System.CommandLine;
using System.Globalization;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Store;
using Mutators.Reporting;

namespace Mutators.Tool;

/// <summary>What a campaign must reach for the exit code to be 0: a share of noticed failures, or no new unnoticed ones against an earlier campaign.</summary>
internal sealed class Thresholds
{
    private readonly Option<string?> failUnder = new("--fail-under")
    {
        Description = "Exit code 2 if a smaller share of the failures is noticed, in any group of faults, for example 80%; also if no fault was activated, since then nothing was tested.",
        HelpName = "SHARE",
    };

    private readonly Option<FileInfo?> against = new("--against")
    {
        Description = "Compare with an earlier campaign's store. Exit code 2 if a failure goes unnoticed that does not go unnoticed there.",
        HelpName = "STORE",
    };

    /// <summary>Adds the options to a verb.</summary>
    internal void AddTo(Command command)
    {
        command.Add(failUnder);
        command.Add(against);
    }

    /// <summary>Reads what was asked for before a campaign of hours finds it wrong.</summary>
    /// <exception cref="UsageException">The share is none, or the store is none.</exception>
    internal Func<CampaignSnapshot, ExitCode> Of(ParseResult line)
    {
        double? least = line.GetValue(failUnder) is { } text ? Choices.Threshold("threshold", text) : null;
        var before = line.GetValue(against) is { } file ? StorePaths.Read(file.FullName) : null;
        return campaign => Check(campaign, least, before);
    }

    private static ExitCode Check(CampaignSnapshot campaign, double? least, CampaignSnapshot? before)
    {
        var code = ExitCode.Done;
        if (before is not null)
        {
            var comparison = CampaignComparison.Of(before, campaign);
            Console.Error.Write("\n" + comparison.Render());
            if (!comparison.NewlyUnnoticed.IsEmpty)
            {
                Console.Error.WriteLine($"violated: {comparison.NewlyUnnoticed.Length} failures go unnoticed that do not in the earlier campaign.");
                code = ExitCode.ThresholdViolated;
            }
        }

        foreach (var figures in least is null ? [] : CampaignFigures.ByGroup(campaign))
        {
            // Nothing changed since a commit: nothing to say, and no reason to fail.
            var isEmpty = figures.Campaign.Mutants.IsEmpty;
            var score = Unnoticed.Score(figures.Campaign);
            if ((figures.Activated == 0 && !isEmpty) || (score.N > 0 && score.Share < least))
            {
                Console.Error.WriteLine(figures.Activated == 0
                    ? "violated: no fault was activated, so nothing was tested."
                    : string.Create(CultureInfo.InvariantCulture, $"violated: {score} failures were noticed{(figures.Heading is { } group ? $" ({group})" : "")}, {score.Share * 100:0.0} %, and {least * 100:0.##} % are asked for."));
                code = ExitCode.ThresholdViolated;
            }
        }

        return code;
    }
}
