using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mutators.Campaign.Branches;

/// <summary>The immutable facts about a mutant that its commit carries as git trailers.</summary>
/// <param name="MutantId">The mutant's id.</param>
/// <param name="FaultOperator">The operator's id.</param>
/// <param name="FaultClass">The ODC class of the fault.</param>
/// <param name="InjectionSite">Where the site lies in golden: path:line:column, counted from 1.</param>
/// <param name="GoldenCommit">The commit that the fault was injected into.</param>
/// <param name="FaultloadSeed">The seed of the faultload.</param>
public sealed record MutantTrailers(
    MutantId MutantId, string FaultOperator, FaultClass FaultClass, string InjectionSite, string GoldenCommit, ulong FaultloadSeed)
{
    /// <summary>The trailers of a mutant.</summary>
    public static MutantTrailers Of(Mutant mutant, GoldenTree golden, ulong seed)
    {
        var start = mutant.Lines.StartLinePosition;
        return new MutantTrailers(
            mutant.Id,
            mutant.Operator.Definition.Id,
            mutant.Operator.Definition.FaultClass,
            string.Create(CultureInfo.InvariantCulture, $"{mutant.Path}:{start.Line + 1}:{start.Character + 1}"),
            golden.CommitSha,
            seed);
    }

    /// <summary>The last paragraph of a commit message.</summary>
    public override string ToString() => string.Join('\n',
        $"Mutant-Id: {MutantId}",
        $"Fault-Operator: {FaultOperator}",
        $"Fault-Class: {FaultClass}",
        $"Injection-Site: {InjectionSite}",
        $"Golden-Commit: {GoldenCommit}",
        $"Faultload-Seed: {FaultloadSeed.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Reads the trailers of a commit message; false if one of them is absent or unreadable: then the commit is not a mutant's.</summary>
    public static bool TryParse(string message, [NotNullWhen(true)] out MutantTrailers? trailers)
    {
        trailers = null;
        var lines = message.TrimEnd().Split('\n');
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = lines.Length - 1; i > 0 && lines[i].Trim().Length > 0; i--)
        {
            var colon = lines[i].IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0)
            {
                values.TryAdd(lines[i][..colon], lines[i][(colon + 2)..].Trim());
            }
        }

        var hasAll = values.TryGetValue("Mutant-Id", out var idText)
            & values.TryGetValue("Fault-Operator", out var faultOperator)
            & values.TryGetValue("Fault-Class", out var classText)
            & values.TryGetValue("Injection-Site", out var site)
            & values.TryGetValue("Golden-Commit", out var golden)
            & values.TryGetValue("Faultload-Seed", out var seedText);
        if (hasAll
            && MutantId.TryParse(idText!, out var id)
            && Enum.TryParse<FaultClass>(classText, out var faultClass)
            && ulong.TryParse(seedText, NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
        {
            trailers = new MutantTrailers(id, faultOperator!, faultClass, site!, golden!, seed);
        }

        return trailers is not null;
    }
}
