using System.Collections.Immutable;
using LibGit2Sharp;
using Microsoft.CodeAnalysis.Text;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Campaign.Branches;

/// <summary>
/// The user's git repository as the tool sees it: a golden commit, and mutants as branches on it. It writes objects, references of
/// mutants and their notes; work tree, index, HEAD and configuration are never written. Not thread-safe.
/// </summary>
public sealed class MutantRepository : IDisposable
{
    /// <summary>Where mutants are branches that every git tool shows.</summary>
    public const string BranchPrefix = "refs/heads/mutants/";

    /// <summary>Where mutants do not show as branches: the better place for more of them than a person wants to see.</summary>
    public const string HiddenPrefix = "refs/mutants/";

    private readonly Repository _repository;
    private readonly string _part;

    private MutantRepository(Repository repository, Commit head, string part)
    {
        _repository = repository;
        _part = part;
        Golden = new GoldenTree(head.Sha, head.Tree.Sha, head.Author.When);
        Root = Path.TrimEndingDirectorySeparator(repository.Info.WorkingDirectory);
        GitDirectory = Path.TrimEndingDirectorySeparator(repository.Info.Path);
        var common = Path.Combine(GitDirectory, "commondir");
        CommonDirectory = File.Exists(common) ? Path.GetFullPath(File.ReadAllText(common).Trim(), GitDirectory) : GitDirectory;
    }

    /// <summary>The places where mutants are kept; nothing else is ever moved or deleted.</summary>
    public static ImmutableArray<string> RefPrefixes { get; } = [BranchPrefix, HiddenPrefix];

    /// <summary>The work tree's folder.</summary>
    public string Root { get; }

    /// <summary>The commit that faults are injected into.</summary>
    public GoldenTree Golden { get; }

    /// <summary>The folder in the work tree where the tool keeps what is its own: campaign store, checkouts. A shard has one of its own below it.</summary>
    public string OwnFolder => Path.Combine(Root, ".mutators", _part);

    /// <summary>True if the work tree or the index differ from golden. That is allowed: golden is what HEAD holds, and the user should know.</summary>
    public bool IsDirty => _repository.RetrieveStatus(new StatusOptions { ExcludeSubmodules = true, RecurseUntrackedDirs = false }).IsDirty;

    /// <summary>Where the remote <c>origin</c> is, without a user or password that its address may hold; null if there is none.</summary>
    public string? RemoteUrl => _repository.Network.Remotes["origin"]?.Url is not { } url ? null
        : Uri.TryCreate(url, UriKind.Absolute, out var address) && address.UserInfo.Length > 0 && !address.IsFile
            ? new UriBuilder(address) { UserName = "", Password = "" }.Uri.ToString()
        : url;

    /// <summary>This work tree's git folder.</summary>
    internal string GitDirectory { get; }

    /// <summary>The git folder that all work trees of the repository share.</summary>
    internal string CommonDirectory { get; }

    /// <summary>The library's repository, for the classes of this folder.</summary>
    internal Repository Git => _repository;

    /// <summary>Opens the repository that holds a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="part">What of the tool's own folder to keep things in, relative to it; empty for all of it.</param>
    /// <param name="golden">What git's commands take for a commit: what faults are injected into instead of HEAD; null for HEAD.</param>
    /// <exception cref="UsageException">There is none, or none that can be used.</exception>
    public static MutantRepository Open(string path, string part = "", string? golden = null)
    {
        var full = Path.GetFullPath(path);
        Repository? repository = null;
        try
        {
            var found = Repository.Discover(full) ?? throw Unusable(
                $"'{full}' is in no git repository.", "Run the tool in a repository: git init, and commit what faults are to be injected into.");
            repository = new Repository(found);
            var head = repository.Info.IsBare
                ? throw Unusable($"'{full}' is a bare repository.", "Run the tool in a clone with a work tree.")
                : repository.Head.Tip ?? throw Unusable("The repository has no commit.", "Commit the code: faults are injected into what HEAD holds.");
            var opened = new MutantRepository(repository, golden is null ? head : Commit(repository, golden), part);
            repository = null;
            return opened;
        }
        catch (LibGit2SharpException problem)
        {
            throw Unreadable(full, problem.Message);
        }
        finally
        {
            repository?.Dispose();
        }
    }

    /// <summary>Makes sure that the tool's own folder exists and that git ignores it, without a change to the user's ignore files.</summary>
    /// <returns>The folder.</returns>
    public string EnsureOwnFolder() => DiskSpace.Guard(OwnFolder, () =>
    {
        Directory.CreateDirectory(OwnFolder);
        var ignore = Path.Combine(OwnFolder, ".gitignore");
        if (!File.Exists(ignore))
        {
            File.WriteAllText(ignore, "*\n");
        }

        return OwnFolder;
    });

    /// <summary>
    /// Writes mutants as branches, each one commit on golden. Equal input gives equal commits on every machine, so emitting again
    /// changes nothing; a branch of an older golden commit moves.
    /// </summary>
    /// <param name="mutants">The mutants, each once.</param>
    /// <param name="sources">The text of a path in which its sites were found.</param>
    /// <param name="options">Seed and place.</param>
    /// <param name="cancel">Stops before the next object or reference.</param>
    /// <returns>The branches in the mutants' order.</returns>
    /// <exception cref="UsageException">A branch of such a name is not ours, or is edited by hand; then nothing is written.</exception>
    public IReadOnlyList<MutantBranch> Emit(
        IReadOnlyList<Mutant> mutants, Func<string, SourceText> sources, EmissionOptions options, CancellationToken cancel = default) =>
        DiskSpace.Guard(CommonDirectory, () => new BranchEmission(_repository, CommonDirectory, Golden, options).Run(mutants, sources, Reading(), cancel));

    /// <summary>Every mutant branch, ordered by id.</summary>
    public IReadOnlyList<MutantBranch> List() => [.. Reading().All()];

    /// <summary>The branch of a mutant.</summary>
    /// <param name="text">Its id, a prefix of the id or of its hash that no other mutant has, or the branch's name.</param>
    /// <exception cref="UsageException">There is none, or several.</exception>
    public MutantBranch Find(string text)
    {
        // A mutant can be kept in both places; the first is the one that people see.
        var found = List().Where(each => IsNamed(each, text)).DistinctBy(each => each.Id).ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new UsageException($"There is no mutant branch '{text}'.", "List those that exist: git for-each-ref --format='%(refname)' refs/heads/mutants refs/mutants; emit makes them."),
            _ when found.Find(each => each.Id.ToString() == text) is { } exact => exact,
            _ => throw new UsageException(
                $"'{text}' can be {string.Join(", ", found.Take(5).Select(each => each.Id))}{(found.Count > 5 ? ", …" : "")}.", "Give more of the id."),
        };
    }

    /// <summary>Makes sure that a branch belongs to the commit at HEAD: what is run is compared with that one.</summary>
    /// <exception cref="UsageException">It belongs to another golden commit.</exception>
    public void RequireGolden(MutantBranch branch)
    {
        if (branch.Trailers.GoldenCommit != Golden.CommitSha)
        {
            throw new UsageException(
                $"{branch.Id} belongs to the golden commit {branch.Trailers.GoldenCommit[..12]}, and HEAD is {Golden.CommitSha[..12]}.",
                $"Go back to it first: git switch --detach {branch.Trailers.GoldenCommit[..12]}");
        }
    }

    /// <summary>What a branch changes, as a unified patch against its own golden commit.</summary>
    public string Diff(MutantBranch branch)
    {
        var (golden, tip) = Trees(branch);
        using var patch = _repository.Diff.Compare<Patch>(golden, tip, new CompareOptions { ContextLines = 3, Similarity = SimilarityOptions.None });
        return patch.Content;
    }

    /// <summary>The files that a branch changes against its own golden commit, in the order of their paths.</summary>
    public IReadOnlyList<ChangedFile> ChangedFiles(MutantBranch branch)
    {
        var (golden, tip) = Trees(branch);
        return ChangedFiles(golden, tip);
    }

    /// <summary>The files that a commit changes against golden, in the order of their paths.</summary>
    public IReadOnlyList<ChangedFile> ChangedFiles(string commitSha) =>
        ChangedFiles(_repository.Lookup<Tree>(Golden.TreeSha), _repository.Lookup<Commit>(commitSha).Tree);

    private IReadOnlyList<ChangedFile> ChangedFiles(Tree golden, Tree tip)
    {
        using var changes = _repository.Diff.Compare<TreeChanges>(golden, tip, new CompareOptions { Similarity = SimilarityOptions.None });
        return
        [
            .. changes
                .Where(each => each.Mode != Mode.GitLink && each.OldMode != Mode.GitLink)
                .Select(each => new ChangedFile(each.Path, each.Status == ChangeKind.Deleted ? (ReadOnlyMemory<byte>?)null : BytesOf(each.Oid)))
                .OrderBy(each => each.Path, StringComparer.Ordinal),
        ];
    }

    /// <summary>The bytes of a file as golden holds them; null if golden has no such file.</summary>
    public ReadOnlyMemory<byte>? GoldenFile(string path) =>
        _repository.Lookup<Tree>(Golden.TreeSha)[path] is { TargetType: TreeEntryTargetType.Blob } entry ? BytesOf(entry.Target.Id) : (ReadOnlyMemory<byte>?)null;

    /// <summary>The bytes of a file as a commit holds them; null if it has no such file.</summary>
    public ReadOnlyMemory<byte>? FileAt(string commitSha, string path) =>
        _repository.Lookup<Commit>(commitSha)[path] is { TargetType: TreeEntryTargetType.Blob } entry ? BytesOf(entry.Target.Id) : (ReadOnlyMemory<byte>?)null;

    /// <summary>The last commit that golden and another commit have in common.</summary>
    /// <param name="reference">The other commit: a branch, a tag or an id.</param>
    /// <exception cref="UsageException">There is no such commit, or none in common.</exception>
    public string CommonAncestor(string reference)
    {
        Commit? other;
        try
        {
            other = _repository.Lookup<Commit>(reference);
        }
        catch (LibGit2SharpException)
        {
            other = null;
        }

        if (other is null)
        {
            throw new UsageException($"There is no commit '{reference}' in this repository.", $"Name a branch, a tag or a commit; a build server may have to fetch it first: git fetch origin {reference}", ExitCode.SinceMismatch);
        }

        return _repository.ObjectDatabase.FindMergeBase(_repository.Lookup<Commit>(Golden.CommitSha), other)?.Sha ?? throw new UsageException(
            $"HEAD and '{reference}' have no commit in common.", "A shallow clone lacks the history between them: git fetch --unshallow", ExitCode.SinceMismatch);
    }

    /// <summary>Sets the note of a commit; writing the same text again changes nothing.</summary>
    public void WriteNote(string commitSha, string text) => WriteNotes([new(commitSha, text)]);

    /// <summary>Sets the notes of many commits at once, which costs one commit of the notes.</summary>
    public void WriteNotes(IEnumerable<KeyValuePair<string, string>> notes) =>
        DiskSpace.Guard(CommonDirectory, () =>
        {
            var list = notes.Select(each => KeyValuePair.Create<string, string?>(each.Key, each.Value)).ToList();
            foreach (var (sha, text) in list)
            {
                Invariant.Holds(text!.Length <= MutantNotes.MaximumLength);
                Invariant.Holds(_repository.Lookup<Commit>(sha) is not null);
            }

            Notes().Write(list);
            return list.Count;
        });

    /// <summary>Notes each mutant's outcomes on its commit. Those of a store that came from elsewhere can name commits that are not here: they get none.</summary>
    public void WriteNotes(CampaignSnapshot campaign) => WriteNotes(
        from result in campaign.Mutants
        where result.Mutant.Commit.Length > 0 && result.Outcomes.Length > 0 && _repository.Lookup<Commit>(result.Mutant.Commit) is not null
        select KeyValuePair.Create(result.Mutant.Commit, OutcomeNote.Of(result)));

    /// <summary>The note of a commit, or null.</summary>
    public string? ReadNote(string commitSha) => Notes().Read(commitSha);

    /// <summary>
    /// Deletes the mutant branches that are wholly ours, and their notes. What a reviewer has changed or has checked out stays.
    /// </summary>
    /// <param name="dryRun">True only says what would be deleted.</param>
    public CleanedBranches Clean(bool dryRun)
    {
        var reading = Reading();
        var isOurs = reading.All().ToLookup(each => !each.IsHandEdited && !reading.CheckedOut.Contains(each.RefName));
        var cleaned = new CleanedBranches([.. isOurs[true]], [.. isOurs[false]]);
        if (!dryRun)
        {
            // Notes go first: a kill between leaves branches without notes, which another clean-up finds; never notes without branches.
            var stillThere = cleaned.Kept.Select(each => each.CommitSha).ToHashSet(StringComparer.Ordinal);
            Notes().Write(cleaned.Deleted
                .Where(each => !stillThere.Contains(each.CommitSha))
                .Select(each => KeyValuePair.Create<string, string?>(each.CommitSha, null))
                .DistinctBy(each => each.Key));
            new ReferenceRemoval(_repository, GitDirectory).Remove([.. cleaned.Deleted.Select(branch => (branch.RefName, branch.CommitSha))]);
        }

        return cleaned;
    }

    /// <summary>Deletes branches that are wholly ours; their notes stay on the commits. One that has moved since it was read stays, with all others.</summary>
    internal void Remove(IReadOnlyCollection<MutantBranch> branches)
    {
        Invariant.Holds(branches.All(branch => !branch.IsHandEdited));
        new ReferenceRemoval(_repository, GitDirectory).Remove([.. branches.Select(branch => (branch.RefName, branch.CommitSha))]);
    }

    /// <inheritdoc/>
    public void Dispose() => _repository.Dispose();

    internal string Objects => Path.Combine(CommonDirectory, "objects");

    private static Commit Commit(Repository repository, string revision) => repository.Lookup<Commit>(revision)
        ?? throw new UsageException($"There is no commit '{revision}'.", "Name a branch, a tag or the beginning of a commit's hash: git log --oneline lists them.");

    private BranchReading Reading() => new(_repository, CommonDirectory);

    private MutantNotes Notes() => new(_repository, Objects, Golden.AuthorDate);

    private static bool IsNamed(MutantBranch branch, string text) =>
        branch.RefName == text || branch.Name == text
        || branch.Id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase)
        || branch.Id.Hash.StartsWith(text, StringComparison.OrdinalIgnoreCase);

    private (Tree Golden, Tree Tip) Trees(MutantBranch branch)
    {
        var golden = _repository.Lookup<Commit>(branch.Trailers.GoldenCommit)
            ?? throw new UsageException(
                $"The golden commit {branch.Trailers.GoldenCommit} of '{branch.Name}' is not in this repository.",
                "Fetch it, or delete the branch and emit it again on the present commit.");
        return (golden.Tree, _repository.Lookup<Commit>(branch.CommitSha).Tree);
    }

    private ReadOnlyMemory<byte> BytesOf(ObjectId id)
    {
        using var content = _repository.Lookup<Blob>(id).GetContentStream();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    private static UsageException Unusable(string message, string remedy) => new(message, remedy, ExitCode.RepositoryNotUsable);

    private static UsageException Unreadable(string path, string why) =>
        why.Contains("objectformat", StringComparison.OrdinalIgnoreCase)
            ? Unusable($"'{path}' is a SHA-256 repository.", "The tool reads SHA-1 repositories only: git clone it into one made by git init --object-format=sha1.")
        : why.Contains("not owned", StringComparison.OrdinalIgnoreCase)
            ? Unusable($"'{path}' belongs to another user.", $"If you trust it: git config --global --add safe.directory '{path}'")
            : Unusable($"The git repository of '{path}' cannot be read: {why}", "Run 'git fsck' there to see what is wrong.");
}
