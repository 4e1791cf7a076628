using System.Text.RegularExpressions;
using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>
/// A private copy of the golden tree, in which branches are built one after the other. Files are written from git's objects byte for
/// byte: neither line-end conversion nor filters of the user's configuration have a say, so spans found here hold in the blobs.
/// Switching writes only what differs and keeps build outputs, so builds are incremental. Not thread-safe; several checkouts are
/// independent of each other.
/// </summary>
/// <remarks>
/// Its git folder borrows the user's objects (alternates) and stays on golden while files switch: what a build reads from git, such
/// as the commit in an assembly's version, is then the same for golden and for every mutant, and they differ in the fault alone.
/// </remarks>
public sealed partial class Checkout : IDisposable
{
    /// <summary>How the platforms say that another process holds a file: EAGAIN, which has two numbers, and a sharing violation.</summary>
    private const int LinuxLocked = 11;
    private const int MacLocked = 35;
    private const int WindowsLocked = unchecked((int)0x80070020);

    private readonly Repository _repository;
    private readonly CheckoutMarker _marker;
    private readonly FileStream _lock;

    /// <summary>Where checkouts are by custom, in any repository, with what stands before it in a path.</summary>
    [GeneratedRegex(@"[^\s'""]*[/\\]\.mutators[/\\]checkouts[/\\]\d+(?<inside>[/\\])?")]
    private static partial Regex Place { get; }

    private Checkout(string directory, Repository repository, CheckoutMarker marker, FileStream @lock)
    {
        Directory = directory;
        _repository = repository;
        _marker = marker;
        _lock = @lock;
    }

    /// <summary>A text for people, with paths in checkouts as those in the repository: what is wrong there is wrong here, and mended here.</summary>
    public static string PathsInRepository(string text) => Place.Replace(text, place => place.Groups["inside"].Success ? "" : ".");

    /// <summary>The folder of the copy.</summary>
    public string Directory { get; }

    /// <summary>The commit whose files are here.</summary>
    public string CommitSha { get; private set; } = "";

    /// <summary>How often its files were brought to another commit since it was opened: what was built before that is of other files.</summary>
    public int Switches { get; private set; }

    /// <summary>
    /// Makes a checkout of golden in a folder, or takes up the one that is there: interrupted switches are repaired, the files are
    /// golden's afterwards, and build outputs are kept.
    /// </summary>
    /// <param name="repository">The repository that it copies.</param>
    /// <param name="directory">A folder that does not exist, is empty, or is a checkout of ours; by custom in <see cref="MutantRepository.OwnFolder"/>.</param>
    /// <exception cref="UsageException">The folder holds something else, is in use, or the disk is full.</exception>
    public static Checkout Create(MutantRepository repository, string directory)
    {
        var full = Path.GetFullPath(directory);
        if (full.StartsWith(repository.OwnFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            repository.EnsureOwnFolder();
        }

        return DiskSpace.Guard(full, () => Opened(repository, full));
    }

    /// <summary>Makes the files those of another commit: writes what differs, with fresh times, and deletes what vanished.</summary>
    /// <exception cref="UsageException">There is no such commit, or the disk is full; the next use repairs what is half done.</exception>
    public void SwitchTo(string commitSha)
    {
        var to = _repository.Lookup<Commit>(commitSha)
            ?? throw new UsageException($"There is no commit {commitSha}.", "List those that exist: git for-each-ref --format='%(refname)' refs/heads/mutants refs/mutants");
        DiskSpace.Guard(Directory, () => Switch(to));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _repository.Dispose();
        _lock.Dispose();
    }

    private static Checkout Opened(MutantRepository repository, string directory)
    {
        var git = Path.Combine(directory, ".git");
        var marker = new CheckoutMarker(git);
        if (!marker.Exists && !IsBlank(directory, git))
        {
            throw new UsageException($"'{directory}' is not empty and is no checkout of the tool.", "Name another folder, or empty this one.");
        }

        System.IO.Directory.CreateDirectory(git);
        var @lock = Locked(git, directory);
        Repository? opened = null;
        try
        {
            var isNew = marker.Read() is not { Present: not null };
            if (isNew)
            {
                marker.WriteCreating();
            }

            PrivateGitFolder.Write(git, repository);
            opened = new Repository(git);
            var checkout = new Checkout(directory, opened, marker, @lock);
            var golden = opened.Lookup<Commit>(repository.Golden.CommitSha);
            if (isNew)
            {
                checkout.WriteAll(golden);
            }
            else
            {
                checkout.Switch(golden);
            }

            PrivateGitFolder.WriteIndex(opened, repository.Golden);
            opened = null;
            @lock = null;
            return checkout;
        }
        finally
        {
            opened?.Dispose();
            @lock?.Dispose();
        }
    }

    /// <summary>True if there is nothing, or only what a creation leaves that was killed before its first record.</summary>
    private static bool IsBlank(string directory, string git) =>
        !System.IO.Directory.Exists(directory)
        || (System.IO.Directory.EnumerateFileSystemEntries(directory).All(each => each == git)
            && (!System.IO.Directory.Exists(git) || System.IO.Directory.EnumerateFileSystemEntries(git).All(CheckoutMarker.IsOwnFile)));

    private static FileStream Locked(string git, string directory)
    {
        try
        {
            return new FileStream(CheckoutMarker.LockFile(git), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (problem.HResult is LinuxLocked or MacLocked or WindowsLocked)
        {
            throw new UsageException($"'{directory}' is in use by another run of the tool.", "Wait until it ends, or end it.");
        }
    }

    private void WriteAll(Commit commit)
    {
        // What an interrupted creation left is thrown away: nothing was built in it yet.
        foreach (var entry in new DirectoryInfo(Directory).EnumerateFileSystemInfos().Where(each => each.Name != ".git"))
        {
            CheckoutFiles.Delete(entry.FullName);
        }

        CheckoutFiles.WriteTree(Directory, commit.Tree);
        _marker.WritePresent(commit.Sha);
        CommitSha = commit.Sha;
    }

    private bool Switch(Commit to)
    {
        var state = _marker.Read();
        Invariant.Holds(state?.Present is not null);
        var from = Known(state.Present);
        var paths = Differences(from, to);
        foreach (var unfinished in state.Unfinished)
        {
            // Each file that an interrupted switch may have touched can be of either commit, so all of them are written again.
            paths.UnionWith(Differences(from, Known(unfinished)));
        }

        if (from.Sha != to.Sha || !state.Unfinished.IsEmpty)
        {
            _marker.WriteSwitching(from.Sha, [.. state.Unfinished, to.Sha]);
            Switches++;
            CheckoutFiles.Bring(Directory, to.Tree, paths);
            _marker.WritePresent(to.Sha);
        }

        CommitSha = to.Sha;
        return true;
    }

    private SortedSet<string> Differences(Commit from, Commit to)
    {
        using var changes = _repository.Diff.Compare<TreeChanges>(from.Tree, to.Tree, new CompareOptions { Similarity = SimilarityOptions.None });
        return new SortedSet<string>(changes.SelectMany<TreeEntryChanges, string>(each => [each.OldPath, each.Path]), StringComparer.Ordinal);
    }

    private Commit Known(string commit) => _repository.Lookup<Commit>(commit) ?? throw new UsageException(
        $"The commit {commit}, which '{Directory}' was left on, is gone.", $"Delete '{Directory}': it is made again.");
}
