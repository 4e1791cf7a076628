using System.Text;
using LibGit2Sharp;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Branches;

/// <summary>Writes mutants as branches straight into the object database: no checkout, no index, no configuration.</summary>
internal sealed class BranchEmission(Repository repository, string commonDirectory, GoldenTree golden, EmissionOptions options)
{
    /// <summary>More branches than a repository can bear; a faultload of this size is meant to be sampled.</summary>
    public const int MaximumBranches = 200_000;

    private readonly Tree _tree = repository.Lookup<Tree>(golden.TreeSha);

    /// <summary>Objects first, references last: a kill between leaves nothing but objects that git's gc removes.</summary>
    public IReadOnlyList<MutantBranch> Run(
        IReadOnlyList<Mutant> mutants, Func<string, SourceText> sources, BranchReading reading, CancellationToken cancel)
    {
        RequireUsable(mutants);
        var present = PresentBranches(mutants, reading);
        using var pack = new PackWriter(Path.Combine(commonDirectory, "objects"));
        var branches = AddCommits(pack, mutants, sources, present, cancel);
        var moving = branches.Where(each => !present.TryGetValue(each.RefName, out var tip) || tip != each.CommitSha).ToList();
        if (moving.Find(each => reading.CheckedOut.Contains(each.RefName)) is { } checkedOut)
        {
            throw new UsageException(
                $"'{checkedOut.Name}' has to move to another commit, but is checked out.", "Switch that work tree to another branch: git switch -");
        }

        pack.Finish();
        new PackedReferences(repository, commonDirectory, options.Patience).Write([.. moving.Select(branch => (branch.RefName, branch.CommitSha))], cancel);
        return branches;
    }

    private void RequireUsable(IReadOnlyList<Mutant> mutants)
    {
        if (!MutantRepository.RefPrefixes.Contains(options.RefPrefix))
        {
            throw new UsageException(
                $"'{options.RefPrefix}' is no place for mutants.", $"Choose one of {string.Join(", ", MutantRepository.RefPrefixes)}.");
        }

        if (mutants.Count > MaximumBranches)
        {
            throw new UsageException(
                $"{mutants.Count} mutants are too many branches for one repository ({MaximumBranches} at most).", "Sample the faultload, or filter it.");
        }

        var standingInTheWay = options.RefPrefix.TrimEnd('/');
        if (repository.Refs[standingInTheWay] is not null)
        {
            throw new UsageException(
                $"'{standingInTheWay}' is a reference of this repository, so none can be made below it.", "Rename it: git branch -m mutants OTHER-NAME.");
        }

        // On a file system that does not tell cases apart, the two would be one folder.
        if (repository.Refs.Select(each => each.CanonicalName).FirstOrDefault(name =>
            $"{name}/".StartsWith(options.RefPrefix, StringComparison.OrdinalIgnoreCase) && !$"{name}/".StartsWith(options.RefPrefix, StringComparison.Ordinal)) is { } sameButForCase)
        {
            throw new UsageException(
                $"'{sameButForCase}' differs from '{options.RefPrefix}' in upper and lower case only.", "Rename it: not every file system keeps the two apart.");
        }

        if (MutantTrailers.TryParse(repository.Lookup<Commit>(golden.CommitSha).Message, out var mutant))
        {
            throw new UsageException(
                $"HEAD is itself a mutant, {mutant.MutantId}.", "Switch back to the branch that faults are to be injected into: git switch -");
        }
    }

    /// <summary>The tips of the references that will be written, all of them ours to move.</summary>
    private Dictionary<string, string> PresentBranches(IReadOnlyList<Mutant> mutants, BranchReading reading)
    {
        var wanted = mutants.Select(RefName).ToHashSet(StringComparer.Ordinal);
        Invariant.Holds(wanted.Count == mutants.Count);
        var present = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in repository.Refs.FromGlob(options.RefPrefix + "*").Where(each => wanted.Contains(each.CanonicalName)))
        {
            var branch = reading.Branch(reference);
            if (branch is null || branch.IsHandEdited)
            {
                throw new UsageException(
                    branch is null
                        ? $"'{reference.CanonicalName}' exists and is not the tool's: it carries no mutant's trailers."
                        : $"'{branch.Name}' was changed by hand, so it is left alone.",
                    "Rename that branch (git branch -m) if you want to keep it, delete it if not, and give the command again.");
            }

            present.Add(branch.RefName, branch.CommitSha);
        }

        return present;
    }

    /// <summary>Adds to the pack what the branches need that are not there yet.</summary>
    private List<MutantBranch> AddCommits(
        PackWriter pack, IReadOnlyList<Mutant> mutants, Func<string, SourceText> sources, Dictionary<string, string> present, CancellationToken cancel)
    {
        var folders = new GoldenFolders(_tree);
        var files = new Dictionary<string, (SourceText Text, RawObject Blob)>(StringComparer.Ordinal);
        var branches = new List<MutantBranch>(mutants.Count);
        foreach (var mutant in mutants)
        {
            cancel.ThrowIfCancellationRequested();
            if (!files.TryGetValue(mutant.Path, out var file))
            {
                file = GoldenFile(mutant.Path, sources(mutant.Path));
                files.Add(mutant.Path, file);
            }

            var blob = new RawObject(ObjectKind.Blob, Bytes(mutant.Inject(file.Text)), file.Blob);
            Invariant.Holds(blob.Sha != file.Blob.Sha);
            var trees = folders.WithFile(mutant.Path, blob);
            var trailers = MutantTrailers.Of(mutant, golden, options.FaultloadSeed);
            var commit = new RawObject(ObjectKind.Commit, MutantCommit.Bytes(trees[^1].Sha, golden, MutantCommit.Message(mutant, trailers)));
            var branch = new MutantBranch(mutant.Id, RefName(mutant), commit.Sha, trailers, IsHandEdited: false) { Subject = MutantCommit.Subject(mutant) };
            branches.Add(branch);
            if (!present.TryGetValue(branch.RefName, out var tip) || tip != commit.Sha)
            {
                foreach (var each in (IEnumerable<RawObject>)[blob, .. trees, commit])
                {
                    pack.Add(each);
                }
            }
        }

        return branches;
    }

    /// <summary>
    /// The golden blob as text. Sites' spans count characters of the source that was parsed, so both must be the same text; and
    /// what is written must be the blob's bytes but for the edit, so decoding must lose nothing.
    /// </summary>
    private (SourceText Text, RawObject Blob) GoldenFile(string path, SourceText parsed)
    {
        if (_tree[path] is not { TargetType: TreeEntryTargetType.Blob, Mode: not Mode.SymbolicLink } entry)
        {
            throw new UsageException($"'{path}' is no file of the golden commit.", "Commit it, or leave it out of the faultload.", ExitCode.RepositoryNotUsable);
        }

        using var content = ((Blob)entry.Target).GetContentStream();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        var bytes = copy.ToArray();
        var text = SourceText.From(bytes, bytes.Length, parsed.Encoding ?? Encoding.UTF8, parsed.ChecksumAlgorithm);
        return text.ContentEquals(parsed) && Bytes(text).AsSpan().SequenceEqual(bytes)
            ? (text, new RawObject(ObjectKind.Blob, bytes))
            : throw new UsageException(
                $"'{path}' is not the file that the golden commit holds.",
                "Its sites were found in another text: find them in a checkout of the golden commit.",
                ExitCode.RepositoryNotUsable);
    }

    private static byte[] Bytes(SourceText text)
    {
        var encoding = text.Encoding ?? Encoding.UTF8;
        return [.. encoding.GetPreamble(), .. encoding.GetBytes(text.ToString())];
    }

    private string RefName(Mutant mutant) => $"{options.RefPrefix}{mutant.Id.Operator}/{mutant.Id.Hash}";
}
