using System.Diagnostics;

namespace Mutators.Campaign.Branches;

/// <summary>
/// Who works here, as git would sign a commit. Asked of the git program: it knows environment and includes, and the library cannot read any
/// configuration with a libgit2 other than its own.
/// </summary>
internal static class GitIdentity
{
    /// <summary><c>Name &lt;address&gt;</c>; null where git knows nobody, or is not there.</summary>
    public static string? Read(string gitDirectory)
    {
        var start = new ProcessStartInfo("git", ["--git-dir", gitDirectory, "var", "GIT_AUTHOR_IDENT"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var git = Process.Start(start)!;
            var error = git.StandardError.ReadToEndAsync();
            var identity = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            error.Wait();

            // Behind the address stands the time.
            var end = identity.LastIndexOf('>');
            return git.ExitCode == 0 && end > 0 ? identity[..(end + 1)] : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
