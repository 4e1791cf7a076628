using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Mutators.Campaign.Activation;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Projects;

namespace Mutators.Campaign.Propagation;

/// <summary>
/// The two programs of a delta execution, compiled in memory: golden with a probe where the mutant differs, and the mutant as it is. The probe prints a line in
/// between the program's own; what the program computes does not depend on it.
/// </summary>
/// <param name="AssemblyPath">The assembly that both replace.</param>
/// <param name="Golden">Golden's image.</param>
/// <param name="Mutant">The mutant's image.</param>
/// <param name="Plain">What the mutant is once its fault is undone.</param>
/// <param name="Unprobed">Golden's image without a probe.</param>
internal sealed record TracedBuild(string AssemblyPath, byte[] Golden, byte[] Mutant, Func<byte[]> Plain, Func<byte[]> Unprobed)
{
    /// <summary>Hits that are told one by one; a site in a hot loop tells only the powers of two from there on, and the first hit in each component.</summary>
    private const int HitsToldOneByOne = 1000;

    /// <summary>Compiles both.</summary>
    /// <exception cref="UsageException">The mutant does not compile.</exception>
    public static TracedBuild Compile(BranchTrees trees, CancellationToken cancel)
    {
        var target = trees.Target;
        var probe = "MutatorsTrace_" + string.Concat(target.AssemblyName.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
        var golden = VariantBuild.Relaxed(target.Compilation);
        var mutant = golden;
        var unprobed = new HashSet<int>();
        var probed = golden;
        foreach (var (before, after) in trees.Trees)
        {
            mutant = mutant.ReplaceSyntaxTree(before, after);
            var model = target.Compilation.GetSemanticModel(before);
            var span = Difference(before, after);
            var text = ActivationProbes.Plant(model, [(0, span)], $"global::{probe}.Reached", unprobed);
            probed = probed.ReplaceSyntaxTree(before, before.WithChangedText(SourceText.From(text.ToString(), before.Encoding ?? Encoding.UTF8)));
        }

        probed = probed.AddSyntaxTrees(CSharpSyntaxTree.ParseText(ProbeSource(probe), (CSharpParseOptions)trees.Trees[0].Golden.Options, probe + ".g.cs", Encoding.UTF8, cancel));
        var image = TryEmit(target, probed, cancel, out _) ?? TryEmit(target, golden, cancel, out _);
        return new TracedBuild(
            target.OutputAssemblyPath,
            image ?? throw new UsageException($"{target.Path} does not compile in memory.", $"Check that 'dotnet build {target.Path}' works on a clean checkout."),
            TryEmit(target, mutant, cancel, out var error) ?? throw new UsageException($"The mutant does not compile: {error}", "There is no execution to look at."),
            () => Undone(target, trees, mutant, cancel),
            () => unprobedImages.GetValue(target, each => TryEmit(each, VariantBuild.Relaxed(each.Compilation), CancellationToken.None, out _)!));
    }

    // Golden is the same for all its mutants.
    private static readonly ConditionalWeakTable<TargetProject, byte[]> unprobedImages = [];

    /// <summary>The mutant with golden's text put back, so that all that a mutant goes through is gone through.</summary>
    private static byte[] Undone(TargetProject target, BranchTrees trees, CSharpCompilation mutant, CancellationToken cancel)
    {
        var undone = trees.Trees.Aggregate(mutant, (compilation, each) => compilation.ReplaceSyntaxTree(each.Mutant, each.Mutant.WithChangedText(each.Golden.GetText(cancel))));
        return TryEmit(target, undone, cancel, out var error) ?? throw new UsageException($"{target.Path} does not compile in memory: {error}", "Check that it builds on a clean checkout.");
    }

    /// <summary>Compiles both so that every member tells of its calls: for a program that says nothing of its rendezvous itself.</summary>
    /// <exception cref="UsageException">The mutant does not compile.</exception>
    public static TracedBuild CompileMembers(BranchTrees trees, CancellationToken cancel)
    {
        var target = trees.Target;
        var golden = VariantBuild.Relaxed(target.Compilation);
        var mutant = trees.Trees.Aggregate(golden, (compilation, each) => compilation.ReplaceSyntaxTree(each.Golden, each.Mutant));
        var probed = trees.Trees.Aggregate(golden, (compilation, each) => compilation.ReplaceSyntaxTree(each.Golden, WithSite(target, each.Golden, each.Mutant)));
        if (TryEmit(target, mutant, cancel, out var error) is null)
        {
            throw new UsageException($"The mutant does not compile: {error}", "There is no execution to look at.");
        }

        // A file that the calls break keeps its text, on both sides: what is told of one must be told of the other.
        var plain = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; ; round++)
        {
            var left = WithMembers(probed, plain, cancel);
            var right = WithMembers(mutant, plain, cancel);
            var inGolden = Broken(left).ToList();
            if (probed != golden && inGolden.Count > 0 && !Broken(WithMembers(golden, plain, cancel)).Any())
            {
                // A site that no probe can stand at is not told: all else is.
                probed = golden;
                continue;
            }

            var broken = inGolden.Concat(Broken(right)).Where(plain.Add).ToList();
            if (broken.Count == 0 || round == MaximumRounds)
            {
                return new TracedBuild(target.OutputAssemblyPath, Image(target, left, cancel), Image(target, right, cancel), () => Image(target, WithMembers(golden, plain, cancel), cancel), () => Image(target, WithMembers(golden, plain, cancel), cancel));
            }
        }

        IEnumerable<string> Broken(CSharpCompilation compilation) => compilation.GetDiagnostics(cancel)
            .Where(each => each.Severity == DiagnosticSeverity.Error && each.Location.SourceTree is not null).Select(each => each.Location.SourceTree!.FilePath).Distinct();
    }

    /// <summary>Golden's text with a probe at the site, which tells in which member it was reached.</summary>
    private static SyntaxTree WithSite(TargetProject target, SyntaxTree golden, SyntaxTree mutant)
    {
        var text = ActivationProbes.Plant(target.Compilation.GetSemanticModel(golden), [(0, Difference(golden, mutant))], $"global::{MemberClass}.Reached", new HashSet<int>());
        return golden.WithChangedText(SourceText.From(text.ToString(), golden.Encoding ?? Encoding.UTF8));
    }

    private static byte[] Image(TargetProject target, CSharpCompilation compilation, CancellationToken cancel) =>
        TryEmit(target, compilation, cancel, out var error) ?? throw new UsageException(
            $"{target.Path} does not compile with calls that tell of its members: {error}", "Take a workload that tells of its rendezvous itself; docs/delta-execution.md says how.");

    private static CSharpCompilation WithMembers(CSharpCompilation compilation, HashSet<string> plain, CancellationToken cancel)
    {
        var result = compilation;
        foreach (var tree in compilation.SyntaxTrees.Where(each => !plain.Contains(each.FilePath)))
        {
            var text = MemberPlanting.Plant(compilation.GetSemanticModel(tree), $"global::{MemberClass}");
            result = result.ReplaceSyntaxTree(tree, tree.WithChangedText(SourceText.From(text.ToString(), tree.Encoding ?? Encoding.UTF8)));
        }

        var options = (CSharpParseOptions)compilation.SyntaxTrees.First().Options;
        return result.AddSyntaxTrees(CSharpSyntaxTree.ParseText(MemberProbe.Source(MemberClass), options, MemberClass + ".g.cs", Encoding.UTF8, cancel));
    }

    private const string MemberClass = "MutatorsMembers";

    /// <summary>Files with errors hide those of others: a few rounds find all.</summary>
    private const int MaximumRounds = 4;

    /// <summary>The stretch of golden that the mutant has otherwise; at least one character, so that it belongs to a node.</summary>
    private static TextSpan Difference(SyntaxTree golden, SyntaxTree mutant)
    {
        var changes = mutant.GetChanges(golden);
        var root = golden.GetRoot();
        var start = changes.Min(each => each.Span.Start);
        var end = changes.Max(each => each.Span.End);

        // Blanks before a dropped statement belong to no node that could be reached.
        var token = root.FindToken(start);
        if (token.Span.End <= start)
        {
            token = token.GetNextToken();
        }

        start = Math.Max(start, token.SpanStart);
        return TextSpan.FromBounds(start, Math.Max(Math.Min(end, token.Span.End), start + 1));
    }

    private static byte[]? TryEmit(TargetProject target, CSharpCompilation compilation, CancellationToken cancel, out string? error)
    {
        using var image = new MemoryStream();
        using var symbols = new MemoryStream();
        var emitted = VariantBuild.Emit(target, compilation, image, symbols, cancel);
        error = emitted.Success ? null : emitted.Diagnostics.First(each => each.Severity == DiagnosticSeverity.Error).GetMessage();
        return emitted.Success ? image.ToArray() : null;
    }

    private static string ProbeSource(string name) => $$"""
        // <auto-generated/>
        #nullable disable
        #pragma warning disable
        internal static class {{name}}
        {
            private static readonly global::System.Collections.Generic.HashSet<string> components = new global::System.Collections.Generic.HashSet<string>();
            private static long hits;

            internal static void Reached(int site)
            {
                var count = global::System.Threading.Interlocked.Increment(ref hits);
                var now = global::System.AppContext.GetData("rendezvous.now") as global::System.Func<string>;
                if (count > {{HitsToldOneByOne}} && (count & (count - 1)) != 0 && !IsFirst(now))
                {
                    return;
                }

                global::System.Console.Out.WriteLine({{SymbolDisplay.FormatLiteral(SiteReached.Beginning, quote: true)}} + (now == null ? "" : "," + now()) + ",\"hits\":" + count + "}");
            }

            private static bool IsFirst(global::System.Func<string> now)
            {
                if (now == null)
                {
                    return false;
                }

                var text = now();
                lock (components)
                {
                    return components.Add(text.Substring(0, text.LastIndexOf(',')));
                }
            }
        }
        """;
}
