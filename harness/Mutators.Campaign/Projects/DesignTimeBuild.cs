using System.Collections.Immutable;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Evaluation.Context;
using Microsoft.Build.Exceptions;
using Microsoft.Build.Execution;
using Microsoft.Build.Framework;
using Mutators.Campaign.Branches;

namespace Mutators.Campaign.Projects;

/// <summary>
/// A build that does everything but compile, as IDEs run it to learn the compiler's arguments. It runs in this process. The SDK's
/// compiler is not loaded: its task only writes down the command line, and what tasks need lives in MSBuild's own load contexts.
/// </summary>
internal sealed class DesignTimeBuild : IDisposable
{
    /// <summary>MSBuild's item with the compiler's arguments.</summary>
    private const string ArgumentsItem = "CscCommandLineArgs";

    /// <summary>What MinVer's target leaves behind.</summary>
    private static readonly string[] versionProperties =
    [
        "MinVerVersion", "MinVerMajor", "MinVerMinor", "MinVerPatch", "MinVerPreRelease", "MinVerBuildMetadata",
        "AssemblyVersion", "FileVersion", "InformationalVersion", "PackageVersion", "Version",
    ];

    /// <summary>Resources are made as well: nothing names them to the compiler before.</summary>
    private static readonly string[] targets = ["PrepareResources", "Compile", "CoreCompile"];

    private readonly Dictionary<string, string> _properties;
    private readonly ProjectCollection _projects;
    private readonly FirstError _errors = new();
    private readonly EvaluationContext _context = EvaluationContext.Create(EvaluationContext.SharingPolicy.Shared);

    private readonly OwnTasks? _leaveOut;

    private DesignTimeBuild(string configuration, OwnTasks? leaveOut)
    {
        _leaveOut = leaveOut;
        _properties = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Configuration"] = configuration,
            ["DesignTimeBuild"] = "true",
            ["BuildingProject"] = "false",
            ["BuildProjectReferences"] = "false",
            ["SkipCompilerExecution"] = "true",
            ["ProvideCommandLineArgs"] = "true",
            // An output of the compile target that never exists: the target runs although the golden build is up to date.
            ["NonExistentFile"] = "__NonExistentSubDir__/__NonExistentFile__",
            ["ShouldUnsetParentConfigurationAndPlatform"] = "false",
        };
        _projects = new ProjectCollection(_properties);
    }

    /// <summary>The compiler's arguments of the projects and of all projects that these refer to; a project comes after those it refers to.</summary>
    /// <param name="projects">Project files.</param>
    /// <param name="configuration">MSBuild's configuration.</param>
    /// <param name="framework">The target framework of projects that have several.</param>
    /// <param name="leaveOut">Takes tasks out of the projects; null for none.</param>
    /// <param name="cancel">Stops the build.</param>
    public static IReadOnlyList<CompilerInvocation> Run(
        IReadOnlyList<string> projects, string configuration, string? framework, OwnTasks? leaveOut, CancellationToken cancel)
    {
        using var build = new DesignTimeBuild(configuration, leaveOut);
        var manager = BuildManager.DefaultBuildManager;
        manager.BeginBuild(new BuildParameters(build._projects)
        {
            Loggers = [build._errors],
            MaxNodeCount = 1,
            EnableNodeReuse = false,
        });
        try
        {
            using var stop = cancel.Register(manager.CancelAllSubmissions);
            var invocations = new List<CompilerInvocation>();
            var begun = new HashSet<string>(StringComparer.Ordinal);
            foreach (var project in projects)
            {
                build.AddWithReferences(invocations, begun, manager, project, framework, cancel);
            }

            return invocations;
        }
        finally
        {
            manager.EndBuild();
        }
    }

    public void Dispose() => _projects.Dispose();

    private void AddWithReferences(
        List<CompilerInvocation> invocations, HashSet<string> begun, BuildManager manager, string project, string? framework, CancellationToken cancel)
    {
        if (begun.Add(project))
        {
            var invocation = Invocation(manager, project, framework, cancel);
            foreach (var reference in invocation.ProjectReferences.Where(each => File.Exists(each.Path)))
            {
                AddWithReferences(invocations, begun, manager, reference.Path, reference.Framework ?? framework, cancel);
            }

            invocations.Add(invocation);
        }
    }

    private CompilerInvocation Invocation(BuildManager manager, string project, string? framework, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!File.Exists(project))
        {
            throw Unusable($"There is no project '{project}'.", "Name a C# project of the repository.");
        }

        var evaluated = Evaluated(project, framework);
        RequireRestored(evaluated);
        evaluated = WithVersionOfGit(manager, evaluated);
        var request = new BuildRequestData(evaluated, [.. targets.Where(evaluated.Targets.ContainsKey)], hostServices: null, BuildRequestDataFlags.None);
        _errors.Message = null;
        var result = manager.BuildRequest(request);
        cancel.ThrowIfCancellationRequested();
        var arguments = evaluated.GetItems(ArgumentsItem).Select(each => each.EvaluatedInclude).ToImmutableArray();
        if (result.OverallResult != BuildResultCode.Success || arguments.IsEmpty)
        {
            var why = _errors.Message ?? result.Exception?.Message ?? "the build gives the C# compiler nothing to compile";
            DiskSpace.RequireNotFull(evaluated.Directory, why);
            throw Unusable($"{Path.GetFileName(project)} cannot be loaded: {why}", $"Run 'dotnet build {project}' to see it in full.");
        }

        var directory = evaluated.Directory;

        // What the references' targets have chosen among the frameworks of a project that has several.
        var frameworks = evaluated.GetItems("_MSBuildProjectReferenceExistent")
            .Where(each => each.GetMetadataValue("NearestTargetFramework").Length > 0)
            .DistinctBy(each => each.GetMetadataValue("FullPath"), StringComparer.Ordinal)
            .ToDictionary(each => each.GetMetadataValue("FullPath"), each => each.GetMetadataValue("NearestTargetFramework"), StringComparer.Ordinal);
        string FullPathOf(string property) => Path.GetFullPath(evaluated.GetPropertyValue(property).Replace('\\', '/'), directory);
        return new CompilerInvocation(
            project,
            evaluated.GetPropertyValue("AssemblyName"),
            evaluated.GetPropertyValue("TargetFramework"),
            evaluated.GetPropertyValue("OutputType"),
            FullPathOf("TargetPath"),
            FullPathOf("OutDir"),
            FullPathOf("BaseIntermediateOutputPath"),
            arguments,
            evaluated.GetPropertyValue("TargetRefPath").Length > 0 ? FullPathOf("TargetRefPath") : null,
            [
                .. evaluated.GetItems("ProjectReference")
                    .Select(each => Path.GetFullPath(each.EvaluatedInclude.Replace('\\', '/'), directory))
                    .Where(each => each.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase))
                    .Select(each => new ProjectReference(each, frameworks.GetValueOrDefault(each))),
            ]);
    }

    /// <summary>The project as it is built: with one target framework.</summary>
    private ProjectInstance Evaluated(string project, string? framework)
    {
        var evaluated = Evaluated(project, _properties);
        var several = evaluated.GetPropertyValue("TargetFrameworks");
        if (several.Length == 0 || evaluated.GetPropertyValue("TargetFramework").Length > 0)
        {
            return evaluated;
        }

        var choices = several.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var choice = framework is not null && choices.Contains(framework, StringComparer.OrdinalIgnoreCase)
            ? framework
            : TargetFrameworkChoice.FirstThatRuns(choices);
        return Evaluated(project, new Dictionary<string, string>(_properties, StringComparer.OrdinalIgnoreCase) { ["TargetFramework"] = choice });
    }

    private ProjectInstance Evaluated(string project, IDictionary<string, string> properties)
    {
        try
        {
            var options = new Microsoft.Build.Definition.ProjectOptions
            {
                GlobalProperties = properties,
                ProjectCollection = _projects,
                EvaluationContext = _context,
            };
            var evaluated = ProjectInstance.FromFile(project, options);
            return _leaveOut?.LeaveOut(evaluated, _projects) is true ? ProjectInstance.FromFile(project, options) : evaluated;
        }
        catch (InvalidProjectFileException problem)
        {
            var file = problem.ProjectFile is { Length: > 0 } named ? Path.GetFileName(named) : Path.GetFileName(project);
            throw Unusable(
                $"{file}({problem.LineNumber},{problem.ColumnNumber}): {problem.ErrorCode}: {OneLine(problem.BaseMessage)}",
                $"Run 'dotnet build {project}' to see it in full.");
        }
    }

    /// <summary>
    /// MinVer computes no version in a design-time build. The compilation would have another version than the build's, which the runtime refuses to
    /// load in its place, and a project that puts MinVer's numbers together has none at all. So it is asked in a build that is none of design time.
    /// </summary>
    private ProjectInstance WithVersionOfGit(BuildManager manager, ProjectInstance evaluated)
    {
        const string MinVer = "MinVer";
        if (!evaluated.Targets.ContainsKey(MinVer))
        {
            return evaluated;
        }

        var plain = Evaluated(evaluated.FullPath, new Dictionary<string, string>(evaluated.GlobalProperties, StringComparer.OrdinalIgnoreCase) { ["DesignTimeBuild"] = "false" });
        if (manager.BuildRequest(new BuildRequestData(plain, [MinVer], hostServices: null, BuildRequestDataFlags.None)).OverallResult != BuildResultCode.Success)
        {
            throw Unusable(
                $"MinVer finds no version for {Path.GetFileName(evaluated.FullPath)}: {_errors.Message ?? "it fails"}",
                $"Run 'dotnet build {evaluated.FullPath}' to see it in full.");
        }

        var properties = new Dictionary<string, string>(evaluated.GlobalProperties, StringComparer.OrdinalIgnoreCase);
        foreach (var name in versionProperties.Where(name => plain.GetPropertyValue(name).Length > 0))
        {
            properties[name] = plain.GetPropertyValue(name);
        }

        return Evaluated(evaluated.FullPath, properties);
    }

    /// <summary>In a design-time build MSBuild says nothing of a missing restore: it compiles without the references.</summary>
    private static void RequireRestored(ProjectInstance project)
    {
        var assets = project.GetPropertyValue("ProjectAssetsFile");
        if (assets.Length > 0 && !File.Exists(Path.GetFullPath(assets, project.Directory)))
        {
            throw Unusable(
                $"{Path.GetFileName(project.FullPath)} is not restored.",
                $"Run 'dotnet restore {project.FullPath}', or 'dotnet build' for the whole solution.");
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static UsageException Unusable(string message, string remedy) => new(OneLine(message), remedy, ExitCode.RepositoryNotUsable);

    /// <summary>Keeps the first error of a build: those that follow are mostly its consequences.</summary>
    private sealed class FirstError : ILogger
    {
        public string? Message { get; set; }

        public LoggerVerbosity Verbosity { get; set; } = LoggerVerbosity.Quiet;

        public string? Parameters { get; set; }

        public void Initialize(IEventSource eventSource) => eventSource.ErrorRaised += (_, error) => Message ??=
            $"{(error.File is { Length: > 0 } file ? $"{Path.GetFileName(file)}({error.LineNumber},{error.ColumnNumber}): " : "")}{error.Code}: {error.Message}";

        public void Shutdown()
        {
        }
    }
}
