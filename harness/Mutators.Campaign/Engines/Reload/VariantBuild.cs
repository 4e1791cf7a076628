using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Mutators.Campaign.Projects;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>A body that a batch of mutants wants to have in a target: its number in the batch, and the body.</summary>
/// <param name="Number">Its number, each once in a batch.</param>
/// <param name="Change">The body.</param>
internal sealed record Variant(int Number, BodyChange Change);

/// <summary>
/// A target compiled once for many mutants: golden with ticks, and beside each golden body the mutated ones. The compiler binds and emits
/// golden once; a mutant costs its own body. What the compiler or the form of a variant refuses is left out, with the reason.
/// </summary>
internal sealed class VariantBuild
{
    /// <summary>Each round leaves out at least one variant or file with an error; errors that hide others need a few rounds.</summary>
    private const int MaximumRounds = 8;

    private VariantBuild(TargetProject target, byte[] image, byte[] symbols, ImmutableDictionary<int, string> refused)
    {
        Target = target;
        Image = image;
        Symbols = symbols;
        Refused = refused;
    }

    /// <summary>The target.</summary>
    public TargetProject Target { get; }

    /// <summary>The assembly.</summary>
    public byte[] Image { get; }

    /// <summary>Its debug information; empty where it lies in the assembly.</summary>
    public byte[] Symbols { get; }

    /// <summary>The variants that are not in it, and why.</summary>
    public ImmutableDictionary<int, string> Refused { get; }

    /// <summary>Compiles a target with variants of its bodies.</summary>
    /// <exception cref="UsageException">Golden itself does not compile in memory.</exception>
    public static VariantBuild Compile(TargetProject target, IReadOnlyCollection<Variant> variants, CancellationToken cancel)
    {
        var ticks = TickPlanting.ClassPrefix + string.Concat(target.AssemblyName.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
        var refused = new Dictionary<int, string>();
        var plain = new HashSet<SyntaxTree>();
        var texts = variants.Select(each => (each.Number, each.Change, Text: Text(each, ticks, refused))).Where(each => each.Text is not null).ToList();
        for (var round = 0; round < MaximumRounds; round++)
        {
            var files = new Dictionary<SyntaxTree, InstrumentedFile>();
            var compilation = Relaxed(target.Compilation);

            // The runtime takes no delta for what may be optimised; what a program computes does not depend on it.
            compilation = compilation.WithOptions(compilation.Options.WithOptimizationLevel(OptimizationLevel.Debug));
            var byTree = texts.Where(each => !refused.ContainsKey(each.Number)).ToLookup(each => each.Change.Golden.SyntaxTree);
            var trees = new List<SyntaxTree>();
            foreach (var source in target.Compilation.SyntaxTrees)
            {
                if (plain.Contains(source))
                {
                    trees.Add(source);
                    continue;
                }

                var file = InstrumentedFile.Write(source, TickPlanting.Statement($"global::{ticks}"), byTree[source].Select(each => (each.Number, each.Change.Member, each.Text!)));
                files.Add(file.Tree, file);
                trees.Add(file.Tree);
            }

            var markers = string.Concat(variants.Select(each => $"internal struct {VariantText.MarkerType(each.Number)} {{ }} "));
            trees.Add(CSharpSyntaxTree.ParseText(
                TickPlanting.Source(ticks, markers), (CSharpParseOptions?)target.Compilation.SyntaxTrees.FirstOrDefault()?.Options, ticks + ".g.cs", Encoding.UTF8, cancel));
            compilation = compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(trees);

            using var image = new MemoryStream();
            using var symbols = new MemoryStream();
            var emitted = Emit(target, compilation, image, symbols, cancel);
            if (!emitted.Success)
            {
                LeaveOut(target, emitted.Diagnostics, files, refused, plain);
                continue;
            }

            var bytes = image.ToArray();
            UserStrings.TakeSuffixesOut(bytes);
            return new VariantBuild(target, bytes, symbols.ToArray(), refused.ToImmutableDictionary());
        }

        throw new InvalidOperationException($"{target.Path}: the compiler still finds errors after {MaximumRounds} rounds.");
    }

    /// <summary>Emits a compilation as the build would: same debug information format, same resources.</summary>
    internal static EmitResult Emit(TargetProject target, CSharpCompilation compilation, Stream image, Stream symbols, CancellationToken cancel)
    {
        var options = target.Arguments.EmitOptions;
        options = options.WithDebugInformationFormat(
            options.DebugInformationFormat == DebugInformationFormat.Embedded ? DebugInformationFormat.Embedded : DebugInformationFormat.PortablePdb)
            .WithPdbFilePath(Path.ChangeExtension(target.OutputAssemblyPath, ".pdb"));
        return compilation.Emit(
            image,
            options.DebugInformationFormat == DebugInformationFormat.Embedded ? null : symbols,
            manifestResources: target.Arguments.ManifestResources,
            options: options,
            cancellationToken: cancel);
    }

    /// <summary>The same compilation without warnings: variants, ticks and probes may add some, and a target may treat them as errors.</summary>
    internal static CSharpCompilation Relaxed(CSharpCompilation golden) => golden.WithOptions(golden.Options
        .WithGeneralDiagnosticOption(ReportDiagnostic.Suppress)
        .WithSpecificDiagnosticOptions([])
        .WithSyntaxTreeOptionsProvider(null));

    private static string? Text(Variant variant, string ticks, Dictionary<int, string> refused)
    {
        if (!InstrumentedFile.CanHoldVariants(variant.Change.Golden.SyntaxTree))
        {
            refused[variant.Number] = "the file has #line directives";
            return null;
        }

        var text = VariantText.Of(variant.Change, variant.Number, $"global::{ticks}", out var refusal);
        if (text is null)
        {
            refused[variant.Number] = refusal!;
        }

        return text;
    }

    private static void LeaveOut(
        TargetProject target, ImmutableArray<Diagnostic> diagnostics, Dictionary<SyntaxTree, InstrumentedFile> files, Dictionary<int, string> refused, HashSet<SyntaxTree> plain)
    {
        var isProgress = false;
        var errors = diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error).ToList();
        foreach (var error in errors)
        {
            if (error.Location.SourceTree is { } tree && files.TryGetValue(tree, out var file) && file.VariantAt(error.Location.SourceSpan.Start) is { } variant)
            {
                isProgress |= refused.TryAdd(variant, $"{error.Id}: {error.GetMessage()}");
            }
        }

        // Only where no variant is to blame, a tick must be.
        foreach (var error in isProgress ? [] : errors)
        {
            if (error.Location.SourceTree is { } tree && files.TryGetValue(tree, out var file))
            {
                isProgress |= plain.Add(file.Golden);
            }
        }

        if (!isProgress)
        {
            throw new UsageException(
                $"{target.Path} does not compile in memory: {errors.FirstOrDefault()?.GetMessage()} ({errors.FirstOrDefault()?.Location.GetLineSpan()})",
                $"Check that 'dotnet build {target.Path}' works on a clean checkout.",
                ExitCode.RepositoryNotUsable);
        }
    }
}
