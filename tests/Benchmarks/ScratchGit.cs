using System.Diagnostics;
using System.Text;
using Microsoft.CodeAnalysis.Text;
using Mutators.Campaign.Branches;

namespace Benchmarks;

/// <summary>A throw-away git repository of the size of a project, for what is measured against git itself.</summary>
internal sealed class ScratchGit : IDisposable
{
    private const int Files = 200;

    private static readonly Dictionary<string, string> clean = new(StringComparer.Ordinal)
    {
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_AUTHOR_NAME"] = "A Programmer", ["GIT_AUTHOR_EMAIL"] = "programmer@example.org", ["GIT_AUTHOR_DATE"] = "2026-03-04T05:06:07+01:00",
        ["GIT_COMMITTER_NAME"] = "A Programmer", ["GIT_COMMITTER_EMAIL"] = "programmer@example.org", ["GIT_COMMITTER_DATE"] = "2026-03-04T05:06:07+01:00",
    };

    public string Root { get; } = Directory.CreateTempSubdirectory("mutators-bench-").FullName;

    public int FilesInGit => InGit.Count();

    public long BytesInGit => InGit.Sum(file => file.Length);

    private IEnumerable<FileInfo> InGit => new DirectoryInfo(Path.Combine(Root, ".git")).EnumerateFiles("*", SearchOption.AllDirectories);

    /// <summary>Sources with at least so many lines, in folders of folders.</summary>
    public static Dictionary<string, SourceText> Sources(int lines) => Enumerable.Range(0, Files).ToDictionary(
        file => $"src/Part{file % 10}/Area{file % 20}/File{file}.cs",
        file => SourceText.From(
            string.Concat(Enumerable.Range(0, (lines / Files) + 1).Select(line => $"        context.Step{line}(state.Value{file}, {line * 31 % 997}, \"what happens in step {line} of file {file}\");\n")),
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)),
        StringComparer.Ordinal);

    public void Commit(Dictionary<string, SourceText> sources)
    {
        Git("init", "-q", "-b", "main");
        foreach (var (path, text) in sources)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, path))!);
            File.WriteAllText(Path.Combine(Root, path), text.ToString());
        }

        Git("add", "-A");
        Git("commit", "-q", "-m", "golden");
    }

    /// <summary>Author and message of each branch's commit.</summary>
    public Dictionary<string, (string Author, string Message)> Messages(IReadOnlyList<MutantBranch> branches)
    {
        var commits = Git(input => branches.ToList().ForEach(branch => input.Write(Encoding.ASCII.GetBytes(branch.CommitSha + "\n"))), "log", "--stdin", "--no-walk=unsorted", "--format=%H%n%an <%ae> %ad%n%B%x00", "--date=raw");
        return commits.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(each => each.TrimStart('\n').Split('\n', 3))
            .Where(each => each.Length == 3)
            .ToDictionary(each => each[0], each => (each[1], each[2].TrimEnd('\n') + "\n"), StringComparer.Ordinal);
    }

    /// <summary>Every reference with the commit that it points to.</summary>
    public Dictionary<string, string> Tips() => Git("for-each-ref", "--format=%(refname) %(objectname)").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    /// <summary>As fast as git can: no log for each reference, and the disk is not waited for.</summary>
    public string FastImport(Action<Stream> write) => Git(write, "-c", "core.logAllRefUpdates=false", "-c", "core.fsync=none", "fast-import", "--quiet", "--force");

    public string Git(params string[] arguments) => Git(_ => { }, arguments);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private string Git(Action<Stream> write, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in clean)
        {
            start.Environment[name] = value;
        }

        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEndAsync();
        using (var input = new BufferedStream(git.StandardInput.BaseStream, 1 << 16))
        {
            write(input);
        }

        git.WaitForExit();
        return git.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"git {arguments[0]} exits with {git.ExitCode}");
    }
}
