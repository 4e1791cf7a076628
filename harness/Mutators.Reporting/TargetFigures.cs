using System.Collections.Immutable;
using System.Text.Json;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Reporting;

/// <summary>What a fault cost, as the users of the node feel it.</summary>
public enum Consequence
{
    /// <summary>The host, and all guests with it.</summary>
    HostLost,

    /// <summary>The host lived; a guest failed, or data of a guest were damaged.</summary>
    ServiceLost,

    /// <summary>It failed in another way: hang, crash, operation error, inconsistent state.</summary>
    ManagementLost,

    /// <summary>Nothing that fails.</summary>
    Nothing,
}

/// <summary>
/// What became of the mutants of one target, as its users feel it. The three consequences exclude each other; of several workloads the worst counts.
/// </summary>
/// <param name="Target">The target's name: the last part of its path.</param>
/// <param name="Injected">All its mutants in the faultload.</param>
/// <param name="Activated">Those whose fault was activated.</param>
/// <param name="HostLost">Those after which the host was lost.</param>
/// <param name="ServiceLost">Those after which the host lived and a guest failed, or data of a guest were damaged.</param>
/// <param name="ManagementLost">Those that failed in another way: hang, crash, operation error, inconsistent state.</param>
public sealed record TargetFigures(string Target, int Injected, int Activated, int HostLost, int ServiceLost, int ManagementLost)
{
    /// <summary>The targets of a campaign, by name.</summary>
    public static ImmutableArray<TargetFigures> Of(CampaignSnapshot campaign)
    {
        var targetOf = TargetOf(campaign);
        return
        [
            .. campaign.Mutants.GroupBy(each => targetOf(each.Mutant.Path), StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => Of(group.Key, [.. group])),
        ];
    }

    private static TargetFigures Of(string target, ImmutableArray<MutantResult> mutants)
    {
        var consequences = mutants.Select(Consequence).OfType<Consequence>().ToArray();
        return new TargetFigures(
            target,
            mutants.Length,
            consequences.Length,
            consequences.Count(each => each is Reporting.Consequence.HostLost),
            consequences.Count(each => each is Reporting.Consequence.ServiceLost),
            consequences.Count(each => each is Reporting.Consequence.ManagementLost));
    }

    /// <summary>What one mutant cost, the worst under any workload; null if its fault was not activated.</summary>
    public static Consequence? Consequence(MutantResult mutant)
    {
        if (mutant.Headline?.Mode.IsActivated is not true)
        {
            return null;
        }

        // By flag: a guest whose data are damaged has lost its service, whatever the headline says of the operation beside it.
        var flags = mutant.Outcomes.SelectMany(stored => stored.Outcome.Flags).ToHashSet();
        return flags.Contains(FailureMode.HostCrash) ? Reporting.Consequence.HostLost
            : flags.Contains(FailureMode.GuestFailure) || flags.Contains(FailureMode.SilentDataFailure) ? Reporting.Consequence.ServiceLost
            : flags.Any(flag => flag.IsFailure) ? Reporting.Consequence.ManagementLost
            : Reporting.Consequence.Nothing;
    }

    /// <summary>The targets of two campaigns on the same faults, or of two workloads of one, fault by fault, for the faults that both activate.</summary>
    /// <param name="first">The one.</param>
    /// <param name="second">The other.</param>
    public static ImmutableArray<(string Target, Consequence First, Consequence Second)> Pairs(CampaignSnapshot first, CampaignSnapshot second)
    {
        var targetOf = TargetOf(first);
        var others = second.Mutants.ToDictionary(each => each.Mutant.Id, Consequence);
        return
        [
            .. from mutant in first.Mutants
               let before = Consequence(mutant)
               let after = others.GetValueOrDefault(mutant.Mutant.Id)
               where before is not null && after is not null
               select (targetOf(mutant.Mutant.Path), before.Value, after.Value),
        ];
    }

    /// <summary>The target that a path belongs to: as the campaign was configured, or else by the folder in which paths begin to differ.</summary>
    private static Func<string, string> TargetOf(CampaignSnapshot campaign)
    {
        var folders = Configured(campaign.Identity.Configuration);
        if (folders.IsEmpty)
        {
            var paths = campaign.Mutants.Select(each => each.Mutant.Path.Split('/')[..^1]).ToArray();
            var common = paths.Length == 0 ? 0 : paths[0].TakeWhile((part, i) => paths.All(path => path.Length > i && path[i] == part)).Count();
            return path => path.Split('/') is var parts && parts.Length - 1 > common ? parts[common] : parts.Length > 1 ? parts[^2] : path;
        }

        var names = folders.ToDictionary(folder => folder, folder => Last(folder), StringComparer.Ordinal);
        return path => folders.Where(folder => folder.Length == 0 || path.StartsWith(folder + "/", StringComparison.Ordinal)).MaxBy(folder => folder.Length) is not { } found ? "other"
            : folders.Count(folder => names[folder] == names[found]) > 1 ? found
            : names[found];

        static string Last(string folder) => folder[(folder.LastIndexOf('/') + 1)..];
    }

    private static ImmutableArray<string> Configured(string configuration)
    {
        using var json = JsonDocument.Parse(configuration);
        return !json.RootElement.TryGetProperty(nameof(CampaignConfiguration.Targets), out var targets) ? [] :
        [
            .. targets.EnumerateArray()
                .Select(target => target.GetString() ?? "")
                .Select(target => target.EndsWith("proj", StringComparison.Ordinal) ? target[..Math.Max(0, target.LastIndexOf('/'))] : target.TrimEnd('/'))
                .Distinct(StringComparer.Ordinal),
        ];
    }
}
