using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using Mutators.Agent;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Projects;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Activation;

/// <summary>
/// Golden with a probe at each injection site: run once per workload, it says which sites the workload reaches and in which order.
/// Compiled in memory from the same sources and options as golden; nothing of the target's source tree is touched.
/// </summary>
public sealed class InstrumentedGolden
{
    /// <summary>The environment variable that names the file into which probes write.</summary>
    private const string FileVariable = "MUTATORS_ACTIVATION_FILE";

    /// <summary>Where a program with a virtual clock may have left it, a <c>Func&lt;long&gt;</c>, in the data of its application domain.</summary>
    private const string ClockKey = "Mutators.Clock";

    private readonly string _directory;
    private readonly ImmutableArray<Mutant> _mutants;
    private readonly ImmutableHashSet<int> _unprobed;
    private readonly Dictionary<string, byte[]> _assemblies;

    private InstrumentedGolden(string directory, ImmutableArray<Mutant> mutants, ImmutableHashSet<int> unprobed, Dictionary<string, byte[]> assemblies)
    {
        _directory = directory;
        _mutants = mutants;
        _unprobed = unprobed;
        _assemblies = assemblies;
    }

    /// <summary>Compiles the targets with probes.</summary>
    /// <param name="targets">The golden projects that hold the sites.</param>
    /// <param name="mutants">The mutants whose sites are asked for.</param>
    /// <param name="directory">A folder of ours for the instrumented programs.</param>
    /// <param name="cancel">Stops the compilation.</param>
    public static InstrumentedGolden Compile(IReadOnlyList<TargetProject> targets, ImmutableArray<Mutant> mutants, string directory, CancellationToken cancel)
    {
        var unprobed = new HashSet<int>();
        var assemblies = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var byPath = mutants.Select((mutant, number) => (mutant, number)).ToLookup(each => each.mutant.Path);
        foreach (var target in targets)
        {
            var probeClass = "MutatorsActivation_" + string.Concat(target.AssemblyName.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
            var instrumented = VariantBuild.Relaxed(target.Compilation);
            var planted = new List<(SyntaxTree Golden, SyntaxTree Probed, ImmutableArray<int> Numbers)>();
            foreach (var source in target.Sources.Where(source => byPath.Contains(source.Path)))
            {
                var sites = byPath[source.Path].Select(each => (each.number, each.mutant.Site.Span)).ToImmutableArray();
                var text = ActivationProbes.Plant(target.Compilation.GetSemanticModel(source.Tree), sites, $"global::{probeClass}.Reached", unprobed);
                var probed = source.Tree.WithChangedText(SourceText.From(text.ToString(), source.Tree.Encoding ?? System.Text.Encoding.UTF8));
                instrumented = instrumented.ReplaceSyntaxTree(source.Tree, probed);
                planted.Add((source.Tree, probed, [.. sites.Select(site => site.number)]));
            }

            if (planted.Count == 0)
            {
                continue;
            }

            var parse = (CSharpParseOptions)planted[0].Golden.Options;
            instrumented = instrumented.AddSyntaxTrees(CSharpSyntaxTree.ParseText(
                ProbeSource(probeClass, mutants.Length), parse, probeClass + ".g.cs", System.Text.Encoding.UTF8, cancel));
            var (emitted, image) = Emit(target, instrumented, cancel);
            while (!emitted.Success && WithoutBrokenFiles(instrumented, emitted.Diagnostics, planted, unprobed) is var mended && mended != instrumented)
            {
                instrumented = mended;
                (emitted, image) = Emit(target, instrumented, cancel);
            }

            if (!emitted.Success)
            {
                var error = emitted.Diagnostics.First(each => each.Severity == DiagnosticSeverity.Error);
                throw new UsageException(
                    $"{target.Path} does not compile in memory: {error.GetMessage()} ({error.Location.GetLineSpan()})",
                    $"Check that 'dotnet build {target.Path}' works on a clean checkout.",
                    ExitCode.RepositoryNotUsable);
            }

            assemblies[Path.GetFileName(target.OutputAssemblyPath)] = image;
        }

        return new InstrumentedGolden(directory, mutants, [.. unprobed], assemblies);
    }

    /// <summary>Runs one workload on the instrumented program.</summary>
    /// <param name="workload">What to run.</param>
    /// <param name="program">The workload's golden assembly; its folder is copied and the instrumented assemblies laid over it.</param>
    /// <param name="limits">Limits of the run.</param>
    /// <param name="cancel">Ends the run.</param>
    /// <returns>The run, and how often it reached each mutant's site, in order of first reach; a site without a probe counts as reached.</returns>
    public (WorkloadRun Run, ImmutableArray<SiteReach> Reached) Run(Workload workload, string program, RunLimits limits, CancellationToken cancel)
    {
        var place = Path.Combine(_directory, workload.Name);
        ProgramFolder.Copy(Path.GetDirectoryName(program)!, place);
        foreach (var (name, image) in _assemblies)
        {
            File.WriteAllBytes(Path.Combine(place, name), image);
        }

        var hits = Path.Combine(_directory, workload.Name + ".reached");
        File.Delete(hits);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { [FileVariable] = hits };
        var run = ProgramRun.Execute(Path.Combine(place, Path.GetFileName(program)), workload.Arguments, environment, limits, cancel);
        return (run, Reaches(File.Exists(hits) ? File.ReadAllLines(hits) : []));
    }

    /// <summary>Runs the tests of a test project on the instrumented assemblies; what they print tells which reach which site.</summary>
    public WorkloadRun RunTests(string assembly, Workload workload, RunLimits limits, CancellationToken cancel)
    {
        var place = Path.Combine(_directory, workload.Name);
        ProgramFolder.Copy(Path.GetDirectoryName(assembly)!, place);
        foreach (var (name, image) in _assemblies)
        {
            File.WriteAllBytes(Path.Combine(place, name), image);
        }

        return TestProgram.Execute(Path.Combine(place, Path.GetFileName(assembly)), workload, TestProgram.Coverage, limits, cancel);
    }

    /// <summary>Whether a probe stands for a mutant's site, by the mutant's number.</summary>
    public bool HasProbe(int mutant) => !_unprobed.Contains(mutant);

    /// <summary>
    /// Reads what the probes wrote: a line <c>site</c> or <c>site @ time</c> at its first reach, a line <c>site count</c> at the program's end.
    /// </summary>
    private ImmutableArray<SiteReach> Reaches(string[] lines)
    {
        var counts = new Dictionary<int, long>();
        var times = new Dictionary<int, long>();
        var order = new List<int>();
        foreach (var words in lines.Select(line => line.Split(' ')))
        {
            var site = int.Parse(words[0]);
            if (counts.TryAdd(site, 1))
            {
                order.Add(site);
            }

            if (words is [_, "@", var time])
            {
                times.TryAdd(site, long.Parse(time));
            }
            else if (words.Length > 1)
            {
                counts[site] = Math.Max(counts[site], long.Parse(words[1]));
            }
        }

        return
        [
            .. order.Select((site, place) => new SiteReach(_mutants[site].Id, counts[site], place, times.TryGetValue(site, out var time) ? time : null)),
            .. _unprobed.Except(counts.Keys).Order().Select(site => new SiteReach(_mutants[site].Id, 1, null, null)),
        ];
    }

    private static (EmitResult Emitted, byte[] Image) Emit(TargetProject target, CSharpCompilation instrumented, CancellationToken cancel)
    {
        using var image = new MemoryStream();
        using var symbols = new MemoryStream();
        return (VariantBuild.Emit(target, instrumented, image, symbols, cancel), image.ToArray());
    }

    /// <summary>A file that a probe breaks keeps its golden text, and its sites count as reached.</summary>
    private static CSharpCompilation WithoutBrokenFiles(
        CSharpCompilation instrumented,
        ImmutableArray<Diagnostic> found,
        List<(SyntaxTree Golden, SyntaxTree Probed, ImmutableArray<int> Numbers)> planted,
        HashSet<int> unprobed)
    {
        var broken = found
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => diagnostic.Location.SourceTree)
            .ToHashSet();
        foreach (var (golden, probed, numbers) in planted.Where(each => broken.Contains(each.Probed)))
        {
            instrumented = instrumented.ReplaceSyntaxTree(probed, golden);
            unprobed.UnionWith(numbers);
        }

        return instrumented;
    }

    /// <summary>The probe, in the C# of every target: each site is written once, at once, so that a crash loses nothing.</summary>
    private static string ProbeSource(string name, int sites) => $$"""
        // <auto-generated/>
        #nullable disable
        #pragma warning disable
        [assembly: global::System.Reflection.AssemblyMetadata("{{SiteRecorder.Key}}", "{{name}}")]
        internal static class {{name}}
        {
            internal static global::System.Action<int> Listener;
            private static readonly int[] reached = new int[{{sites}}];
            private static readonly string file = global::System.Environment.GetEnvironmentVariable("{{FileVariable}}");

            static {{name}}()
            {
                if (file != null)
                {
                    global::System.AppDomain.CurrentDomain.ProcessExit += (sender, arguments) => Count();
                }
            }

            internal static void Reached(int site)
            {
                if (Listener != null)
                {
                    Listener(site);
                }
                else if (file != null && global::System.Threading.Interlocked.Increment(ref reached[site]) == 1)
                {
                    var clock = global::System.AppDomain.CurrentDomain.GetData("{{ClockKey}}") as global::System.Func<long>;
                    Write(clock == null ? site + "\n" : site + " @ " + clock() + "\n");
                }
            }

            private static void Count()
            {
                var counts = new global::System.Text.StringBuilder();
                for (var site = 0; site < reached.Length; site++)
                {
                    if (reached[site] != 0)
                    {
                        counts.Append(site).Append(' ').Append(reached[site]).Append('\n');
                    }
                }

                Write(counts.ToString());
            }

            private static void Write(string text)
            {
                lock (reached)
                {
                    global::System.IO.File.AppendAllText(file, text);
                }
            }
        }
        """;
}

/// <summary>How often an execution of golden reached the site of a mutant.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Hits">How often, at least once.</param>
/// <param name="Order">Its place among the sites in the order of first reach; null where that is not known.</param>
/// <param name="FirstAt">The program's virtual time at the first reach; null where it has no such clock.</param>
public sealed record SiteReach(MutantId Mutant, long Hits, long? Order, long? FirstAt);
