using System.Globalization;
using System.Text;
using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>
/// The folders of golden as tree objects' bytes. A mutant changes one file, so each of its trees is golden's with one
/// id replaced: a copy of bytes, whatever the size of the repository.
/// </summary>
internal sealed class GoldenFolders(Repository repository, Tree root)
{
    private readonly Dictionary<string, Folder> _folders = new(StringComparer.Ordinal);

    /// <summary>Writes the trees of a golden in which one file has another content.</summary>
    /// <returns>The id of the root tree.</returns>
    public ObjectId WithFile(string path, ObjectId blob)
    {
        var id = blob;
        for (var rest = path; rest.Length > 0;)
        {
            var slash = rest.LastIndexOf('/');
            var folder = At(slash < 0 ? "" : rest[..slash]);
            id = repository.ObjectDatabase.Write<Tree>(folder.With(rest[(slash + 1)..], id));
            rest = slash < 0 ? "" : rest[..slash];
        }

        return id;
    }

    private Folder At(string path)
    {
        if (!_folders.TryGetValue(path, out var folder))
        {
            folder = Folder.Of(path.Length == 0 ? root : (Tree)root[path].Target);
            _folders.Add(path, folder);
        }

        return folder;
    }

    private sealed class Folder
    {
        private readonly byte[] _bytes;
        private readonly Dictionary<string, int> _ids;

        private Folder(byte[] bytes, Dictionary<string, int> ids)
        {
            _bytes = bytes;
            _ids = ids;
        }

        public static Folder Of(Tree tree)
        {
            var bytes = new MemoryStream();
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var entry in tree)
            {
                TreeBytes.Append(bytes, (int)entry.Mode, entry.Name, entry.Target.Id);
                ids.Add(entry.Name, (int)bytes.Length - TreeBytes.IdLength);
            }

            // The library hands names out as text; a name that is no UTF-8 would come back as another one.
            var folder = new Folder(bytes.ToArray(), ids);
            return TreeBytes.IdOf("tree", folder._bytes) == tree.Sha
                ? folder
                : throw new UsageException(
                    "A folder of the repository has a file name that is not UTF-8.",
                    "Rename that file: git ls-files -z shows the names.",
                    ExitCode.RepositoryNotUsable);
        }

        public byte[] With(string name, ObjectId id)
        {
            var bytes = (byte[])_bytes.Clone();
            id.RawId.CopyTo(bytes, _ids[name]);
            return bytes;
        }
    }
}

/// <summary>The format of git's tree objects.</summary>
internal static class TreeBytes
{
    /// <summary>Bytes of a SHA-1.</summary>
    public const int IdLength = 20;

    /// <summary>Appends one entry: mode in octal, blank, name, zero, id.</summary>
    public static void Append(MemoryStream bytes, int mode, string name, ObjectId id)
    {
        bytes.Write(Encoding.UTF8.GetBytes($"{Convert.ToString(mode, 8)} {name}\0"));
        bytes.Write(id.RawId);
    }

    /// <summary>The id that git gives an object.</summary>
    public static string IdOf(string kind, byte[] content)
    {
        var header = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind} {content.Length}\0"));
#pragma warning disable CA5350 // Git's object names are SHA-1; nothing here rests on its strength.
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData([.. header, .. content]));
#pragma warning restore CA5350
    }
}
