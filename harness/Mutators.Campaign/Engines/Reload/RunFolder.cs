using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>The folder that a lane's runs take place in, a copy of a <see cref="Stage"/>'s: what a run has written, deleted or changed there is put back before the next.</summary>
internal sealed class RunFolder : IDisposable
{
    private static readonly EnumerationOptions everything = new() { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };

    private readonly string _original;
    private readonly Dictionary<string, (bool IsFolder, long Length, DateTime Written)> _entries;

    /// <param name="original">The stage's folder.</param>
    /// <param name="path">The copy.</param>
    public RunFolder(string original, string path)
    {
        _original = original;
        Path = path;
        ProgramFolder.Copy(original, path);
        _entries = Entries();
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Makes it what it was.</summary>
    public void Restore()
    {
        var now = Entries();
        if (now.Count == _entries.Count && now.All(each => _entries.TryGetValue(each.Key, out var before) && before == each.Value))
        {
            return;
        }

        foreach (var (name, entry) in now.Where(each => !_entries.TryGetValue(each.Key, out var before) || before != each.Value))
        {
            Delete(System.IO.Path.Combine(Path, name), entry.IsFolder);
        }

        foreach (var (name, (isFolder, _, written)) in _entries.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            var path = System.IO.Path.Combine(Path, name);
            if (isFolder)
            {
                Directory.CreateDirectory(path);
            }
            else if (!File.Exists(path))
            {
                File.Copy(System.IO.Path.Combine(_original, name), path);
                File.SetLastWriteTimeUtc(path, written);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ProgramFolder.Delete(Path);

    private static void Delete(string path, bool isFolder)
    {
        if (!isFolder)
        {
            // The folder that it lay in may have been deleted before it.
            if (File.Exists(path))
            {
                File.Delete(path);
            }
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>All that lies in it; of folders the names alone, since their times follow from what is in them.</summary>
    private Dictionary<string, (bool IsFolder, long Length, DateTime Written)> Entries() => new DirectoryInfo(Path)
        .EnumerateFileSystemInfos("*", everything)
        .ToDictionary(
            each => System.IO.Path.GetRelativePath(Path, each.FullName),
            each => each is FileInfo file ? (false, file.Length, file.LastWriteTimeUtc) : (true, 0L, DateTime.MinValue),
            StringComparer.Ordinal);
}
