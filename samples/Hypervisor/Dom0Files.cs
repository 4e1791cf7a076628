using System.Text;

namespace Xen.Hypervisor;

/// <summary>The file system of Dom0 as far as anybody looks at it: full path to bytes. Files outlive the processes that wrote them.</summary>
public sealed class Dom0Files
{
    private readonly SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);

    /// <summary>Told of each access: path, whether it changes something, and what the file then holds (null for no file). Null when nobody looks on.</summary>
    internal Action<string, bool, byte[]?>? Accessed { get; init; }

    /// <summary>How many bytes all files together may have; the disk is full beyond that.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    public long UsedBytes
    {
        get
        {
            var used = files.Values.Sum(content => (long)content.Length);
            Accessed?.Invoke("(used)", false, BitConverter.GetBytes(used));
            return used;
        }
    }

    /// <summary>Creates or replaces a file as long as there is room for it. False when the disk is full: then nothing has changed.</summary>
    public bool TryWrite(string path, byte[] content)
    {
        var before = files.TryGetValue(path, out var old) ? old.Length : 0;
        if (CapacityBytes != long.MaxValue && UsedBytes - before + content.Length > CapacityBytes)
        {
            return false;
        }

        files[path] = content;
        Accessed?.Invoke(path, true, content);
        return true;
    }

    /// <summary>All paths, in ordinal order.</summary>
    public IEnumerable<string> Paths => files.Keys;

    public bool Exists(string path) => Look(path) is not null;

    /// <summary>The paths below a directory, in ordinal order.</summary>
    public IReadOnlyList<string> Below(string directory)
    {
        var prefix = directory.EndsWith('/') ? directory : directory + "/";
        List<string> found = [.. files.Keys.Where(p => p.StartsWith(prefix, StringComparison.Ordinal))];
        Accessed?.Invoke(prefix, false, Encoding.UTF8.GetBytes(string.Join('\n', found)));
        return found;
    }

    /// <summary>The content, or null when there is no such file. The array is the file itself: writing to it writes the file.</summary>
    public byte[]? Open(string path) => Look(path);

    public string? ReadText(string path) => Look(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Creates or replaces a file. The array becomes the file's content, it is not copied.</summary>
    public void Write(string path, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        files[path] = content;
        Accessed?.Invoke(path, true, content);
    }

    public void WriteText(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    public void AppendText(string path, string content) => WriteText(path, (ReadText(path) ?? "") + content);

    /// <summary>Creates a file that must not exist yet (O_CREAT|O_EXCL): the primitive under lock files.</summary>
    public bool TryCreate(string path, byte[] content)
    {
        var created = files.TryAdd(path, content);
        Accessed?.Invoke(path, created, files[path]);
        return created;
    }

    public bool Delete(string path)
    {
        var deleted = files.Remove(path);
        Accessed?.Invoke(path, true, null);
        return deleted;
    }

    private byte[]? Look(string path)
    {
        var content = files.GetValueOrDefault(path);
        Accessed?.Invoke(path, false, content);
        return content;
    }
}
