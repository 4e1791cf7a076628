using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>Turns a full disk into words: the one failure of writing that every user meets and can mend.</summary>
public static class DiskSpace
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
        catch (IOException problem) when (IsFull(problem))
        {
            throw Full(directory);
        }
        catch (LibGit2SharpException problem) when (SaysFull(problem.Message))
        {
            throw Full(directory);
        }
    }

    /// <summary>Whether a write failed because the disk, or the user's share of it, is full.</summary>
    public static bool IsFull(IOException problem) => problem.HResult is UnixNoSpace or UnixQuota or WindowsDiskFull;

    /// <summary>Throws if another program's message says that the disk is full: then nothing else in it matters.</summary>
    /// <param name="directory">Where that program writes.</param>
    /// <param name="message">What it said.</param>
    public static void RequireNotFull(string directory, string message)
    {
        if (SaysFull(message))
        {
            throw Full(directory);
        }
    }

    /// <summary>The problem in the user's words.</summary>
    /// <param name="directory">Where the write was.</param>
    public static UsageException Full(string directory) => new(
        $"No space is left for '{directory}'.",
        "Free some space and give the same command again: what is written stays, and nothing half-written is used.");

    private static bool SaysFull(string message) =>
        message.Contains("No space left", StringComparison.OrdinalIgnoreCase) || message.Contains("not enough space on the disk", StringComparison.OrdinalIgnoreCase);
}
