using System.Collections.Immutable;

namespace Mutators.Campaign.Branches;

/// <summary>
/// The file that records what a checkout holds, written before and after every switch. It is replaced by a rename, so a process that
/// is killed leaves the old record or the new one.
/// </summary>
internal sealed class CheckoutMarker(string gitDirectory)
{
    private readonly string _path = Path.Combine(gitDirectory, "mutators-checkout");

    /// <summary>The file that a process holds open while it uses the checkout.</summary>
    public static string LockFile(string gitDirectory) => Path.Combine(gitDirectory, "mutators-lock");

    /// <summary>True for the files that exist before the first record does.</summary>
    public static bool IsOwnFile(string path) => Path.GetFileName(path) is "mutators-lock" or "mutators-checkout.next";

    /// <summary>True if the folder is a checkout of ours.</summary>
    public bool Exists => File.Exists(_path);

    /// <summary>The record; null if there is none.</summary>
    public State? Read()
    {
        var words = Exists ? File.ReadAllText(_path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        return words switch
        {
            ["creating"] => new State(null, []),
            ["present", var commit] => new State(commit, []),
            ["switching", var from, .. var to] => new State(from, [.. to]),
            _ => null,
        };
    }

    public void WriteCreating() => Write("creating");

    public void WritePresent(string commit) => Write($"present {commit}");

    /// <summary>
    /// Records a switch. One that repairs an interrupted one names the targets of both: until it is finished, each file can be of
    /// any of them.
    /// </summary>
    public void WriteSwitching(string from, IEnumerable<string> to) => Write($"switching {from} {string.Join(' ', to.Distinct(StringComparer.Ordinal))}");

    private void Write(string record)
    {
        var next = _path + ".next";
        File.WriteAllText(next, record + "\n");
        File.Move(next, _path, overwrite: true);
    }

    /// <summary>What a checkout holds.</summary>
    /// <param name="Present">The commit that its files are of, but for what the unfinished switches touch; null while it is being made.</param>
    /// <param name="Unfinished">The commits that interrupted switches went to.</param>
    internal sealed record State(string? Present, ImmutableArray<string> Unfinished);
}
