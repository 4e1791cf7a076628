using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;
using Xen.XenWorkloads;
using Workload = Mutators.Campaign.Workloads.Workload;
using WorkloadRun = Mutators.Campaign.Workloads.WorkloadRun;

namespace Harness.Tests.Propagation;

/// <summary>
/// The case study in this process: each mutant is a project of it compiled from changed text, and runs in a load context of its own, where nothing that is static is golden's.
/// </summary>
internal static class XenHost
{
    // A context that can be unloaded has its methods compiled without tiers, which costs more than the few assemblies that stay.
    private static readonly string[] assemblies = ["Hypervisor", "XenStore", "Toolstack", "Drivers", "Guests", "XenWorkloads"];

    private static readonly string samples = Path.Combine(Repository.Root, "samples");

    private static readonly Dictionary<string, Lazy<CSharpCompilation>> projects = assemblies.ToDictionary(name => name, name => new Lazy<CSharpCompilation>(() => Compilation(name)));

    /// <summary>The smallest run of a workload that does all of its kinds of work.</summary>
    public static string[] Arguments(string workload) => [workload, "--seed", "1", "--domains", workload is "network" or "lifecycle" ? "2" : "1", "--length", "2"];

    private static readonly ConcurrentDictionary<string, Lazy<string[]>> golden = new(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<string, Lazy<string>> recordings = new(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<(string, string, string), Lazy<Image>> images = new();

    /// <summary>All that golden tells in the smallest run of a workload.</summary>
    public static string[] GoldenTold(string workload) => golden.GetOrAdd(workload, name => new Lazy<string[]>(() => Run(null, [.. Arguments(name), "--rendezvous"]))).Value;

    /// <summary>A project as the build made it, to be loaded once more.</summary>
    public static Image Built(string project) => new(project, File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, project + ".dll")), "");

    /// <summary>A project with one place of a file changed.</summary>
    /// <param name="file">Its path below <c>samples</c>, which begins with the project's name.</param>
    /// <param name="before">Text that occurs once.</param>
    /// <param name="after">What stands there instead.</param>
    public static Image Compile(string file, string before, string after) =>
        images.GetOrAdd((file, before, after), key => new Lazy<Image>(() => Mutated(key.Item1, key.Item2, key.Item3))).Value;

    private static Image Mutated(string file, string before, string after)
    {
        var project = file.Split('/')[0];
        var compilation = projects[project].Value;
        var tree = compilation.SyntaxTrees.Single(each => each.FilePath == file);
        var text = tree.ToString();
        Assert.AreEqual(2, text.Split(before).Length, $"{file} has not exactly one: {before}");
        var place = text.IndexOf(before, StringComparison.Ordinal);

        // That the site was reached is noted where nothing of the program looks.
        var mark = $"{file} {place}";
        var statement = tree.GetRoot().FindToken(place).Parent!.AncestorsAndSelf().OfType<StatementSyntax>().First(each => each.Parent is BlockSyntax);
        var changed = text[..statement.SpanStart] + $"System.AppContext.SetData(\"{mark}\", true);" + text[statement.SpanStart..place] + after + text[(place + before.Length)..];
        return new Image(project, Emit(compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(changed, (CSharpParseOptions)tree.Options, file))), mark);
    }

    /// <summary>A run of a workload with a changed project, or of golden; with <c>--rendezvous</c> among the arguments all lines as they come.</summary>
    public static string[] Run(Image? image, params string[] arguments) => Run(image, arguments, _ => null);

    /// <summary>The lines of a run in which the others hear golden's recording instead of the components of these names.</summary>
    public static string[] RunIsolated(Image image, string workload, params string[] components) => Run(image, [.. Arguments(workload), "--rendezvous"], variable => variable switch
    {
        "RENDEZVOUS_REPLAY" => recordings.GetOrAdd(workload, name => new Lazy<string>(() => Record(name))).Value,
        "RENDEZVOUS_ISOLATE" => string.Join('\n', components),
        _ => null,
    });

    private static string Record(string workload)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{workload}.recording");
        var told = Run(null, [.. Arguments(workload), "--rendezvous"], variable => variable == "RENDEZVOUS_RECORD" ? file : null);
        CollectionAssert.AreEqual(GoldenTold(workload), told, "to record changes what is told");
        return file;
    }

    /// <summary>All that golden, or a mutant, tells when these fields are no part of the state.</summary>
    public static string[] RunWithout(Image? image, string workload, IEnumerable<string> fields) =>
        Run(image, [.. Arguments(workload), "--rendezvous"], variable => variable == OneSidedFields.Variable ? string.Join('\n', fields) : null);

    /// <summary>All that golden tells when its neutral choices are made otherwise, drawn by a seed.</summary>
    public static string[] RunReordered(string workload, int seed, out int choices)
    {
        var found = NeutralChoices.In(Path.Combine(AppContext.BaseDirectory, $"{workload} {seed}"));
        Run(null, Arguments(workload), name => found.Finding.GetValueOrDefault(name));
        var drawn = found.Drawn("golden", new Random(seed));
        choices = File.ReadLines(drawn.Values.Single()).Count();
        return Run(null, [.. Arguments(workload), "--rendezvous"], name => drawn.GetValueOrDefault(name));
    }

    private static string[] Run(Image? image, string[] arguments, Func<string, string?> environment)
    {
        var lines = new List<string>();
        Action<string>? told = arguments.Contains("--rendezvous") ? lines.Add : null;
        if (image is null)
        {
            var golden = Xen.XenWorkloads.WorkloadRun.Execute(WorkloadOptions.Parse(arguments)!.WithEnvironment(environment), null, told);
            return told is null ? [.. golden.Output] : [.. lines];
        }

        var program = new Context(image).LoadFromAssemblyName(new AssemblyName("XenWorkloads"));
        var optionsType = program.GetType(typeof(WorkloadOptions).FullName!)!;
        var options = optionsType.GetMethod(nameof(WorkloadOptions.Parse))!.Invoke(null, [arguments]);
        options = optionsType.GetMethod(nameof(WorkloadOptions.WithEnvironment))!.Invoke(options, [environment]);
        var run = program.GetType(typeof(Xen.XenWorkloads.WorkloadRun).FullName!)!.GetMethod(nameof(Xen.XenWorkloads.WorkloadRun.Execute))!.Invoke(null, [options, null, told])!;
        return told is null ? [.. (IEnumerable<string>)run.GetType().GetProperty("Output")!.GetValue(run)!] : [.. lines];
    }

    /// <summary>Compares what two runs told.</summary>
    public static Delta Compare(string workload, string[] golden, string[] faulty, PropagationMode mode = PropagationMode.Full)
    {
        Assert.IsTrue(MutantId.TryParse("MFC-0123456789", out var id));
        return new DeltaExecution(Side(golden), Side(faulty), new GoldenRun(new Workload(workload, "XenWorkloads", []), Ended([.. golden.Where(IsOutput)])), mode)
            .Run(id, null, OutcomeClassifier.DefaultDegradedShare);
    }

    /// <summary>Whether a line would be there without an onlooker.</summary>
    public static bool IsOutput(string line) => !Rendezvous.IsOne(line) && SiteReached.Parse(line) is null;

    public static WorkloadRun Ended(IEnumerable<string> output) => new(ProcessEnd.Exited, 0, [.. output], [], TimeSpan.Zero);

    private static ExecutionSide Side(string[] lines)
    {
        var queue = new Queue<string>(lines);
        return new ExecutionSide(() => queue.TryDequeue(out var line) ? line : null, Ended);
    }

    private static CSharpCompilation Compilation(string project)
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var folder = Path.Combine(samples, project);
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")).Order(StringComparer.Ordinal);
        var trees = files.Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, Path.GetRelativePath(samples, path).Replace('\\', '/')))
            .Append(CSharpSyntaxTree.ParseText("global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;", options, "Usings.g.cs"));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) is var name && name != project && (name.StartsWith("System.", StringComparison.Ordinal) || assemblies.Contains(name)))
            .Select(path => MetadataReference.CreateFromFile(path));
        return CSharpCompilation.Create(project, trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Debug, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static byte[] Emit(CSharpCompilation compilation)
    {
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.IsTrue(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error)));
        return image.ToArray();
    }

    /// <summary>A project's assembly.</summary>
    public sealed record Image(string Project, byte[] Bytes, string Mark)
    {
        /// <summary>Some run has reached the place that is changed.</summary>
        public bool IsReached => AppContext.GetData(Mark) is true;
    }

    private sealed class Context(Image image) : AssemblyLoadContext(image.Project)
    {
        protected override Assembly? Load(AssemblyName name) =>
            name.Name == image.Project ? LoadFromStream(new MemoryStream(image.Bytes))
            : assemblies.Contains(name.Name) ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, name.Name + ".dll"))
            : null;
    }
}
