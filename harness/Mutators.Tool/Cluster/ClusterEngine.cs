using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Mutators.Campaign;

namespace Mutators.Tool.Cluster;

/// <summary>A batch engine that somebody else wrote, and the file by which it runs the shards of a campaign and merges them.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="Template">The file's form, a resource of this assembly.</param>
/// <param name="FileName">Where the file goes, below the repository's root.</param>
/// <param name="Submit">The command that submits the file; empty where the engine takes it from the repository.</param>
/// <param name="Next">What to do with the file, for people.</param>
internal sealed partial record ClusterEngine(string Name, string Template, string FileName, string[] Submit, string Next)
{
    /// <summary>Every engine.</summary>
    internal static IReadOnlyList<ClusterEngine> All { get; } =
    [
        new("slurm", "slurm.sh", "mutators-slurm.sh", ["bash"], "Submit it: bash mutators-slurm.sh"),
        new("kubernetes", "kubernetes.yaml", "mutators-kubernetes.yaml", ["kubectl", "apply", "-f"], "Submit it: kubectl apply -f mutators-kubernetes.yaml"),
        new("github", "github.yml", ".github/workflows/mutators.yml", [], "Commit it: GitHub runs what is in .github/workflows."),
        new("gitlab", "gitlab.yml", "mutators.gitlab-ci.yml", [], "Commit it, and add to .gitlab-ci.yml: include: mutators.gitlab-ci.yml"),
    ];

    /// <summary>The file.</summary>
    internal string Render(ClusterJob job)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["file"] = FileName,
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
        };
        return Placeholder().Replace(Resource(Template), match => values[match.Groups[1].Value]);
    }

    /// <summary>Hands the file to the engine.</summary>
    /// <exception cref="UsageException">The engine has no command line, it is not installed here, or it refuses.</exception>
    internal void SubmitFile(string file)
    {
        if (Submit.Length == 0)
        {
            throw new UsageException($"{Name} has no command that submits a file.", Next);
        }

        var command = new ProcessStartInfo(Submit[0]) { WorkingDirectory = Path.GetDirectoryName(file)! };
        foreach (var argument in Submit.Skip(1).Append(file))
        {
            command.ArgumentList.Add(argument);
        }

        try
        {
            using var process = Process.Start(command)!;
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new UsageException($"{Submit[0]} refuses {file} with exit code {process.ExitCode}.", "Its own message stands above; the file is kept and can be edited.");
            }
        }
        catch (Win32Exception)
        {
            throw new UsageException($"'{Submit[0]}' is not on this machine.", $"Take the file to one that has it. {Next}");
        }
    }

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
/// <param name="Remote">Where nodes without one clone it from.</param>
/// <param name="Commit">Golden.</param>
/// <param name="Shards">Into how many parts the faultload is cut.</param>
/// <param name="Workers">How many of them run at a time.</param>
/// <param name="Image">The container that nodes run.</param>
/// <param name="Tool">The words that start the tool.</param>
/// <param name="Options">What goes to every <c>run</c>.</param>
internal sealed record ClusterJob(string Repository, string Remote, string Commit, int Shards, int Workers, string Image, string[] Tool, string[] Options);
