using System.Diagnostics;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators;
using Mutators.Campaign.Branches;

namespace Benchmarks;

/// <summary>
/// Many mutants emitted in one go, and the same commits by <c>git fast-import</c>: both start with the same mutants in memory and end with
/// references that git lists. That both made the same commits is checked by their names. Since git spends its time on the references, it is
/// also given the commits alone, which it then writes into one pack and nothing else. Some of them are written by LibGit2Sharp too, the other
/// way that was to choose from.
/// </summary>
internal static class BranchScale
{
    /// <summary>Mutants that the library writes: it makes a file of every object.</summary>
    private const int OfLibrary = 1_000;

    public static void Run(int count)
    {
        using var ours = new ScratchGit();
        using var theirs = new ScratchGit();
        using var alone = new ScratchGit();
        using var library = new ScratchGit();
        var texts = ScratchGit.Sources(count);
        ours.Commit(texts);
        theirs.Commit(texts);
        alone.Commit(texts);
        library.Commit(texts);
        List<Mutant> mutants = [.. texts.OrderBy(file => file.Key, StringComparer.Ordinal).SelectMany(file => DroppedLine.Mutants(file.Key, file.Value)).Take(count)];
        Console.WriteLine($"{mutants.Count:#,0} mutants of {texts.Count} files, {texts.Values.Sum(text => text.Lines.Count):#,0} lines");

        using var repository = MutantRepository.Open(ours.Root);
        var before = Process.GetCurrentProcess().WorkingSet64;
        var (emission, branches) = Timed(() => repository.Emit(mutants, path => texts[path], new EmissionOptions(1)));
        using var whole = Process.GetCurrentProcess();
        var peak = whole.PeakWorkingSet64;

        // What fast-import is given is read from the commits before its clock starts: the text around a fault is not what is compared.
        var messages = ours.Messages(branches);
        void Write(Stream stream, string? reference)
        {
            foreach (var (mutant, branch) in mutants.Zip(branches))
            {
                Import(stream, reference ?? branch.RefName, branch, messages[branch.CommitSha], mutant.Path, mutant.Inject(texts[mutant.Path]).ToString());
            }
        }

        Console.WriteLine($"emitted in {emission}, at most {peak >> 20} MiB, of which {before >> 20} MiB before");
        var (objects, _) = Timed(() => alone.FastImport(stream => Write(stream, "refs/heads/imported")), ProcessorTime.OfChildren);
        Console.WriteLine($"fast-import of the commits alone in {objects}: {emission.ShareOf(objects)}");
        var (listing, listed) = Timed(() => ours.Git("branch", "--list", "mutants/*").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var (fsck, said) = Timed(() => ours.Git("fsck", "--full", "--no-dangling").Trim());
        var (again, _) = Timed(() => repository.Emit(mutants, path => texts[path], new EmissionOptions(1)));
        Console.WriteLine($"{listed:#,0} branches listed in {listing}; fsck in {fsck} says {(said.Length == 0 ? "nothing" : said)}; emitted again in {again}");
        var (import, _) = Timed(() => theirs.FastImport(stream => Write(stream, reference: null)), ProcessorTime.OfChildren);
        var tips = theirs.Tips();
        List<Mutant> some = [.. mutants.Take(OfLibrary)];
        var (one, sameOfLibrary) = Timed(() => LibraryBranches.Write(library.Root, some, branches, messages, texts));
        var same = branches.Count(branch => tips.TryGetValue(branch.RefName, out var tip) && tip == branch.CommitSha);
        var (theirListing, _) = Timed(() => theirs.Git("branch", "--list", "mutants/*"));
        Console.WriteLine($"""
            | what | figure |
            |---|---|
            | emission, references included | {emission}, {mutants.Count / emission.Processor.TotalSeconds:#,0} mutants/CPU s |
            | `git fast-import` of the same commits | {import}, {mutants.Count / import.Processor.TotalSeconds:#,0} commits/CPU s |
            | **speed as a share of `git fast-import`'s** | **{emission.ShareOf(import)}** |
            | `git fast-import` of the commits alone, without references | {objects}; {emission.ShareOf(objects)} |
            | LibGit2Sharp, {some.Count:#,0} of the commits, {sameOfLibrary:#,0} of them the same | {one}, {some.Count / one.Processor.TotalSeconds:#,0} commits/CPU s, {library.FilesInGit:#,0} files |
            | commits that are the same in both | {same:#,0} of {branches.Count:#,0} |
            | memory of the emitting process, at most | {peak >> 20} MiB, of which {before >> 20} MiB before |
            | the git folder afterwards | {ours.FilesInGit:#,0} files, {ours.BytesInGit >> 20} MiB (fast-import: {theirs.FilesInGit:#,0} files, {theirs.BytesInGit >> 20} MiB) |
            | `git branch --list 'mutants/*'` | {listing} for {listed:#,0} (after fast-import {theirListing}) |
            | `git fsck --full` | {fsck}, says {(said.Length == 0 ? "nothing" : said)} |
            | emitting all of them again | {again} |
            """);
    }

    private static void Import(Stream stream, string reference, MutantBranch branch, (string Author, string Message) commit, string path, string text)
    {
        var (message, content) = (Encoding.UTF8.GetBytes(commit.Message), Encoding.UTF8.GetBytes(text));
        stream.Write(Encoding.UTF8.GetBytes($"commit {reference}\nauthor {commit.Author}\ncommitter {commit.Author}\ndata {message.Length}\n"));
        stream.Write(message);
        stream.Write(Encoding.UTF8.GetBytes($"\nfrom {branch.Trailers.GoldenCommit}\nM 100644 inline {path}\ndata {content.Length}\n"));
        stream.Write(content);
        stream.Write("\n"u8);
    }

    /// <summary>
    /// Work with its time, and the processor time of this process and of those that it has started: what a busy machine leaves comparable. Of
    /// <c>git fast-import</c> only git's own is counted, and not what it costs to tell it the commits, although the emission pays for its texts too.
    /// </summary>
    private static (Cost Cost, T Result) Timed<T>(Func<T> work, Func<TimeSpan>? processor = null)
    {
        processor ??= ProcessorTime.OfAll;
        var (began, before) = (Stopwatch.GetTimestamp(), processor());
        var result = work();
        return (new Cost(Stopwatch.GetElapsedTime(began), processor() - before), result);
    }

    /// <summary>What something took.</summary>
    /// <param name="Wall">By the clock.</param>
    /// <param name="Processor">Of all cores.</param>
    private sealed record Cost(TimeSpan Wall, TimeSpan Processor)
    {
        /// <summary>How many times as much another took, in processor time and by the clock.</summary>
        public string ShareOf(Cost other) => $"{other.Processor / Processor:P0} by processor time, {other.Wall / Wall:P0} by the clock";

        public override string ToString() => $"{Processor.TotalSeconds:0.0} CPU s ({Wall.TotalSeconds:0.0} s by the clock)";
    }

    /// <summary>A fault that costs nothing to find: a line is missing.</summary>
    private sealed class DroppedLine : FaultOperator<StatementSyntax>
    {
        private static readonly DroppedLine instance = new();

        public override FaultDefinition Definition { get; } = new(
            "MFC", "missing function call", FaultClass.Algorithm, "A call made only for its effect can be forgotten without a compile error.", "A(); B();", "B();");

        public static IEnumerable<Mutant> Mutants(string path, SourceText text) => text.Lines.Where(line => line.Span.Length > 0).Select(line =>
        {
            var words = line.ToString().Trim();
            var site = new InjectionSite(instance, line.Span, [new TextChange(line.SpanIncludingLineBreak, "")], $"drop {words}");
            return new Mutant(MutantId.Of("MFC", path, "M:C.M", words, 0), site, path, "M:C.M", "C.M", new FileLinePositionSpan(path, text.Lines.GetLinePositionSpan(line.Span)));
        });

        protected override IEnumerable<InjectionSite> SitesAt(StatementSyntax node, SemanticModel model, CancellationToken cancel) => [];
    }
}
