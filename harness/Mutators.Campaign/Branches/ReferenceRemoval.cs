using System.Diagnostics;
using System.Text;
using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>
/// Deletes many references in one transaction of the git program: the library rewrites the file of packed references for each of them.
/// Without a git program, the library does it after all.
/// </summary>
internal sealed class ReferenceRemoval(Repository repository, string gitDirectory)
{
    /// <summary>Few references are deleted sooner than a program is started.</summary>
    private const int WorthAProgram = 50;

    /// <summary>Deletes references that still have the tip that was looked at; one that has moved since stays, with all others.</summary>
    public void Remove(IReadOnlyCollection<(string Name, string Tip)> references)
    {
        if (references.Count < WorthAProgram || !RunGit(references))
        {
            foreach (var (name, _) in references)
            {
                repository.Refs.Remove(name);
            }
        }
    }

    private bool RunGit(IReadOnlyCollection<(string Name, string Tip)> references)
    {
        var start = new ProcessStartInfo("git", ["--git-dir", gitDirectory, "update-ref", "--stdin", "-z"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        using var git = Start(start);
        if (git is null)
        {
            return false;
        }

        // Its errors are short; its input is long, and it reads all of it before it does anything.
        try
        {
            foreach (var (name, tip) in references)
            {
                git.StandardInput.Write($"delete {name}\0{tip}\0");
            }

            git.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before it read all: what it says on the way out is the message.
        }

        var error = git.StandardError.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? true
            : throw new UsageException(
                $"git does not delete the branches: {error.Trim().Split('\n')[0]}", "Wait for other git commands in this repository to end, and give the command again.");
    }

    private static Process? Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
