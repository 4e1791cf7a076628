using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>Turns a full disk into words: the one failure of writing that every user meets and can mend.</summary>
internal static class DiskSpace
{
    /// <summary>ENOSPC on Unix, as the runtime keeps it in an exception's HResult.</summary>
    private const int UnixNoSpace = 28;

    /// <summary>EDQUOT on Linux: the user's share of the disk is full.</summary>
    private const int UnixQuota = 122;

    /// <summary>ERROR_DISK_FULL as an HResult.</summary>
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Runs an action that writes below <paramref name="directory"/>.</summary>
    public static T Guard<T>(string directory, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (IOException problem) when (problem.HResult is UnixNoSpace or UnixQuota or WindowsDiskFull)
        {
            throw Full(directory);
        }
        catch (LibGit2SharpException problem) when (problem.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase))
        {
            throw Full(directory);
        }
    }

    private static UsageException Full(string directory) => new(
        $"No space is left for '{directory}'.",
        "Free some space and give the same command again: what is written stays, and nothing half-written is used.");
}
