using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Mutators.Campaign.Projects;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>One mutant of a batch: what to exchange, or why that is not possible.</summary>
internal sealed class BatchMutant
{
    /// <summary>The bodies to exchange, each in its target.</summary>
    public ImmutableArray<(TargetProject Target, BodyExchange Exchange)> Exchanges { get; set; } = [];

    /// <summary>Why there is no delta of it; null if there is.</summary>
    public string? NoDelta { get; set; }

    /// <summary>Why not even a whole emission of its target would do; null if it would.</summary>
    public string? NoEmission { get; set; }

    /// <summary>Whether code of golden's may be executed after the exchange, by what was made before: <see cref="BodyChange.OutlivesItsMember"/>.</summary>
    public bool MayMissObjects { get; set; }

    /// <summary>The branch's trees; null if they could not be read.</summary>
    public BranchTrees? Trees { get; set; }
}

/// <summary>Mutants that share one compilation of each target, and the programs made of it.</summary>
internal sealed class Batch : IDisposable
{
    private Batch(ImmutableDictionary<string, BatchMutant> mutants, ImmutableArray<(VariantBuild, VariantBodies)> builds)
    {
        Mutants = mutants;
        Builds = builds;
    }

    /// <summary>The mutants by their commits.</summary>
    public ImmutableDictionary<string, BatchMutant> Mutants { get; }

    /// <summary>The compiled targets, and the bodies in them.</summary>
    public ImmutableArray<(VariantBuild Build, VariantBodies Bodies)> Builds { get; }

    /// <summary>Reads the branches and compiles all targets, each once.</summary>
    public static Batch Prepare(BranchSources sources, IReadOnlyList<TargetProject> targets, IEnumerable<string> commits, CancellationToken cancel)
    {
        var mutants = new Dictionary<string, BatchMutant>(StringComparer.Ordinal);
        var variants = new List<(string Commit, TargetProject Target, Variant Variant)>();
        foreach (var commit in commits.Distinct())
        {
            var mutant = new BatchMutant();
            mutants.Add(commit, mutant);
            mutant.Trees = sources.Read(commit, out var refusal);
            if (mutant.Trees is null)
            {
                mutant.NoDelta = mutant.NoEmission = refusal;
                continue;
            }

            var changes = Changes(mutant, out refusal);
            mutant.NoDelta = refusal;
            if (refusal is null)
            {
                mutant.MayMissObjects = changes.Exists(change => change.OutlivesItsMember);
                foreach (var change in changes)
                {
                    variants.Add((commit, mutant.Trees.Target, new Variant(variants.Count, change)));
                }
            }
        }

        var builds = ImmutableArray.CreateBuilder<(VariantBuild, VariantBodies)>();
        foreach (var target in targets)
        {
            var own = variants.Where(each => each.Target == target).ToList();
            var build = VariantBuild.Compile(target, [.. own.Select(each => each.Variant)], cancel);
            var bodies = VariantBodies.Read(build.Image);
            builds.Add((build, bodies));
            foreach (var (commit, _, variant) in own)
            {
                var mutant = mutants[commit];
                if (build.Refused.TryGetValue(variant.Number, out var refusal))
                {
                    mutant.NoDelta = refusal;
                }
                else if (!bodies.Exchanges.TryGetValue(variant.Number, out var exchange))
                {
                    mutant.NoDelta = "its code does not fit into golden's method";
                }
                else
                {
                    mutant.Exchanges = mutant.Exchanges.Add((target, exchange));
                }
            }
        }

        return new Batch(mutants.ToImmutableDictionary(), builds.ToImmutable());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, bodies) in Builds)
        {
            bodies.Dispose();
        }
    }

    private static List<BodyChange> Changes(BatchMutant mutant, out string? refusal)
    {
        refusal = null;
        var changes = new List<BodyChange>();
        foreach (var (golden, other) in mutant.Trees!.Trees)
        {
            changes.AddRange(BodyChange.Between(golden.GetRoot(), other.GetRoot(), out var ofTree));
            refusal ??= ofTree;

            // Who uses a declaration that changes would have to be compiled again too.
            mutant.NoEmission ??= ofTree == BodyChange.DeclarationChanges && !mutant.Trees.Target.IsProgram ? ofTree : null;
        }

        return changes;
    }
}
