using System.Collections.Immutable;
using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>Recognises mutant branches among the references of a repository.</summary>
internal sealed class BranchReading(Repository repository, string commonDirectory)
{
    /// <summary>Commits that a reviewer may have put on top of a mutant; beyond it a branch is a development of its own.</summary>
    private const int CommitsOnTop = 20;

    /// <summary>Full names of the branches that some work tree of this repository has checked out.</summary>
    public ImmutableHashSet<string> CheckedOut { get; } = HeadsOf(commonDirectory);

    /// <summary>Every mutant branch, ordered by id, then by reference.</summary>
    public IEnumerable<MutantBranch> All() => MutantRepository.RefPrefixes
        .SelectMany(prefix => repository.Refs.FromGlob(prefix + "*"))
        .Select(Branch)
        .OfType<MutantBranch>()
        .OrderBy(each => each.Id)
        .ThenBy(each => each.RefName, StringComparer.Ordinal);

    /// <summary>The mutant that a reference holds; null if it is no mutant's.</summary>
    public MutantBranch? Branch(Reference reference)
    {
        if (!TryReadName(reference.CanonicalName, out var id)
            || reference.ResolveToDirectReference() is not { } direct
            || repository.Lookup<Commit>(direct.TargetIdentifier) is not { } tip)
        {
            return null;
        }

        var commit = tip;
        for (var above = 0; commit is not null && above <= CommitsOnTop; above++)
        {
            if (MutantTrailers.TryParse(commit.Message, out var trailers) && trailers.MutantId == id)
            {
                return new MutantBranch(id, reference.CanonicalName, tip.Sha, trailers, above > 0 || !MutantCommit.IsOurs(tip)) { Subject = commit.MessageShort };
            }

            commit = commit.Parents.FirstOrDefault();
        }

        return null;
    }

    private static bool TryReadName(string name, out MutantId id)
    {
        id = default;
        var prefix = MutantRepository.RefPrefixes.FirstOrDefault(each => name.StartsWith(each, StringComparison.Ordinal));
        var parts = prefix is null ? [] : name[prefix.Length..].Split('/');
        return parts.Length == 2 && MutantId.TryParse($"{parts[0]}-{parts[1]}", out id);
    }

    private static ImmutableHashSet<string> HeadsOf(string commonDirectory)
    {
        var worktrees = Path.Combine(commonDirectory, "worktrees");
        var directories = Directory.Exists(worktrees) ? Directory.GetDirectories(worktrees) : [];
        return directories.Append(commonDirectory)
            .Select(each => Path.Combine(each, "HEAD"))
            .Where(File.Exists)
            .Select(each => File.ReadAllText(each).Trim())
            .Where(each => each.StartsWith("ref: ", StringComparison.Ordinal))
            .Select(each => each["ref: ".Length..].Trim())
            .ToImmutableHashSet(StringComparer.Ordinal);
    }
}
