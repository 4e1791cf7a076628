using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mutators;
using Mutators.Campaign.Projects;

namespace Benchmarks;

/// <summary>
/// All operators on whole projects: every mutant compiled against its project, and the scan's processor time beside that of compiling the
/// same project. Prints the tables of docs/operators/measured.md.
/// </summary>
internal static class OperatorSurvey
{
    // The middle of so many measurements, taken in turn.
    private const int Rounds = 3;

    /// <summary>Surveys projects.</summary>
    /// <param name="projects">Project files that restore, each followed by how its row is called: <c>path=Markdig 1.3.2</c>.</param>
    /// <param name="details">Where the rejected mutants are listed with the compiler's message, or null.</param>
    public static void Run(IReadOnlyList<string> projects, TextWriter? details)
    {
        var surveys = projects.Select(each => Survey(each, details)).ToList();
        Console.WriteLine("| project | lines | members with sites | sites | rejected | equivalent | duplicate | compile CPU ms | scan CPU ms | ratio | library only |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var survey in surveys)
        {
            var (compile, scan, library) = survey.Times;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {survey.Name} | {survey.Lines:#,0} | {survey.Sites.Select(site => site.MemberId).Distinct().Count():#,0} | {survey.Sites.Length:#,0} | {survey.Found.Rejected.Length:#,0} | {survey.Found.Equivalent.Length:#,0} | {survey.Found.Duplicates.Length:#,0} | {compile:#,0} | {scan:#,0} | {scan / compile:0.00} | {library / compile:0.00} |"));
        }

        Console.WriteLine();
        Console.WriteLine($"| operator |{string.Concat(surveys.Select(survey => $" {survey.Name} |"))}");
        Console.WriteLine($"|---|{string.Concat(surveys.Select(_ => "---:|"))}");
        foreach (var faultOperator in FaultOperator.All)
        {
            Console.WriteLine($"| {faultOperator.Definition.Id} |{string.Concat(surveys.Select(survey => $" {survey.Cell(faultOperator)} |"))}");
        }
    }

    /// <summary>How long each operator takes alone on a project, the slowest first.</summary>
    public static void Profile(string project)
    {
        var target = Load(project).Target;
        var (compile, scan, library) = Times(target);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"compile {compile:0} ms, scan {scan:0} ms ({scan / compile:0.00}), the library alone {library:0} ms ({library / compile:0.00})"));
        foreach (var (faultOperator, time) in FaultOperator.All
            .Select(each => (each, Milliseconds(target, fresh => Scan(fresh, [each]))))
            .OrderByDescending(each => each.Item2))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time,8:0} ms {faultOperator.Definition.Id}"));
        }
    }

    /// <summary>
    /// Compares what was found by compiling mutants of different members together with one optimised emission of each mutant alone, for every
    /// mutant of members drawn from a seed. The images are compared as a whole, to the last byte.
    /// </summary>
    /// <returns>Whether every answer is the same.</returns>
    public static bool Verify(string project, int count)
    {
        var (target, name) = Load(project);
        var random = new SeededGenerator(2017);
        var members = Scan(target, FaultOperator.All).GroupBy(site => site.MemberId).Select(group => group.ToList()).ToList();
        var sites = new List<Mutant>();
        while (sites.Count < count && members.Count > 0)
        {
            var drawn = random.Below(members.Count);
            sites.AddRange(members[drawn].OrderBy(Precedence));
            members.RemoveAt(drawn);
        }

        var trees = target.Sources.ToDictionary(source => source.Path, source => source.Tree, StringComparer.Ordinal);
        var found = TrivialEquivalence.Find(target.Compilation, sites.Select(site => (trees[site.Path], site)), CancellationToken.None);
        var together = found.Duplicates.ToDictionary(each => each.Mutant, each => $"as {each.Same}");
        found.Equivalent.ToList().ForEach(mutant => together.Add(mutant, "as golden"));
        found.Rejected.ToList().ForEach(mutant => together.Add(mutant, "rejected"));

        var options = (CSharpCompilationOptions)target.Compilation.Options;
        var golden = target.Compilation.WithOptions(new CSharpCompilationOptions(
            options.OutputKind, options.ReportSuppressedDiagnostics, options.ModuleName, options.MainTypeName, options.ScriptClassName, options.Usings,
            OptimizationLevel.Release, options.CheckOverflow, options.AllowUnsafe, generalDiagnosticOption: ReportDiagnostic.Suppress,
            deterministic: true, metadataImportOptions: options.MetadataImportOptions, nullableContextOptions: options.NullableContextOptions));
        var images = new Dictionary<string, string>(StringComparer.Ordinal) { [Image(golden)!] = "as golden" };
        var (differences, counts) = (0, new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var site in sites)
        {
            var mutated = MutantCompiler.Inject(trees[site.Path], site, CancellationToken.None);
            var image = Image(golden.ReplaceSyntaxTree(trees[site.Path], mutated));
            var alone = image is null ? "rejected" : images.GetValueOrDefault(image, "");
            if (alone.Length == 0)
            {
                images.Add(image!, $"as {site.Id}");
            }

            var told = together.GetValueOrDefault(site.Id, "");
            var kind = alone is "" or "rejected" or "as golden" ? alone : "duplicate";
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            if (alone != told)
            {
                differences++;
                Console.WriteLine($"{site.Id} at {site.Lines} alone: '{alone}', together: '{told}'\n    {site.Site.Change}");
            }
        }

        Console.WriteLine($"{name}: {sites.Count} mutants ({string.Join(", ", counts.Select(each => $"{each.Value} {(each.Key.Length == 0 ? "unlike all others" : each.Key)}"))}), {differences} differences");
        return differences == 0;
    }

    // Null where the compiler rejects it.
    private static string? Image(Compilation compilation)
    {
        using var image = new MemoryStream();
        return compilation.Emit(image).Success ? Convert.ToHexString(SHA256.HashData(image.ToArray())) : null;
    }

    private static ProjectSurvey Survey(string project, TextWriter? details)
    {
        var (target, name) = Load(project);
        var lines = Written(target).Sum(source => source.Tree.GetText().Lines.Count);
        var times = Times(target);
        var sites = Scan(target, FaultOperator.All);
        var trees = target.Sources.ToDictionary(source => source.Path, source => source.Tree, StringComparer.Ordinal);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {lines} lines, {sites.Length} sites, compile {times.Compile:0} ms, scan {times.Scan:0} ms"));
        var began = Stopwatch.GetTimestamp();
        void Progress(int mutants, int left) =>
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalSeconds,6:0.0} s: {mutants} mutants compiled together, {left} emissions left"));
        var found = TrivialEquivalence.Find(target.Compilation, sites.OrderBy(Precedence).Select(site => (trees[site.Path], site)), CancellationToken.None, Progress);
        Console.Error.WriteLine($"{name}: {sites.Length} mutants compiled in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        foreach (var site in sites.Where(site => found.Errors.ContainsKey(site.Id)))
        {
            details?.WriteLine($"{site.Id} {found.Errors[site.Id]}\n    {site.Lines}: {site.Site.Change}");
        }

        details?.Flush();
        return new ProjectSurvey(name, lines, sites, found, times);
    }

    private static (TargetProject Target, string Name) Load(string project)
    {
        var (path, name) = project.Split('=') is [var file, var called] ? (file, called) : (project, Path.GetFileNameWithoutExtension(project));
        var full = Path.GetFullPath(path);
        return (new ProjectLoader(Path.GetDirectoryName(full)!).Load([full])[0], name);
    }

    private static (double Compile, double Scan, double Library) Times(TargetProject target)
    {
        var (compile, scan, library) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var measured = (
                Milliseconds(target, Emit),
                Milliseconds(target, fresh => Scan(fresh, FaultOperator.All)),
                Milliseconds(target, fresh => Scan(fresh, FaultOperator.Library)));

            // The first round is for the runtime's compiler.
            if (round > 0)
            {
                compile.Add(measured.Item1);
                scan.Add(measured.Item2);
                library.Add(measured.Item3);
            }
        }

        return (Median(compile), Median(scan), Median(library));
    }

    // The processor's time, which other programs on the machine hardly change. Parsing is part of both, and nothing is left of earlier bindings.
    private static double Milliseconds(TargetProject target, Action<TargetProject> action)
    {
        GC.Collect();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var parsed = target.Sources.ToDictionary(
            source => source.Tree,
            source => CSharpSyntaxTree.ParseText(source.Tree.GetText(), (CSharpParseOptions)source.Tree.Options, source.Tree.FilePath));
        var compilation = target.Compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(target.Sources.Select(source => parsed[source.Tree]));
        action(target with { Compilation = compilation, Sources = [.. target.Sources.Select(source => source with { Tree = parsed[source.Tree] })] });
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds;
    }

    private static void Emit(TargetProject target)
    {
        using var image = new MemoryStream();
        using var symbols = new MemoryStream();
        var result = target.Compilation.Emit(image, symbols);
        if (!result.Success)
        {
            throw new InvalidOperationException($"{target.Name} does not compile: {result.Diagnostics.First(each => each.Severity == DiagnosticSeverity.Error)}");
        }
    }

    private static ImmutableArray<Mutant> Scan(TargetProject target, IReadOnlyList<FaultOperator> operators) =>
    [
        .. SiteScanner.Scan(Written(target).Select(source => ((Compilation)target.Compilation, source.Tree, source.Path)), operators, CancellationToken.None),
    ];

    private static IEnumerable<ProjectSource> Written(TargetProject target) => target.Sources.Where(source => !source.IsGenerated);

    // Of mutants that compile to the same the first stays: the one whose fault type is known best, and the most frequent of these.
    private static (FaultOrigin, int) Precedence(Mutant mutant) =>
        (mutant.Operator.Definition.Origin, -(mutant.Operator.Definition.FieldCount ?? 0));

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>What one project gave.</summary>
    private sealed record ProjectSurvey(
        string Name, int Lines, ImmutableArray<Mutant> Sites, TrivialEquivalence Found, (double Compile, double Scan, double Library) Times)
    {
        private readonly HashSet<MutantId> _equivalent = [.. Found.Equivalent];
        private readonly HashSet<MutantId> _duplicate = [.. Found.Duplicates.Select(each => each.Mutant)];

        /// <summary>Sites / rejected / equivalent / duplicate of one operator.</summary>
        public string Cell(FaultOperator faultOperator)
        {
            var sites = Sites.Where(site => site.Operator == faultOperator).Select(site => site.Id).ToList();
            return string.Create(CultureInfo.InvariantCulture,
                $"{sites.Count} / {sites.Count(Found.Errors.ContainsKey)} / {sites.Count(_equivalent.Contains)} / {sites.Count(_duplicate.Contains)}");
        }
    }
}
