using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;

namespace Mutators.Campaign;

/// <summary>What becomes of a mutant when golden moves on.</summary>
public enum MoveOutcome
{
    /// <summary>The same fault is there, in the same words: its branch is now on the new commit.</summary>
    Moved,

    /// <summary>The site's text changed, or its own lines did: the branch now holds the fault as it is in the new commit.</summary>
    Changed,

    /// <summary>The new commit has no such site, or the compiler refuses the fault there: the branch stays where it was.</summary>
    Vanished,

    /// <summary>A site that the old commit did not have. No branch is made: <c>emit</c> draws it.</summary>
    Appeared,

    /// <summary>A reviewer decided about it, or edited it by hand: the branch stays where it was.</summary>
    Kept,
}

/// <summary>One mutant of a move.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Old">The mutant on the old commit; null where it appeared.</param>
/// <param name="New">The mutant on the new commit; null where there is none.</param>
/// <param name="InWords">Why, or what the fault is.</param>
public sealed record MovedMutant(MoveOutcome Outcome, MutantBranch? Old, MutantBranch? New, string InWords)
{
    /// <summary>The mutant's id: its new one where it has two.</summary>
    public MutantId Id { get; init; } = New?.Id ?? Old?.Id ?? default;
}

/// <summary>
/// Moves mutants that nobody has decided about to another golden commit. A mutant's id says where it went; where the site's own text changed,
/// the sites of its operator in its member that are new are taken for those that are gone, in their order.
/// </summary>
/// <param name="path">A folder of the repository.</param>
/// <param name="configuration">Targets and filters.</param>
/// <param name="log">Where progress is told.</param>
public sealed class GoldenMove(string path, CampaignConfiguration configuration, ILogger log)
{
    /// <summary>Moves.</summary>
    /// <param name="onto">The new golden commit, as git's commands take one.</param>
    /// <param name="decided">The mutants that reviewers have decided about.</param>
    /// <param name="cancel">Stops before anything is written.</param>
    public ImmutableArray<MovedMutant> Run(string onto, IReadOnlyCollection<MutantId> decided, CancellationToken cancel)
    {
        using var target = MutantRepository.Open(path, golden: onto);
        var all = target.List().Where(branch => branch.Trailers.GoldenCommit != target.Golden.CommitSha).ToList();
        var kept = all.Where(branch => branch.IsHandEdited || decided.Contains(branch.Id)).ToList();
        var undecided = all.Except(kept).ToList();
        var operators = undecided.Select(branch => branch.Id.Operator).Distinct(StringComparer.Ordinal).ToImmutableArray();
        if (undecided.Count == 0)
        {
            return [.. kept.Select(branch => Kept(branch, decided))];
        }

        var sought = configuration with { Operators = operators, Classes = [], Complexity = null, In = [], Members = [] };
        var before = undecided.Select(branch => branch.Trailers.GoldenCommit).Distinct(StringComparer.Ordinal)
            .SelectMany(commit => SitesOf(commit, sought, cancel))
            .DistinctBy(mutant => mutant.Id)
            .ToDictionary(mutant => mutant.Id);
        using var workspace = GoldenWorkspace.Open(target, sought, log, cancel);
        var after = new NewSites(workspace, workspace.Sites(cancel), before);
        return [.. Place(undecided, after, before, target, cancel), .. Appeared(after), .. kept.Select(branch => Kept(branch, decided))];
    }

    private ImmutableArray<Mutant> SitesOf(string commit, CampaignConfiguration sought, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(path, golden: commit);
        using var workspace = GoldenWorkspace.Open(repository, sought, log, cancel);
        return workspace.Sites(cancel);
    }

    private static IEnumerable<MovedMutant> Place(
        List<MutantBranch> undecided, NewSites after, Dictionary<MutantId, Mutant> before, MutantRepository target, CancellationToken cancel)
    {
        var placed = new List<(MutantBranch Old, Mutant New)>();
        var vanished = new List<MovedMutant>();
        foreach (var branch in undecided)
        {
            if ((after[branch.Id] ?? after.Replacement(branch, before)) is not { } site)
            {
                vanished.Add(new MovedMutant(MoveOutcome.Vanished, branch, null, $"no such site any more; it was at {branch.Trailers.InjectionSite}"));
            }
            else if (after.Error(site, cancel) is { } error)
            {
                vanished.Add(new MovedMutant(MoveOutcome.Vanished, branch, null, $"the compiler refuses it now: {error}"));
            }
            else
            {
                placed.Add((branch, site));
            }
        }

        foreach (var group in placed.GroupBy(each => (each.Old.Trailers.FaultloadSeed, Prefix: MutantRepository.RefPrefixes.First(prefix => each.Old.RefName.StartsWith(prefix, StringComparison.Ordinal)))))
        {
            var emitted = target.Emit([.. group.Select(each => each.New)], after.Text, new EmissionOptions(group.Key.FaultloadSeed, group.Key.Prefix), cancel);
            target.Remove([.. group.Zip(emitted).Where(each => each.First.Old.RefName != each.Second.RefName).Select(each => each.First.Old)]);
            foreach (var ((old, site), branch) in group.Zip(emitted))
            {
                var isSame = old.Id == branch.Id && Lines(target.Diff(old)) == Lines(target.Diff(branch));
                yield return new MovedMutant(isSame ? MoveOutcome.Moved : MoveOutcome.Changed, old, branch, site.Subject);
            }
        }

        foreach (var each in vanished)
        {
            yield return each;
        }
    }

    private static IEnumerable<MovedMutant> Appeared(NewSites after) => after.Appeared
        .Select(site => new MovedMutant(MoveOutcome.Appeared, null, null, $"{site.Path}:{site.Lines.StartLinePosition.Line + 1} {site.Subject}") { Id = site.Id });

    private static MovedMutant Kept(MutantBranch branch, IReadOnlyCollection<MutantId> decided) =>
        new(MoveOutcome.Kept, branch, null, decided.Contains(branch.Id) ? "a reviewer has decided about it" : "it was edited by hand");

    /// <summary>What a diff takes away and adds, without where and around what.</summary>
    private static string Lines(string diff) => string.Join('\n', diff.Split('\n').Where(line => line is ['+' or '-', not ('+' or '-'), ..] or "+" or "-"));

    /// <summary>The sites of the new commit.</summary>
    private sealed class NewSites
    {
        private readonly Dictionary<MutantId, Mutant> _sites;
        private readonly Dictionary<string, (Compilation Compilation, SyntaxTree Tree)> _trees;
        private readonly Dictionary<(string Operator, string Path, string Member), Queue<Mutant>> _unknown;

        public NewSites(GoldenWorkspace workspace, ImmutableArray<Mutant> sites, Dictionary<MutantId, Mutant> before)
        {
            _sites = sites.ToDictionary(site => site.Id);
            _trees = workspace.Targets
                .SelectMany(project => project.Sources.Select(source => (source.Path, project.Compilation, source.Tree)))
                .DistinctBy(each => each.Path)
                .ToDictionary(each => each.Path, each => ((Compilation)each.Compilation, each.Tree), StringComparer.Ordinal);
            _unknown = sites.Where(site => !before.ContainsKey(site.Id)).GroupBy(Key).ToDictionary(each => each.Key, each => new Queue<Mutant>(each));
        }

        /// <summary>The site of an id; null if there is none.</summary>
        public Mutant? this[MutantId id] => _sites.GetValueOrDefault(id);

        /// <summary>Sites that the old commit did not have, and that replace none of its.</summary>
        public IEnumerable<Mutant> Appeared => _unknown.Values.SelectMany(each => each).OrderBy(site => site.Path, StringComparer.Ordinal).ThenBy(site => site.Site.Span);

        /// <summary>The next new site of the same operator in the same member.</summary>
        public Mutant? Replacement(MutantBranch gone, Dictionary<MutantId, Mutant> before) =>
            before.TryGetValue(gone.Id, out var site) && _unknown.TryGetValue(Key(site), out var unknown) && unknown.TryDequeue(out var next) ? next : null;

        /// <summary>The compiler's first error; null if it takes the mutant.</summary>
        public string? Error(Mutant site, CancellationToken cancel)
        {
            var (compilation, tree) = _trees[site.Path];
            return MutantCompiler.Errors(compilation, tree, site, cancel) is [var error, ..] ? $"{error.Id}: {error.GetMessage()}" : null;
        }

        /// <summary>The golden text of a file.</summary>
        public SourceText Text(string file) => _trees[file].Tree.GetText();

        private static (string, string, string) Key(Mutant site) => (site.Id.Operator, site.Path, site.MemberId);
    }
}
