using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>Writes git's objects as files: raw bytes, executable bits and symbolic links, never through a filter and never through a link.</summary>
internal static class CheckoutFiles
{
    /// <summary>Folders in folders; deeper ones than any file system's path limit allows are an attack or a mistake.</summary>
    private const int MaximumDepth = 200;

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes every file of a tree.</summary>
    public static void WriteTree(string root, Tree tree) => WriteTree(root, "", tree, 0);

    /// <summary>Makes some paths what a tree says of them: files with its content, or absent.</summary>
    public static void Bring(string root, Tree tree, IReadOnlyCollection<string> paths)
    {
        foreach (var path in paths)
        {
            RequireHarmlessPath(path);
        }

        // Deletions come first: a file may make room for a folder of its name, or the other way round.
        var entries = paths.Select(path => (Path: path, Entry: tree[path])).ToList();
        foreach (var (path, entry) in entries)
        {
            if (entry is null || entry.TargetType == TreeEntryTargetType.Tree)
            {
                DeleteFile(root, path);
            }
        }

        foreach (var (path, entry) in entries)
        {
            if (entry is { TargetType: not TreeEntryTargetType.Tree })
            {
                Write(root, path, entry);
            }
        }
    }

    /// <summary>Deletes a file, a link (not its target) or a folder with all in it.</summary>
    public static void Delete(string path)
    {
        var info = new FileInfo(path);
        if (info.Attributes != (FileAttributes)(-1) && info.Attributes.HasFlag(FileAttributes.Directory) && !info.Attributes.HasFlag(FileAttributes.ReparsePoint))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private static void WriteTree(string root, string path, Tree tree, int depth)
    {
        Invariant.Holds(depth < MaximumDepth);
        foreach (var entry in tree)
        {
            var below = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
            if (entry.TargetType == TreeEntryTargetType.Tree)
            {
                RequireHarmlessPath(below);
                WriteTree(root, below, (Tree)entry.Target, depth + 1);
            }
            else
            {
                Write(root, below, entry);
            }
        }
    }

    private static void Write(string root, string path, TreeEntry entry)
    {
        RequireHarmlessPath(path);
        var full = Path.Combine(root, path);
        if (entry.TargetType == TreeEntryTargetType.GitLink)
        {
            // A submodule is another repository: as after a plain clone there is an empty folder.
            Directory.CreateDirectory(full);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        Delete(full);
        var blob = (Blob)entry.Target;
        if (entry.Mode == Mode.SymbolicLink && !OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(full, blob.GetContentText());
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = entry.Mode == Mode.ExecutableFile ? Executable : Readable;
        }

        using var content = blob.GetContentStream();
        using var file = new FileStream(full, options);
        content.CopyTo(file);
    }

    private static void DeleteFile(string root, string path)
    {
        var full = Path.Combine(root, path);
        var info = new FileInfo(full);
        if (info.Exists || info.LinkTarget is not null)
        {
            File.Delete(full);
        }

        // Git knows no empty folders, and MSBuild's globs must not see what is gone; a folder with build outputs is not empty.
        for (var folder = Path.GetDirectoryName(full)!;
             folder.Length > root.Length && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any();
             folder = Path.GetDirectoryName(folder)!)
        {
            Directory.Delete(folder);
        }
    }

    /// <summary>A tree can be made by hand to name a way out of its folder or into the git folder; git itself refuses these names too.</summary>
    private static void RequireHarmlessPath(string path)
    {
        foreach (var name in path.Split('/'))
        {
            var isHarmful = name is "" or "." or ".."
                || name.Equals(".git", StringComparison.OrdinalIgnoreCase)
                || (OperatingSystem.IsWindows() && name.AsSpan().ContainsAny('\\', ':'));
            if (isHarmful)
            {
                throw new UsageException(
                    $"The repository holds a file that may not be written: '{path}'.",
                    "Look at it with git ls-tree: such names are used for attacks.",
                    ExitCode.RepositoryNotUsable);
            }
        }
    }
}
