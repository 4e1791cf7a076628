using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Mutators.Campaign.Store;

namespace Mutators.Campaign.Faultloads;

/// <summary>A mutant of the faultload, with what the compiler says to it.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Golden">The golden text of its file.</param>
/// <param name="Component">The project that its file belongs to.</param>
/// <param name="Stratum">The stratum that it was drawn from.</param>
/// <param name="Error">The compiler's first error; null where it compiles.</param>
/// <param name="Warnings">The ids of the compiler's warnings that golden lacks, each once.</param>
internal sealed record DrawnMutant(Mutant Mutant, SourceText Golden, string Component, string Stratum, string? Error, ImmutableArray<string> Warnings)
{
    /// <summary>Asks the compiler about each mutant of a faultload; of a shard, about its own and those that could be their duplicates.</summary>
    public static ImmutableArray<DrawnMutant> Of(Faultload faultload, GoldenWorkspace workspace, CancellationToken cancel, FaultloadShard? shard = null)
    {
        var sources = Sources(workspace);
        var asked = shard is null ? faultload.Mutants : shard.WithNeighbours(faultload, path => sources[path], cancel);
        var said = asked.GroupBy(mutant => sources[mutant.Path].Compilation)
            .SelectMany(group => group.Zip(MutantDiagnoses.Of(group.Key, [.. group.Select(mutant => (sources[mutant.Path].Tree, mutant))], cancel)))
            .ToDictionary(each => each.First.Id, each => each.Second);
        return
        [
            .. asked.Select(mutant => new DrawnMutant(
                mutant,
                sources[mutant.Path].Tree.GetText(cancel),
                workspace.ComponentOf(mutant),
                faultload.StratumOf(mutant),
                said[mutant.Id].Errors is [var error, ..] ? $"{error.Id}: {error.GetMessage()}" : null,
                [.. said[mutant.Id].Warnings.Select(each => each.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])),
        ];
    }

    /// <summary>
    /// Which of the mutants that compile are trivially equivalent to golden, or to an earlier one of their kind. Only mutants of one group
    /// are compared: what counts a fault of the field must not depend on which classic mutants were drawn beside it.
    /// </summary>
    public static TrivialEquivalence Equivalences(ImmutableArray<DrawnMutant> drawn, GoldenWorkspace workspace, CancellationToken cancel)
    {
        var sources = Sources(workspace);
        var found = drawn
            .Where(each => each.Error is null)
            .GroupBy(each => (sources[each.Mutant.Path].Compilation, Group: FaultGroups.Of(each.Mutant.Operator.Definition.Origin)))
            .Select(group => TrivialEquivalence.Find(group.Key.Compilation, group.Select(each => (sources[each.Mutant.Path].Tree, each.Mutant)), cancel))
            .ToList();
        return new TrivialEquivalence(
            [.. found.SelectMany(each => each.Equivalent)], [.. found.SelectMany(each => each.Duplicates)], [.. found.SelectMany(each => each.Rejected)],
            found.SelectMany(each => each.Errors).ToImmutableDictionary());
    }

    private static Dictionary<string, (Compilation Compilation, SyntaxTree Tree)> Sources(GoldenWorkspace workspace) => workspace.Targets
        .SelectMany(target => target.Sources.Select(source => (source.Path, target.Compilation, source.Tree)))
        .DistinctBy(each => each.Path)
        .ToDictionary(each => each.Path, each => ((Compilation)each.Compilation, each.Tree), StringComparer.Ordinal);
}
