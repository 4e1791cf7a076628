using System.Globalization;
using System.Text;
using LibGit2Sharp;
using Microsoft.CodeAnalysis.Text;
using Mutators;
using Mutators.Campaign.Branches;

namespace Benchmarks;

/// <summary>The same branches in the library's own way: an object, a tree, a commit and a reference at a time, each of them a file.</summary>
internal static class LibraryBranches
{
    /// <summary>Writes them.</summary>
    /// <param name="root">A repository whose golden commit is checked out.</param>
    /// <param name="mutants">The mutants.</param>
    /// <param name="branches">Their branches elsewhere, in the same order: the names.</param>
    /// <param name="commits">Author (as <c>git log --date=raw</c> has it) and message of each commit.</param>
    /// <param name="texts">The golden files.</param>
    /// <returns>How many commits are those of <paramref name="branches"/>.</returns>
    public static int Write(
        string root, IReadOnlyList<Mutant> mutants, IReadOnlyList<MutantBranch> branches, IReadOnlyDictionary<string, (string Author, string Message)> commits, IReadOnlyDictionary<string, SourceText> texts)
    {
        using var repository = new Repository(root);
        var golden = repository.Head.Tip;
        var same = 0;
        foreach (var (mutant, branch) in mutants.Zip(branches))
        {
            var (author, message) = commits[branch.CommitSha];
            var signature = Signed(author);
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(mutant.Inject(texts[mutant.Path]).ToString()));
            var tree = repository.ObjectDatabase.CreateTree(TreeDefinition.From(golden.Tree).Add(mutant.Path, repository.ObjectDatabase.CreateBlob(content), LibGit2Sharp.Mode.NonExecutableFile));
            var commit = repository.ObjectDatabase.CreateCommit(signature, signature, message, tree, [golden], prettifyMessage: false);
            repository.Refs.Add(branch.RefName, commit.Id);
            same += commit.Sha == branch.CommitSha ? 1 : 0;
        }

        return same;
    }

    private static Signature Signed(string author)
    {
        var (name, rest) = (author[..author.IndexOf(" <", StringComparison.Ordinal)], author[(author.IndexOf('<', StringComparison.Ordinal) + 1)..]);
        var parts = rest[(rest.IndexOf('>', StringComparison.Ordinal) + 2)..].Split(' ');
        var zone = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return new Signature(name, rest[..rest.IndexOf('>', StringComparison.Ordinal)],
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0], CultureInfo.InvariantCulture)).ToOffset(new TimeSpan(zone / 100, zone % 100, 0)));
    }
}
