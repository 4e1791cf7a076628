using System.Diagnostics;
using System.Text;
using LibGit2Sharp;

namespace Mutators.Campaign.Branches;

/// <summary>
/// Writes many references as git's own <c>pack-refs</c> would leave them: lines of one file. One by one they would be a file and a log each,
/// and <c>git branch</c> would open all of them.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="commonDirectory">The git folder that all work trees share.</param>
/// <param name="patience">For how long another process may hold the lock.</param>
internal sealed class PackedReferences(Repository repository, string commonDirectory, TimeSpan patience)
{
    /// <summary>Few references are written as git writes a branch: with a log, and without rewriting those of the user.</summary>
    private const int WorthPacking = 50;

    /// <summary>What git has written on top of the file since 2.21: the lines are in the order of the names, and a tag is followed by what it points to.</summary>
    private const string Header = "# pack-refs with: peeled fully-peeled sorted ";

    private const string FileName = "packed-refs";

    private const int PauseMilliseconds = 20;

    /// <summary>Makes references point to commits, whether they exist or not. Commits have to be there, as have the objects they need.</summary>
    /// <exception cref="UsageException">Another git process is writing the file, and does not end within the time that it is waited for.</exception>
    public void Write(IReadOnlyCollection<(string Name, string Tip)> references, CancellationToken cancel)
    {
        var path = Path.Combine(commonDirectory, FileName);
        var present = File.Exists(path) ? File.ReadAllLines(path) : [Header];
        var isSorted = present is [var first, ..] && first.Contains("fully-peeled", StringComparison.Ordinal) && first.Contains("sorted", StringComparison.Ordinal);
        if (references.Count < WorthPacking || !isSorted)
        {
            OneByOne(references, cancel);
            return;
        }

        cancel.ThrowIfCancellationRequested();
        using (var @lock = Lock(path, cancel))
        {
            try
            {
                // Read again under the lock: nobody else can write from here on.
                Merge(File.Exists(path) ? File.ReadAllLines(path) : present, references, @lock);
                @lock.Flush(flushToDisk: true);
                @lock.Dispose();
                File.Move(path + ".lock", path, overwrite: true);
            }
            finally
            {
                // Gone by now, unless something went wrong: git would wait for it for ever.
                File.Delete(path + ".lock");
            }
        }

        // A reference that has a file of its own is what the file says, whatever is packed.
        OneByOne([.. references.Where(each => File.Exists(Path.Combine(commonDirectory, each.Name)))], cancel);
    }

    private void OneByOne(IReadOnlyCollection<(string Name, string Tip)> references, CancellationToken cancel)
    {
        foreach (var (name, tip) in references)
        {
            cancel.ThrowIfCancellationRequested();
            repository.Refs.Add(name, new ObjectId(tip), "mutators: emit", allowOverwrite: true);
        }
    }

    /// <summary>
    /// Creates the file by which git processes keep each other from writing, and waits for it as git does: each holds it for as long as it
    /// takes to write the references once.
    /// </summary>
    private FileStream Lock(string path, CancellationToken cancel)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path + ".lock", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            }
            catch (IOException) when (File.Exists(path + ".lock"))
            {
                if (waiting.Elapsed >= patience)
                {
                    throw new UsageException(
                        $"Another git process is packing this repository's references, and was not done after {waiting.Elapsed.TotalSeconds:0} s.",
                        $"Wait until it has ended, and give the command again. If there is none: delete {path}.lock");
                }
            }

            cancel.WaitHandle.WaitOne(PauseMilliseconds);
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Both lists are in the order of their names, and so is the result.</summary>
    private static void Merge(string[] present, IReadOnlyCollection<(string Name, string Tip)> references, FileStream output)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        using var added = references.OrderBy(each => each.Name, StringComparer.Ordinal).GetEnumerator();
        var isMore = added.MoveNext();
        writer.WriteLine(Header);
        for (var i = 1; i < present.Length; i++)
        {
            var line = present[i];
            if (line.StartsWith('^'))
            {
                writer.WriteLine(line);
                continue;
            }

            var name = line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            for (; isMore && string.CompareOrdinal(added.Current.Name, name) < 0; isMore = added.MoveNext())
            {
                writer.WriteLine($"{added.Current.Tip} {added.Current.Name}");
            }

            if (isMore && added.Current.Name == name)
            {
                writer.WriteLine($"{added.Current.Tip} {name}");
                isMore = added.MoveNext();
            }
            else
            {
                writer.WriteLine(line);
            }
        }

        for (; isMore; isMore = added.MoveNext())
        {
            writer.WriteLine($"{added.Current.Tip} {added.Current.Name}");
        }
    }
}
