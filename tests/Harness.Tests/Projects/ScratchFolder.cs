using System.Diagnostics;

namespace Harness.Tests;

/// <summary>A folder of one test's own, removed with all its content when the test ends.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public ScratchFolder() => Path = Directory.CreateTempSubdirectory("mutators-").FullName;

    public string Path { get; }

    /// <summary>The full path of something in the folder.</summary>
    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file, with its folders.</summary>
    public string Write(string relative, string text)
    {
        var path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Makes the folder a git repository with one commit, for what asks for no more.</summary>
    public void BeginRepository()
    {
        Run("git", "init", "-q", "-b", "main");
        Write("readme.txt", "golden");
        Run("git", "add", "-A");
        Run("git", "commit", "-q", "-m", "golden");
    }

    /// <summary>Runs a program in the folder and returns its standard output; it must exit with 0.</summary>
    public string Run(string program, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Neither the machine's git configuration nor this process's MSBuild may change what a test sees.
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        foreach (var who in new[] { "AUTHOR", "COMMITTER" })
        {
            start.Environment[$"GIT_{who}_NAME"] = "A Programmer";
            start.Environment[$"GIT_{who}_EMAIL"] = "programmer@example.org";
            start.Environment[$"GIT_{who}_DATE"] = "2026-03-04T05:06:07+01:30";
        }

        foreach (var variable in Mutators.Campaign.Projects.MSBuildEnvironment.Variables)
        {
            start.Environment.Remove(variable);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"{program} {string.Join(' ', arguments!)}\n{output}\n{errors.Result}");
        return output;
    }

    public void Dispose()
    {
        foreach (var file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
        {
            // Git's objects are read-only, which keeps Windows from deleting them.
            if (OperatingSystem.IsWindows())
            {
                File.SetAttributes(file, FileAttributes.Normal);
            }
        }

        Directory.Delete(Path, recursive: true);
    }
}
