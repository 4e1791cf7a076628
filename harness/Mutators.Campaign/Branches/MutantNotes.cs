using System.Text;
using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>
/// Git notes on mutants: outcomes in <c>refs/notes/mutators</c>, reviewers' decisions in a place of their own. Many notes are written as one
/// commit: the library's own way makes a commit and reads all notes for each.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="objectsDirectory">Its folder of objects.</param>
/// <param name="date">The date of the commits that hold the notes.</param>
/// <param name="refName">Where the notes are kept.</param>
/// <param name="what">What a note holds, for the messages of these commits: <c>outcome</c>.</param>
internal sealed class MutantNotes(Repository repository, string objectsDirectory, DateTimeOffset date, string refName = MutantNotes.RefName, string what = "outcome")
{
    /// <summary>Where outcomes are kept.</summary>
    public const string RefName = "refs/notes/mutators";

    /// <summary>Bytes of a note: text for people, not a log.</summary>
    public const int MaximumLength = 1 << 20;

    /// <summary>Notes from which on a pack is better than loose objects; git draws this line at the same number of objects when it fetches.</summary>
    private const int NotesWorthAPack = 100;

    /// <summary>Hex digits of a commit that name its folder of notes.</summary>
    private const int FolderDigits = 2;

    /// <summary>The note of a commit, or null.</summary>
    public string? Read(string commitSha) => Find(commitSha)?.GetContentText(Encoding.UTF8);

    /// <summary>Every note with the commit that it is on, in the order of the commits.</summary>
    public IEnumerable<(string CommitSha, string Text)> All()
    {
        var notes = new SortedDictionary<string, ObjectId>(StringComparer.Ordinal);
        foreach (var entry in Tip()?.Tree ?? Enumerable.Empty<TreeEntry>())
        {
            Collect(entry, entry.Name, notes);
        }

        return notes.Select(each => (each.Key, repository.Lookup<Blob>(each.Value).GetContentText(Encoding.UTF8)));
    }

    /// <summary>Sets the notes of commits; a null removes one. Nothing is written if all are as wanted.</summary>
    public void Write(IEnumerable<KeyValuePair<string, string?>> notes)
    {
        var changes = notes
            .Select(each => (Sha: each.Key, Text: each.Value is null ? null : each.Value.TrimEnd('\n') + "\n"))
            .Where(each => Read(each.Sha) != each.Text)
            .ToList();
        if (changes.Count == 0)
        {
            return;
        }

        var folders = changes.GroupBy(each => each.Sha[..FolderDigits], StringComparer.Ordinal).ToDictionary(
            each => each.Key, each => each.ToList(), StringComparer.Ordinal);
        using var pack = new PackWriter(objectsDirectory);
        var root = WriteRoot(folders, changes.Count < NotesWorthAPack ? WriteLoose : pack.Add);
        pack.Finish();
        var message = changes.Count == 1 ? $"Note of a mutant's {what}\n" : $"Notes of {changes.Count} mutants' {what}s\n";
        var commit = repository.ObjectDatabase.Write<Commit>(MutantCommit.Bytes(root.Sha, Tip()?.Sha, date, message));
        repository.Refs.Add(refName, commit, "mutators: notes", allowOverwrite: true);
    }

    private Commit? Tip() => repository.Refs[refName] is { } reference ? repository.Lookup<Commit>(reference.TargetIdentifier) : null;

    /// <summary>Git itself may have written notes: it keeps few of them flat, and many in folders of folders.</summary>
    private Blob? Find(string sha)
    {
        var tree = Tip()?.Tree;
        var entry = tree?[sha] ?? tree?[$"{sha[..2]}/{sha[2..]}"] ?? tree?[$"{sha[..2]}/{sha[2..4]}/{sha[4..]}"];
        return entry?.Target as Blob;
    }

    private RawObject WriteRoot(Dictionary<string, List<(string Sha, string? Text)>> changes, Action<RawObject> write)
    {
        // Folders without a change are taken over as they are; those with one, and notes that lie flat, are laid out anew.
        var entries = new SortedDictionary<string, (Mode Mode, string Name, ObjectId Id)>(StringComparer.Ordinal);
        var anew = changes.Keys.ToDictionary(each => each, _ => new SortedDictionary<string, ObjectId>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var entry in Tip()?.Tree ?? Enumerable.Empty<TreeEntry>())
        {
            var isFolder = entry.TargetType == TreeEntryTargetType.Tree;
            if (isFolder && anew.TryGetValue(entry.Name, out var folder))
            {
                Collect(entry, entry.Name, folder);
            }
            else if (entry.TargetType == TreeEntryTargetType.Blob && entry.Name.Length == 2 * TreeBytes.IdLength
                && anew.TryGetValue(entry.Name[..FolderDigits], out folder))
            {
                folder.TryAdd(entry.Name, entry.Target.Id);
            }
            else
            {
                entries.Add(isFolder ? entry.Name + "/" : entry.Name, (entry.Mode, entry.Name, entry.Target.Id));
            }
        }

        foreach (var (name, notes) in anew)
        {
            foreach (var (sha, text) in changes[name])
            {
                notes.Remove(sha);
                if (text is not null)
                {
                    var note = new RawObject(ObjectKind.Blob, Encoding.UTF8.GetBytes(text));
                    write(note);
                    notes.Add(sha, new ObjectId(note.Id));
                }
            }

            if (notes.Count > 0)
            {
                entries.Add(name + "/", (Mode.Directory, name, WriteFolder(notes, write)));
            }
        }

        var bytes = new MemoryStream();
        foreach (var (mode, name, id) in entries.Values)
        {
            TreeBytes.Append(bytes, (int)mode, name, id);
        }

        var root = new RawObject(ObjectKind.Tree, bytes.ToArray());
        write(root);
        return root;
    }

    private static ObjectId WriteFolder(SortedDictionary<string, ObjectId> notes, Action<RawObject> write)
    {
        var bytes = new MemoryStream();
        foreach (var (sha, id) in notes)
        {
            TreeBytes.Append(bytes, (int)Mode.NonExecutableFile, sha[FolderDigits..], id);
        }

        var folder = new RawObject(ObjectKind.Tree, bytes.ToArray());
        write(folder);
        return new ObjectId(folder.Id);
    }

    private void WriteLoose(RawObject added)
    {
        var id = added.Kind == ObjectKind.Blob ? repository.ObjectDatabase.Write<Blob>(added.Content) : repository.ObjectDatabase.Write<Tree>(added.Content);
        Invariant.Holds(id.Sha == added.Sha);
    }

    private static void Collect(TreeEntry entry, string name, SortedDictionary<string, ObjectId> notes)
    {
        if (entry.Target is Tree folder)
        {
            foreach (var below in folder)
            {
                Collect(below, name + below.Name, notes);
            }
        }
        else
        {
            notes.TryAdd(name, entry.Target.Id);
        }
    }
}
