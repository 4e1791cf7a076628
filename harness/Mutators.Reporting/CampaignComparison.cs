using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>A mutant in two campaigns; a side is null where it does not exist there.</summary>
/// <param name="Id">The mutant, whose name survives edits elsewhere.</param>
/// <param name="Before">In the earlier campaign.</param>
/// <param name="Now">In the later one.</param>
public sealed record ComparedMutant(MutantId Id, MutantResult? Before, MutantResult? Now)
{
    /// <summary>One line: what it was, what it is, where.</summary>
    public string InWords => $"{Words(Before)} -> {Words(Now)}  {Id}  {(Now ?? Before)!.Mutant.Place} {(Now ?? Before)!.Mutant.Change}";

    private static string Words(MutantResult? result) => result switch
    {
        null => "(not there)",
        { Headline: { Mode.IsFailure: true } headline } => $"{headline.Mode.Words}, {(headline.Detection.IsDetected ? "noticed" : "unnoticed")}",
        { Headline: { } headline } => headline.Mode.Words,
        { Errors.IsEmpty: false } => "harness error",
        _ => "not run yet",
    };
}

/// <summary>What became different between two campaigns, mutant by mutant. Campaigns of different samples share few mutants; what only one has says nothing about a change.</summary>
/// <param name="Before">The earlier campaign.</param>
/// <param name="Now">The later campaign.</param>
/// <param name="Worse">Failures that nobody notices now; before, the mutant did something else.</param>
/// <param name="Better">Failures that nobody noticed before; now the mutant does something else.</param>
/// <param name="Other">Other outcomes that differ.</param>
/// <param name="Added">Mutants that only the later campaign has.</param>
/// <param name="Vanished">Mutants that only the earlier campaign has.</param>
/// <param name="Same">How many mutants both have with the same outcome.</param>
public sealed record CampaignComparison(
    CampaignSnapshot Before,
    CampaignSnapshot Now,
    ImmutableArray<ComparedMutant> Worse,
    ImmutableArray<ComparedMutant> Better,
    ImmutableArray<ComparedMutant> Other,
    ImmutableArray<ComparedMutant> Added,
    ImmutableArray<ComparedMutant> Vanished,
    int Same)
{
    /// <summary>The failures that nobody notices now and that the earlier campaign does not have: what a change must not bring.</summary>
    public ImmutableArray<ComparedMutant> NewlyUnnoticed => [.. Worse, .. Added.Where(each => Unnoticed.IsSo(each.Now!))];

    /// <summary>Compares two campaigns.</summary>
    public static CampaignComparison Of(CampaignSnapshot before, CampaignSnapshot now)
    {
        var earlier = before.Mutants.ToDictionary(each => each.Mutant.Id);
        var later = now.Mutants.Select(each => each.Mutant.Id).ToHashSet();
        var both = now.Mutants.Where(each => earlier.ContainsKey(each.Mutant.Id)).Select(each => new ComparedMutant(each.Mutant.Id, earlier[each.Mutant.Id], each)).ToList();
        var changed = both.Where(each => Outcome(each.Before!) != Outcome(each.Now!)).ToList();
        return new CampaignComparison(
            before,
            now,
            [.. changed.Where(each => Unnoticed.IsSo(each.Now!) && !Unnoticed.IsSo(each.Before!))],
            [.. changed.Where(each => !Unnoticed.IsSo(each.Now!) && Unnoticed.IsSo(each.Before!))],
            [.. changed.Where(each => Unnoticed.IsSo(each.Now!) == Unnoticed.IsSo(each.Before!))],
            [.. now.Mutants.Where(each => !earlier.ContainsKey(each.Mutant.Id)).Select(each => new ComparedMutant(each.Mutant.Id, null, each))],
            [.. before.Mutants.Where(each => !later.Contains(each.Mutant.Id)).Select(each => new ComparedMutant(each.Mutant.Id, each, null))],
            both.Count - changed.Count);
    }

    /// <summary>The comparison for people.</summary>
    public string Render()
    {
        var text = new StringWriter { NewLine = "\n" };
        text.WriteLine($"before  {Head(Before)}");
        text.WriteLine($"now     {Head(Now)}");
        text.WriteLine($"{Same} mutants with the same outcome, {Worse.Length} worse, {Better.Length} better, {Other.Length} otherwise different, {Added.Length} only now, {Vanished.Length} only before");
        Section("Failures that nobody notices now", Worse);
        Section("Failures that nobody noticed before", Better);
        Section("Other differences", Other);
        Section("Failures that nobody notices, of mutants that only the later campaign has", [.. Added.Where(each => Unnoticed.IsSo(each.Now!))]);
        return text.ToString();

        void Section(string title, ImmutableArray<ComparedMutant> mutants)
        {
            if (!mutants.IsEmpty)
            {
                text.WriteLine($"\n{title} ({mutants.Length})");
            }

            foreach (var each in mutants)
            {
                text.WriteLine(each.InWords);
            }
        }
    }

    private static string Head(CampaignSnapshot campaign)
    {
        var score = Unnoticed.Score(campaign);
        var commit = campaign.Identity.GoldenCommit;
        return $"{commit[..Math.Min(10, commit.Length)]}  {score.K} of {score.N} failures noticed{(score.N == 0 ? "" : $" ({Figures.Interval(score)})")}";
    }

    private static (FailureMode?, bool?) Outcome(MutantResult result) => (result.Headline?.Mode, result.Headline?.Detection.IsDetected);
}
