using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Mutators.Campaign;
using Mutators.Campaign.Faultloads;

namespace Mutators.Tool.Cluster;

/// <summary>A batch engine that somebody else wrote, and the file by which it runs the shards of a campaign and merges them.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="Template">The file's form, a resource of this assembly.</param>
/// <param name="FileName">Where the file goes, below the repository's root.</param>
/// <param name="MostShards">More it does not take as one array or matrix.</param>
/// <param name="Limit">Whose limit that is, and what to do where it is not enough; for people.</param>
/// <param name="Command">The engine's own program, which has to be on the machine that submits; empty where the engine takes the file from the repository.</param>
/// <param name="Submit">The words in front of the file that submit it.</param>
/// <param name="Next">What to do with the file, for people; <c>{{file}}</c> is its name.</param>
internal sealed partial record ClusterEngine(string Name, string Template, string FileName, int MostShards, string Limit, string Command, string[] Submit, string Next)
{
    /// <summary>Every engine.</summary>
    internal static IReadOnlyList<ClusterEngine> All { get; } =
    [
        new("slurm", "slurm.sh", "mutators-slurm.sh", 1_000, "the default MaxArraySize of 1001 allows; where yours is greater, raise 'shards' in the file", "sbatch", ["bash"], "Submit it: bash {{file}}"),
        new("kubernetes", "kubernetes.yaml", "mutators-kubernetes.yaml", FaultloadShard.MaximumCount, "an Indexed Job has", "kubectl", ["kubectl", "apply", "-f"], "Submit it: kubectl apply -f {{file}}"),
        new("github", "github.yml", ".github/workflows/mutators.yml", 256, "a matrix has", "", [], "Commit it: GitHub runs what is in .github/workflows."),
        new("gitlab", "gitlab.yml", "mutators.gitlab-ci.yml", 200, "'parallel' allows", "", [], "Commit it, and add to .gitlab-ci.yml: include: {{file}}"),
    ];

    /// <summary>As many shards as are asked for, if the engine takes them.</summary>
    /// <exception cref="UsageException">It does not.</exception>
    internal int RequireShards(int count) => count <= MostShards ? count : throw new UsageException(
        string.Create(CultureInfo.InvariantCulture, $"--shards {count} is more than {Name} takes as one job."),
        string.Create(CultureInfo.InvariantCulture, $"Give at most {MostShards}, which is what {Limit}."));

    /// <summary>The file.</summary>
    internal string Render(ClusterJob job)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["file"] = Shell(NameOf(job.File, job.Repository)),
            ["repository"] = Shell(job.Repository),
            ["tool"] = string.Join(' ', job.Tool.Select(Shell)),
            ["toolcommand"] = string.Join(' ', job.Tool.Select(Shell)),
            ["options"] = string.Join(' ', job.Options.Select(Shell)),
            ["optionwords"] = string.Concat(job.Options.Select(option => " " + Shell(option))),
            ["shards"] = job.Shards.ToString(CultureInfo.InvariantCulture),
            ["workers"] = job.Workers.ToString(CultureInfo.InvariantCulture),
            ["numbers"] = string.Join(", ", Enumerable.Range(1, job.Shards)),
            ["image"] = Yaml(job.Image),
            ["remote"] = Yaml(job.Remote),
            ["commit"] = Yaml(job.Commit),
            ["campaign"] = job.Name,
            ["manifest"] = "",
        };
        var lines = Resource(Template).Split('\n').Where(line => job.IsToolInManifest || !line.Contains("{{manifest}}", StringComparison.Ordinal));
        return Placeholder().Replace(string.Join('\n', lines), match => values[match.Groups[1].Value]);
    }

    /// <summary>What to do with the file that was written, for people who stand in <paramref name="folder"/>.</summary>
    internal string NextFor(string file, string repository, string folder) => Next.Replace("{{file}}", Shell(NameOf(file, Command.Length > 0 ? folder : repository)), StringComparison.Ordinal);

    /// <summary>Hands the file to the engine.</summary>
    /// <param name="file">The file.</param>
    /// <param name="next">What people do with it themselves.</param>
    /// <exception cref="UsageException">The engine has no command line, it is not installed here, or it refuses.</exception>
    internal void SubmitFile(string file, string next)
    {
        if (Submit.Length == 0)
        {
            throw new UsageException($"{Name} has no command that submits a file.", next);
        }

        if (!IsOnPath(Command))
        {
            throw new UsageException($"'{Command}' is not on this machine.", $"Take the file to one that has it. {next}");
        }

        var start = new ProcessStartInfo(Submit[0]) { WorkingDirectory = Path.GetDirectoryName(file)! };
        foreach (var argument in Submit.Skip(1).Append(file))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new UsageException($"{Command} refuses {file} with exit code {process.ExitCode}.", "Its own message stands above; the file is kept and can be edited.");
        }
    }

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program)));

    /// <summary>How people name a file who stand in <paramref name="folder"/>: from there if it is below, in full otherwise.</summary>
    private static string NameOf(string file, string folder) =>
        Path.GetRelativePath(folder, file) is var relative && !Path.IsPathRooted(relative) && !relative.StartsWith("..", StringComparison.Ordinal)
            ? relative.Replace('\\', '/')
            : file;

    /// <summary>A word for a shell: as it is if no shell reads anything into it, quoted otherwise.</summary>
    private static string Shell(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or ':' or ',')
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>A text for YAML, in quotes in which only quotes and backslashes mean something.</summary>
    private static string Yaml(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    // Small letters only, and no blanks: GitHub's own ${{ matrix.shard }} has blanks.
    [GeneratedRegex(@"\{\{([a-z]+)\}\}")]
    private static partial Regex Placeholder();
}

/// <summary>What an engine is to run.</summary>
/// <param name="Repository">The repository's root, as nodes with a shared file system see it.</param>
/// <param name="File">Where what is written goes.</param>
/// <param name="Remote">Where nodes without one clone it from.</param>
/// <param name="Commit">Golden.</param>
/// <param name="Shards">Into how many parts the faultload is cut.</param>
/// <param name="Workers">How many of them run at a time.</param>
/// <param name="Image">The container that nodes run.</param>
/// <param name="Tool">The words that start the tool.</param>
/// <param name="Options">What goes to every <c>run</c>.</param>
internal sealed record ClusterJob(string Repository, string File, string Remote, string Commit, int Shards, int Workers, string Image, string[] Tool, string[] Options)
{
    /// <summary>A name that another commit, number of shards or option changes: stores under one name are parts of one campaign.</summary>
    internal string Name => string.Create(
        CultureInfo.InvariantCulture,
        $"{Commit[..Math.Min(NameDigits, Commit.Length)]}-{Shards}{(Options.Length == 0 ? "" : "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Options))))[..OptionDigits])}");

    /// <summary>Whether the tool is started as one of the repository's manifest, which is restored first; otherwise a node has it.</summary>
    internal bool IsToolInManifest => Tool is ["dotnet", "mutators"];

    private const int NameDigits = 12;

    private const int OptionDigits = 8;
}
