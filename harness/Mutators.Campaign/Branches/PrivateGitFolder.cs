using System.Text;
using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>
/// The git folder of a checkout. It is written by hand and not cloned: a clone copies or links all objects, runs templates and hooks
/// of the machine, and checks files out through its filters. A few small files do: the user's objects are borrowed, and the names of
/// golden's branch, tags and remotes are copied, so that a build that asks git for a version is told what it would be told at home.
/// </summary>
internal static class PrivateGitFolder
{
    /// <summary>References that are copied; more of them than this only a machine makes.</summary>
    private const int MaximumReferences = 100_000;

    public static void Write(string git, MutantRepository repository)
    {
        foreach (var folder in new[] { "info", "objects/info", "objects/pack", "refs/heads", "refs/tags" })
        {
            Directory.CreateDirectory(Path.Combine(git, folder));
        }

        var head = repository.Git.Refs.Head is SymbolicReference symbolic ? symbolic.TargetIdentifier : null;
        WriteIfOther(git, "objects/info/alternates", Path.Combine(repository.CommonDirectory, "objects").Replace('\\', '/') + "\n");
        WriteIfOther(git, "packed-refs", References(repository, head));
        WriteIfOther(git, "HEAD", head is null ? repository.Golden.CommitSha + "\n" : $"ref: {head}\n");
        WriteIfOther(git, "config", Configuration(repository));
        // Attributes of the tree would convert line ends or run filters; a git command in the checkout shall see the bytes that are there.
        WriteIfOther(git, "info/attributes", "* -text -filter -ident -working-tree-encoding\n");
        var shallow = Path.Combine(repository.CommonDirectory, "shallow");
        if (File.Exists(shallow))
        {
            WriteIfOther(git, "shallow", File.ReadAllText(shallow));
        }
    }

    /// <summary>The index of golden: without one git would call every file deleted.</summary>
    public static void WriteIndex(Repository opened, GoldenTree golden)
    {
        // Who has the checkout has its lock; what git calls locked was left by one that was killed.
        File.Delete(Path.Combine(opened.Info.Path, "index.lock"));
        opened.Index.Replace(opened.Lookup<Tree>(golden.TreeSha));
        opened.Index.Write();
    }

    private static string References(MutantRepository repository, string? head)
    {
        var references = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in new[] { "refs/heads/*", "refs/tags/*", "refs/remotes/*" }.SelectMany(repository.Git.Refs.FromGlob).OfType<DirectReference>())
        {
            if (!reference.CanonicalName.StartsWith(MutantRepository.BranchPrefix, StringComparison.Ordinal) && references.Count < MaximumReferences)
            {
                references[reference.CanonicalName] = reference.TargetIdentifier;
            }
        }

        if (head is not null)
        {
            references[head] = repository.Golden.CommitSha;
        }

        // Without the header line, readers that are stricter than git refuse the file.
        return "# pack-refs with: sorted \n" + string.Concat(references.Select(each => $"{each.Value} {each.Key}\n"));
    }

    private static string Configuration(MutantRepository repository)
    {
        var fileMode = OperatingSystem.IsWindows() ? "false" : "true";
        var text = new StringBuilder($"[core]\n\trepositoryformatversion = 0\n\tfilemode = {fileMode}\n\tbare = false\n\tautocrlf = false\n\tlogallrefupdates = false\n");
        foreach (var remote in repository.Git.Network.Remotes.OrderBy(each => each.Name, StringComparer.Ordinal))
        {
            text.Append($"[remote \"{Quoted(remote.Name)}\"]\n\turl = \"{Quoted(WithoutUser(remote.Url))}\"\n");
        }

        return text.ToString();
    }

    /// <summary>An address may carry a password, which is no part of what a build needs.</summary>
    private static string WithoutUser(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Contains(':', StringComparison.Ordinal)
            ? url.Replace(uri.UserInfo + "@", "", StringComparison.Ordinal)
            : url;

    private static string Quoted(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static void WriteIfOther(string git, string file, string text)
    {
        var path = Path.Combine(git, file);
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            File.WriteAllText(path, text);
        }
    }
}
