using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Projects;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign;

/// <summary>Golden, ready to be scanned, built and run: a private checkout of HEAD, restored, with its projects loaded.</summary>
public sealed class GoldenWorkspace : IDisposable
{
    private readonly CampaignConfiguration _configuration;
    private readonly ILogger _log;
    private readonly HashSet<string> _restored = new(StringComparer.Ordinal);
    private Dictionary<string, string>? _components;
    private int? _builtAfter;

    private GoldenWorkspace(MutantRepository repository, CampaignConfiguration configuration, Checkout checkout, ILogger log)
    {
        Repository = repository;
        Checkout = checkout;
        Build = new DotnetBuild(checkout.Directory, log);
        _configuration = configuration;
        _log = log;
    }

    /// <summary>The user's repository.</summary>
    public MutantRepository Repository { get; }

    /// <summary>The private checkout.</summary>
    public Checkout Checkout { get; }

    /// <summary>The build in the private checkout.</summary>
    public DotnetBuild Build { get; }

    /// <summary>The projects that receive faults.</summary>
    public ImmutableArray<TargetProject> Targets { get; private set; } = [];

    /// <summary>The workloads and the assemblies that run them; the assemblies exist after <see cref="BuildGolden"/>.</summary>
    public ImmutableArray<WorkloadProgram> Programs { get; private set; } = [];

    /// <summary>The project's own tests and the assemblies that run them, where they are to be asked; the assemblies exist after <see cref="BuildUnitTests"/>.</summary>
    public ImmutableArray<WorkloadProgram> UnitTests { get; private set; } = [];

    /// <summary>Checks golden out, restores and loads it.</summary>
    /// <param name="repository">The user's repository.</param>
    /// <param name="configuration">What is asked for.</param>
    /// <param name="log">Where progress is told.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="isRead">
    /// Whether the repository is only read: then commands and tasks of its own that its projects hook into the build are left out, and named. What its packages
    /// bring, source generators and tasks such as a version from git, runs in any case.
    /// </param>
    public static GoldenWorkspace Open(MutantRepository repository, CampaignConfiguration configuration, ILogger log, CancellationToken cancel, bool isRead = false)
    {
        var golden = repository.Golden;
        log.LogInformation("{Step,-10} {Commit} of {Date:yyyy-MM-dd}{Note}", "golden", golden.CommitSha[..10], golden.AuthorDate,
            repository.IsDirty ? " (the work tree has changes that are not committed: they are not part of it)" : "");
        var checkout = Checkout.Create(repository, Path.Combine(repository.EnsureOwnFolder(), "checkouts", "0"));
        checkout.SwitchTo(golden.CommitSha);
        var workspace = new GoldenWorkspace(repository, configuration, checkout, log);
        var isLoaded = false;
        try
        {
            workspace.Load(isRead, cancel);
            isLoaded = true;
            return workspace;
        }
        finally
        {
            if (!isLoaded)
            {
                workspace.Dispose();
            }
        }
    }

    /// <summary>The operators that look for sites: those that the configuration names, otherwise its profile's.</summary>
    public ImmutableArray<FaultOperator> Operators => _configuration.Operators.IsEmpty
        ? FaultOperator.In(_configuration.Profile)
        : [.. FaultOperator.All.Where(each => _configuration.Operators.Contains(each.Definition.Id, StringComparer.OrdinalIgnoreCase))];

    /// <summary>Every injection site of the targets that the configuration lets through, in document order.</summary>
    public ImmutableArray<Mutant> Sites(CancellationToken cancel)
    {
        var filter = new SiteFilter(_configuration);
        var sources = Targets
            .SelectMany(target => target.Sources.Where(source => MayHoldSites(source) && filter.LetsThrough(source.Path)).Select(source => (target, source)))
            .DistinctBy(each => each.source.Path)
            .OrderBy(each => each.source.Path, StringComparer.Ordinal)
            .ToList();
        foreach (var (_, source) in sources)
        {
            WarnOfComments(source, cancel);
        }

        var operators = Operators;
        ImmutableArray<Mutant> sites =
            [.. SiteScanner.Scan(sources.Select(each => ((Compilation)each.target.Compilation, each.source.Tree, each.source.Path)), operators, cancel, filter.Scope)];
        var trees = sources.ToDictionary(each => each.source.Path, each => each.source.Tree, StringComparer.Ordinal);
        var asked = filter.Apply(sites, path => trees[path].GetRoot(cancel));
        return _configuration.Since is { } since ? new ChangeFilter(Repository, since).Apply(asked, path => trees[path], cancel) : asked;
    }

    /// <summary>The name of the project that compiles a mutant's file: the component that the fault lies in.</summary>
    public string ComponentOf(Mutant mutant)
    {
        _components ??= Targets
            .SelectMany(target => target.Sources.Select(source => (source.Path, target.Name)))
            .DistinctBy(each => each.Path)
            .ToDictionary(each => each.Path, each => each.Name, StringComparer.Ordinal);
        return _components[mutant.Path];
    }

    /// <summary>Builds the workloads' programs from golden, unless what this process built last is that.</summary>
    /// <exception cref="UsageException">Golden does not build.</exception>
    public void BuildGolden(CancellationToken cancel)
    {
        RequirePrograms();
        Checkout.SwitchTo(Repository.Golden.CommitSha);
        if (_builtAfter == Checkout.Switches)
        {
            return;
        }

        foreach (var program in Programs.DistinctBy(program => program.Workload.Project, StringComparer.Ordinal))
        {
            Require(Build.Build(ProjectFile(program.Workload.Project), cancel, program.Framework), "build", program.Workload.Project);
        }

        _builtAfter = Checkout.Switches;
    }

    /// <summary>Something has to exercise the mutants.</summary>
    /// <exception cref="UsageException">There are no tests, and not exactly one program.</exception>
    public void RequirePrograms()
    {
        if (Programs.IsEmpty)
        {
            var programs = Targets.Where(target => target.IsProgram).Select(target => target.Path).ToArray();
            throw programs.Length == 0
                ? new UsageException(
                    $"Nothing exercises the mutants: no test project refers to {Targets[0].Path}{(Targets.Length > 1 ? $" or the {Targets.Length - 1} other projects" : "")}, and there is no program.",
                    $"Add tests (dotnet new mstest, then a reference to the project), or name what to run: \"workloads\" in {ConfigurationFile.DefaultName}.")
                : new UsageException(
                    $"There are no tests, and several programs: {string.Join(", ", programs)}.",
                    $"Say which to run, with which arguments: \"workloads\" in {ConfigurationFile.DefaultName}; docs/configuration.md has an example.");
        }
    }

    /// <summary>Builds the unit tests from golden.</summary>
    /// <exception cref="UsageException">Golden's tests do not build.</exception>
    public void BuildUnitTests(CancellationToken cancel)
    {
        Checkout.SwitchTo(Repository.Golden.CommitSha);
        foreach (var tests in UnitTests)
        {
            Require(Build.Build(ProjectFile(tests.Workload.Project), cancel, tests.Framework), "build", tests.Workload.Project);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Checkout.Dispose();

    /// <summary>Whether a branch can change the file, and its code is what the configuration asks for.</summary>
    private bool MayHoldSites(ProjectSource source) =>
        !source.IsGenerated || (_configuration.IncludeGenerated && !Path.IsPathRooted(source.Path) && Repository.GoldenFile(source.Path) is not null);

    private void WarnOfComments(ProjectSource source, CancellationToken cancel)
    {
        foreach (var comment in SiteComments.Of(source.Tree, cancel).WithoutEffect)
        {
            _log.LogWarning("{Step,-10} {Path}:{Line}: this comment takes no site out. Write: // mutators: off MFC — and the reason; 'explain' lists the operators",
                "warning", source.Path, comment.GetLineSpan().StartLinePosition.Line + 1);
        }
    }

    /// <summary>
    /// Loads what the configuration names. Without targets, every project of the solution that is not a test project receives faults; without
    /// workloads, the only program among them is run, without arguments.
    /// </summary>
    private void Load(bool isRead, CancellationToken cancel)
    {
        var found = Found();
        var tests = _configuration.Residual ? UnitTestProjects(found.Targets) : [];
        Restore([.. found.Workloads], [.. tests, .. found.Targets], cancel);
        _log.LogDebug("{Step,-10} {Count} projects are loaded", "load", found.Workloads.Union(found.Targets, StringComparer.Ordinal).Count());
        var loader = new ProjectLoader(Checkout.Directory)
        {
            LeftOut = !isRead ? null : what => _log.LogWarning(
                "{Step,-10} {What} is not run: what only reads the repository runs nothing of it. What it would have made is missing here", "warning", what),
        };
        var loaded = loader.Load([.. found.Workloads.Union(found.Targets, StringComparer.Ordinal).Union(tests, StringComparer.Ordinal)], cancel: cancel)
            .ToDictionary(each => each.FullPath, StringComparer.Ordinal);
        foreach (var warning in loaded.Values.SelectMany(each => each.Warnings))
        {
            _log.LogWarning("{Warning}", warning);
        }

        Targets = [.. found.Targets.Select(target => loaded[target]).Where(target => !_configuration.Targets.IsEmpty || !target.IsTest)];
        if (Targets.IsEmpty)
        {
            throw new UsageException("The solution has only test projects.", "Name what faults are to be injected into: \"targets\" in mutators.json.", ExitCode.RepositoryNotUsable);
        }

        Programs = !_configuration.Workloads.IsEmpty ? [.. _configuration.Workloads.Select(workload => Program(workload, loaded[ProjectFile(workload.Project)]))]
            : !found.Workloads.IsEmpty ? [.. found.Workloads.Select(each => Program(new Workload(loaded[each].Name, loaded[each].Path, []), loaded[each]))]
            : Targets.Where(target => target.IsProgram).ToArray() is [var only] ? [Program(new Workload(only.Name, only.Path, []), only)] : [];
        UnitTests = [.. tests.Select(each => Tests(loaded[each]))];
    }

    /// <summary>
    /// The projects that receive faults, and those that exercise them. What the configuration names holds. Without workloads, it is the test projects of the
    /// solution that refer to a target; without targets, what the tests refer to, or where there are no tests, every project.
    /// </summary>
    private (ImmutableArray<string> Targets, ImmutableArray<string> Workloads) Found()
    {
        ImmutableArray<string> named = [.. _configuration.Targets.Select(ProjectFile).Distinct(StringComparer.Ordinal)];
        if (!_configuration.Workloads.IsEmpty)
        {
            ImmutableArray<string> workloads = [.. _configuration.Workloads.Select(workload => ProjectFile(workload.Project)).Distinct(StringComparer.Ordinal)];
            return (named.IsEmpty ? ExercisedBy(workloads) : named, workloads);
        }

        if (!named.IsEmpty && !HasProjects())
        {
            return (named, []);
        }

        var projects = Discovered().Projects;
        var outlines = ProjectOutline.Read(projects.Union(named, StringComparer.Ordinal), Checkout.Directory);
        var tests = outlines.Where(each => each.IsTest && ProjectOutline.ReferredTo([each], outlines).Any(target => named.IsEmpty ? !target.IsTest : named.Contains(target.Path, StringComparer.Ordinal))).ToList();
        var usable = Restorable(tests);
        return (!named.IsEmpty ? named : usable.IsEmpty ? projects : [.. ProjectOutline.ReferredTo(usable, outlines).Where(each => !each.IsTest).Select(each => each.Path)], [.. usable.Select(each => each.Path)]);
    }

    /// <summary>What named workloads exercise: the projects that they refer to where all of them are tests, otherwise every project.</summary>
    private ImmutableArray<string> ExercisedBy(ImmutableArray<string> workloads)
    {
        var projects = Discovered().Projects;
        var outlines = ProjectOutline.Read(projects.Union(workloads, StringComparer.Ordinal), Checkout.Directory);
        var tests = outlines.Where(each => each.IsTest && workloads.Contains(each.Path, StringComparer.Ordinal)).ToList();
        ImmutableArray<string> referredTo = [.. ProjectOutline.ReferredTo(tests, outlines).Where(each => !each.IsTest).Select(each => each.Path)];
        return tests.Count == workloads.Length && !referredTo.IsEmpty ? referredTo : projects;
    }

    /// <summary>The project's own tests: what the configuration names, otherwise the test projects of the solution that refer to a target.</summary>
    private ImmutableArray<string> UnitTestProjects(ImmutableArray<string> targets)
    {
        if (!_configuration.UnitTests.IsEmpty)
        {
            return [.. _configuration.UnitTests.Select(ProjectFile).Distinct(StringComparer.Ordinal)];
        }

        var outlines = HasProjects() ? ProjectOutline.Read(Discovered().Projects.Union(targets, StringComparer.Ordinal), Checkout.Directory) : [];
        var tests = outlines.Where(each => each.IsTest && ProjectOutline.ReferredTo([each], outlines).Any(target => targets.Contains(target.Path, StringComparer.Ordinal))).ToList();
        return tests.Count > 0
            ? [.. Restorable(tests).Select(each => each.Path)]
            : throw new UsageException(
                "--residual asks the project's unit tests, and there is no test project that refers to a target.",
                "Name the test projects in mutators.json: \"unitTests\": [\"tests/MyTests\"].");
    }

    private ProjectDiscovery Discovered() => ProjectDiscovery.Find(_configuration.Solution is { } solution ? InCheckout(solution) : Checkout.Directory);

    /// <summary>The root may hold no solution, or several, where the configuration names projects: then nothing more is looked for.</summary>
    private bool HasProjects()
    {
        try
        {
            return !Discovered().Projects.IsEmpty;
        }
        catch (UsageException)
        {
            return false;
        }
    }

    /// <summary>A test project that was only found, and cannot be restored here, is no reason to leave the others alone.</summary>
    private ImmutableArray<ProjectOutline> Restorable(List<ProjectOutline> tests)
    {
        if (tests.Count < 2)
        {
            return [.. tests];
        }

        var usable = ImmutableArray.CreateBuilder<ProjectOutline>();
        BuildOutcome? failed = null;
        foreach (var each in tests)
        {
            if (IsRestored(each.Path) || Build.Restore(each.Path, CancellationToken.None) is { } outcome && (outcome.Succeeded || Left(outcome, each.Path)))
            {
                usable.Add(each);
                _restored.Add(each.Path);
            }
        }

        if (usable.Count == 0)
        {
            Require(failed!, "restore", Path.GetRelativePath(Checkout.Directory, tests[0].Path));
        }

        return usable.ToImmutable();

        bool Left(BuildOutcome outcome, string project)
        {
            failed ??= outcome;
            _log.LogWarning("{Step,-10} {Project} is left out, it does not restore: {Error}", "warning", Path.GetRelativePath(Checkout.Directory, project).Replace('\\', '/'),
                outcome.CompileErrors.Concat(outcome.OtherErrors).First());
            return false;
        }
    }

    private WorkloadProgram Tests(TargetProject project)
    {
        if (Programs.Any(each => each.IsTests && each.Assembly == project.OutputAssemblyPath))
        {
            throw new UsageException(
                $"The unit tests {project.Path} are a workload of this campaign: whether they catch a fault is its outcome already.",
                "Name a program as workload, or other tests in 'unitTests', or leave --residual out.");
        }

        if (!project.HasKnownTests && !_configuration.UnitTestFilter.IsEmpty)
        {
            throw new UsageException(
                $"The tests of {project.Path} cannot be chosen by name: it refers to no known test framework.", "Leave out 'unitTestFilter', or name other test projects in 'unitTests'.");
        }

        return project.HasKnownTests || project.IsProgram
            ? new WorkloadProgram(new Workload($"unit-tests-{project.Name}", project.Path, _configuration.UnitTestFilter), project.OutputAssemblyPath, Path.Combine(Repository.OwnFolder, "runs", $"unit-tests-{project.Name}"))
            {
                IsTests = project.HasKnownTests,
                Framework = project.HasKnownTests ? project.TargetFramework : null,
            }
            : throw new UsageException(
                $"{project.Path} holds no tests: it refers to no known test framework, and builds a library.",
                "Name test projects in 'unitTests': MSTest, xUnit, NUnit, or any other framework whose test projects are programs.");
    }

    private WorkloadProgram Program(Workload workload, TargetProject project) =>
        project.IsTest || project.IsProgram
            ? new WorkloadProgram(workload, project.OutputAssemblyPath, Path.Combine(Repository.OwnFolder, "runs", workload.Name))
            {
                IsTests = project.IsTest,
                Framework = project.IsTest ? project.TargetFramework : null,
            }
            : throw new UsageException(
                $"The workload '{workload.Name}' cannot be run: {project.Path} builds a library.",
                "Name a project with <OutputType>Exe</OutputType>.");

    /// <summary>
    /// Restores once per golden commit. One restore covers a project and all that it references, so a target is restored by itself only
    /// if no workload references it.
    /// </summary>
    private void Restore(string[] workloads, string[] targets, CancellationToken cancel)
    {
        var done = Path.Combine(Repository.OwnFolder, "restored");
        foreach (var project in workloads.Where(project => !_restored.Contains(project) && !IsRestored(project)))
        {
            Require(Build.Restore(project, cancel), "restore", Path.GetRelativePath(Checkout.Directory, project));
        }

        foreach (var project in targets.Where(IsMissing))
        {
            Require(Build.Restore(project, cancel), "restore", Path.GetRelativePath(Checkout.Directory, project));
        }

        File.WriteAllText(done, Repository.Golden.CommitSha);
    }

    private bool IsRestored(string project)
    {
        var done = Path.Combine(Repository.OwnFolder, "restored");
        return File.Exists(done) && File.ReadAllText(done) == Repository.Golden.CommitSha && !IsMissing(project);
    }

    private static bool IsMissing(string project) => !File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "obj", "project.assets.json"));

    private static void Require(BuildOutcome outcome, string verb, string project)
    {
        if (!outcome.Succeeded)
        {
            throw new UsageException(
                $"Golden does not {verb}: {outcome.CompileErrors.Concat(outcome.OtherErrors).First()}",
                $"Make 'dotnet {verb} {project.Replace('\\', '/')}' work on a clean checkout of HEAD.",
                ExitCode.RepositoryNotUsable);
        }
    }

    /// <summary>The project file that a path in the configuration names: the file itself, or the only one in that folder.</summary>
    private string ProjectFile(string named)
    {
        var full = InCheckout(named);
        return ProjectDiscovery.Find(full) is { Projects: [var only] }
            ? only
            : throw new UsageException($"'{named}' holds several projects.", "Name the project file itself.");
    }

    /// <summary>A path in the repository as one in the checkout.</summary>
    private string InCheckout(string named)
    {
        var full = Path.GetFullPath(named, Checkout.Directory);
        if (full != Checkout.Directory && !full.StartsWith(Checkout.Directory + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new UsageException($"'{named}' lies outside of the repository.", "Name projects by their path in the repository.");
        }

        if (!File.Exists(full) && !Directory.Exists(full))
        {
            throw new UsageException($"Golden has no '{named}'.", "Correct the path, or commit it: golden is what HEAD holds.", ExitCode.RepositoryNotUsable);
        }

        return full;
    }
}
