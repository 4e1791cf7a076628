using System.Text;
using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>
/// The folders of golden as tree objects' bytes. A mutant changes one file, so each of its trees is golden's with one
/// id replaced: a copy of bytes, whatever the size of the repository.
/// </summary>
internal sealed class GoldenFolders(Tree root)
{
    private readonly Dictionary<string, Folder> _folders = new(StringComparer.Ordinal);

    /// <summary>The trees of a golden in which one file has another content, the root's last.</summary>
    public List<RawObject> WithFile(string path, RawObject blob)
    {
        var trees = new List<RawObject>();
        var below = blob;
        for (var rest = path; rest.Length > 0;)
        {
            var slash = rest.LastIndexOf('/');
            below = At(slash < 0 ? "" : rest[..slash]).With(rest[(slash + 1)..], below);
            trees.Add(below);
            rest = slash < 0 ? "" : rest[..slash];
        }

        return trees;
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
        private readonly RawObject _golden;
        private readonly Dictionary<string, int> _ids;

        private Folder(RawObject golden, Dictionary<string, int> ids)
        {
            _golden = golden;
            _ids = ids;
        }

        public static Folder Of(Tree tree)
        {
            var bytes = new MemoryStream();
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var entry in tree)
            {
                // Only names and ids are asked for: what they name can be absent, as in a partial clone, or be a submodule.
                TreeBytes.Append(bytes, (int)entry.Mode, entry.Name, entry.Target.Id);
                ids[entry.Name] = (int)bytes.Length - TreeBytes.IdLength;
            }

            // The library hands names out as text; a name that is no UTF-8 would come back as another one.
            var golden = new RawObject(ObjectKind.Tree, bytes.ToArray());
            return golden.Sha == tree.Sha
                ? new Folder(golden, ids)
                : throw new UsageException(
                    "A folder of the repository has a file name that is not UTF-8.",
                    "Rename that file: git ls-files -z shows the names.",
                    ExitCode.RepositoryNotUsable);
        }

        public RawObject With(string name, RawObject below)
        {
            var bytes = (byte[])_golden.Content.Clone();
            below.Id.CopyTo(bytes, _ids[name]);
            return new RawObject(ObjectKind.Tree, bytes, _golden);
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
}
