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
/// also given the commits alone, which it then writes into one pack and nothing else.
/// </summary>
internal static class BranchScale
{
    public static void Run(int count)
    {
        using var ours = new ScratchGit();
        using var theirs = new ScratchGit();
        using var alone = new ScratchGit();
        var texts = ScratchGit.Sources(count);
        ours.Commit(texts);
        theirs.Commit(texts);
        alone.Commit(texts);
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

        Console.WriteLine($"emitted in {emission.TotalSeconds:0.0} s, at most {peak >> 20} MiB, of which {before >> 20} MiB before");
        var (objects, _) = Timed(() => alone.FastImport(stream => Write(stream, "refs/heads/imported")));
        Console.WriteLine($"fast-import of the commits alone in {objects.TotalSeconds:0.0} s: {objects / emission:P0}");
        var (listing, listed) = Timed(() => ours.Git("branch", "--list", "mutants/*").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var (fsck, said) = Timed(() => ours.Git("fsck", "--full", "--no-dangling").Trim());
        var (again, _) = Timed(() => repository.Emit(mutants, path => texts[path], new EmissionOptions(1)));
        Console.WriteLine($"{listed:#,0} branches listed in {listing.TotalSeconds:0.00} s; fsck in {fsck.TotalSeconds:0.0} s says {(said.Length == 0 ? "nothing" : said)}; emitted again in {again.TotalSeconds:0.0} s");
        var (import, _) = Timed(() => theirs.FastImport(stream => Write(stream, reference: null)));
        var tips = theirs.Tips();
        var same = branches.Count(branch => tips.TryGetValue(branch.RefName, out var tip) && tip == branch.CommitSha);
        var (theirListing, _) = Timed(() => theirs.Git("branch", "--list", "mutants/*"));
        Console.WriteLine($"""
            | what | figure |
            |---|---|
            | emission, references included | {emission.TotalSeconds:0.0} s, {mutants.Count / emission.TotalSeconds:#,0} mutants/s |
            | `git fast-import` of the same commits | {import.TotalSeconds:0.0} s, {mutants.Count / import.TotalSeconds:#,0} commits/s |
            | **speed as a share of `git fast-import`'s** | **{import / emission:P0}** |
            | `git fast-import` of the commits alone, without references | {objects.TotalSeconds:0.0} s, {mutants.Count / objects.TotalSeconds:#,0} commits/s; {objects / emission:P0} |
            | commits that are the same in both | {same:#,0} of {branches.Count:#,0} |
            | memory of the emitting process, at most | {peak >> 20} MiB, of which {before >> 20} MiB before |
            | the git folder afterwards | {ours.FilesInGit:#,0} files, {ours.BytesInGit >> 20} MiB (fast-import: {theirs.FilesInGit:#,0} files, {theirs.BytesInGit >> 20} MiB) |
            | `git branch --list 'mutants/*'` | {listing.TotalSeconds:0.00} s for {listed:#,0} (after fast-import {theirListing.TotalSeconds:0.00} s) |
            | `git fsck --full` | {fsck.TotalSeconds:0.0} s, says {(said.Length == 0 ? "nothing" : said)} |
            | emitting all of them again | {again.TotalSeconds:0.0} s |
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

    private static (TimeSpan Time, T Result) Timed<T>(Func<T> work)
    {
        var began = Stopwatch.GetTimestamp();
        var result = work();
        return (Stopwatch.GetElapsedTime(began), result);
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
