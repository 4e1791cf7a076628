using System.Runtime.CompilerServices;

namespace Mutators.Campaign.Projects;

/// <summary>Loads C# projects as golden compilations, exactly as <c>dotnet build</c> would compile them.</summary>
/// <param name="root">The folder that documents' paths are relative to: the repository's root, or a checkout of it.</param>
public sealed class ProjectLoader(string root)
{
    /// <summary>One design-time build at a time: MSBuild runs in this process and moves the current directory while it works.</summary>
    private static readonly Lock OneAtATime = new();

    private readonly string _root = Path.GetFullPath(root);

    /// <summary>Told of each command and task of the repository's own that is left out of the design-time build; null to run them, as an IDE does.</summary>
    public Action<string>? LeftOut { get; init; }

    /// <summary>
    /// Loads projects that are restored; they need not be built. The projects that they refer to are read with them.
    /// </summary>
    /// <param name="projectPaths">Project files, absolute or relative to the root.</param>
    /// <param name="configuration">MSBuild's configuration.</param>
    /// <param name="framework">
    /// The target framework of projects that have several; null chooses the first that this machine can run. A project without this
    /// framework keeps that choice, because a library of a net10.0 program may well be netstandard2.0 only.
    /// </param>
    /// <param name="cancel">Stops the build.</param>
    /// <returns>The projects in the order of <paramref name="projectPaths"/>.</returns>
    /// <exception cref="UsageException">A project cannot be evaluated, is not restored, or does not parse.</exception>
    public IReadOnlyList<TargetProject> Load(
        IReadOnlyList<string> projectPaths,
        string configuration = "Debug",
        string? framework = null,
        CancellationToken cancel = default)
    {
        MSBuildEnvironment.Register(_root);
        var full = projectPaths.Select(path => Path.GetFullPath(path, _root)).ToList();
        IReadOnlyList<CompilerInvocation> invocations;
        lock (OneAtATime)
        {
            invocations = Invocations(full, configuration, framework, cancel);
        }

        var reader = new CompilationReader(_root);
        var read = invocations.Select(each => reader.Read(each, cancel)).ToDictionary(each => each.FullPath, StringComparer.Ordinal);
        return [.. full.Select(path => read[path])];
    }

    /// <summary>Not inlined: the runtime must not look for Microsoft.Build before the SDK is registered.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private IReadOnlyList<CompilerInvocation> Invocations(
        IReadOnlyList<string> projects, string configuration, string? framework, CancellationToken cancel) =>
        DesignTimeBuild.Run(projects, configuration, framework, LeftOut is null ? null : new OwnTasks(_root, LeftOut), cancel);
}
