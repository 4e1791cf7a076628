using System.Collections.Immutable;

namespace Mutators.Campaign.Branches;

/// <summary>A mutant as a git branch: one commit on golden, made to be reviewed like any branch.</summary>
/// <param name="Id">The mutant's id.</param>
/// <param name="RefName">The full name of the reference, for example <c>refs/heads/mutants/MFC/7f3a9c1b20</c>.</param>
/// <param name="CommitSha">The branch's tip.</param>
/// <param name="Trailers">The immutable facts that its commit carries.</param>
/// <param name="IsHandEdited">
/// True if the tip is no longer the commit that the tool made: a reviewer has amended it, rebased it or added to it. Such a branch
/// can be run, but is never moved or deleted.
/// </param>
public sealed record MutantBranch(MutantId Id, string RefName, string CommitSha, MutantTrailers Trailers, bool IsHandEdited)
{
    /// <summary>The first line of its message: the change in words and the member, as <see cref="Mutant.Subject"/> has it.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The name that git's commands take: <c>mutants/MFC/7f3a9c1b20</c> for a branch, the full name for another reference.</summary>
    public string Name => RefName.StartsWith("refs/heads/", StringComparison.Ordinal) ? RefName["refs/heads/".Length..] : RefName;
}

/// <summary>How branches are emitted.</summary>
/// <param name="FaultloadSeed">The seed that chose the faultload; kept in every commit.</param>
/// <param name="RefPrefix">One of <see cref="MutantRepository.RefPrefixes"/>.</param>
public sealed record EmissionOptions(ulong FaultloadSeed, string RefPrefix = MutantRepository.BranchPrefix)
{
    /// <summary>Branches that a person still finds her own among: above it, mutants drown the menus of every tool that shows branches.</summary>
    public const int MaximumBranches = 200;

    /// <summary>
    /// For how long another process may hold the lock of the packed references before the emission gives up. git waits one second, for files
    /// that are smaller than those of a large campaign; and shards that share a clone emit at the same moment.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Where so many mutants are kept unless somebody says otherwise.</summary>
    public static string PrefixFor(int mutants) => mutants > MaximumBranches ? MutantRepository.HiddenPrefix : MutantRepository.BranchPrefix;
}

/// <summary>A file that a branch changes.</summary>
/// <param name="Path">Its path in the repository, with forward slashes.</param>
/// <param name="Content">Its bytes on the branch; null if the branch deletes it.</param>
public sealed record ChangedFile(string Path, ReadOnlyMemory<byte>? Content);

/// <summary>What a clean-up deleted, or would delete, and what it left.</summary>
/// <param name="Deleted">The branches that are gone, with their notes.</param>
/// <param name="Kept">Mutant branches that are not only ours: edited by hand, or checked out.</param>
public sealed record CleanedBranches(ImmutableArray<MutantBranch> Deleted, ImmutableArray<MutantBranch> Kept);
