using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Text.Json;
using Mutators.Agent;
using Mutators.Campaign.Projects;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>A workload's program with a batch's assemblies in it, in a folder that lanes copy.</summary>
/// <param name="Assembly">The program.</param>
/// <param name="Modules">The targets that it uses, with the metadata of what is loaded of them.</param>
internal sealed record Stage(string Assembly, ImmutableArray<(TargetProject Target, MetadataReader Metadata)> Modules)
{
    /// <summary>The oldest runtime that the agent loads on.</summary>
    private const int OldestRuntime = 8;

    /// <summary>The folder.</summary>
    public string Folder => Path.GetDirectoryName(Assembly)!;

    /// <summary>What golden itself leaves behind where it runs twice in one process; null as long as no worker has shown that it does.</summary>
    public Residue? UsualResidue { get; set; }

    /// <summary>Whether golden is golden where its assemblies are loaded once more for a run; null as long as nobody has tried.</summary>
    public bool? LoadsAnew { get; set; }

    /// <summary>The simple names of the assemblies that are built from the program's projects.</summary>
    public string[] Own => _own ??= [.. QuickenedAssembly.OwnNames(Folder).Concat(Modules.Select(module => module.Target.AssemblyName)).Append(Path.GetFileNameWithoutExtension(Assembly))
        .Distinct(StringComparer.OrdinalIgnoreCase).Where(name => File.Exists(Path.Combine(Folder, name + ".dll")))];

    private string[]? _own;

    /// <summary>Lays a batch's assemblies over a copy of golden.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="golden">The folder with golden's build.</param>
    /// <param name="program">The program.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="isQuickened">Whether the runtime may optimise what is no target.</param>
    public static Stage Set(string folder, string golden, WorkloadProgram program, Batch batch, bool isQuickened)
    {
        ProgramFolder.Copy(golden, folder);
        if (isQuickened)
        {
            QuickenedAssembly.InFolder(folder, batch.Builds.Select(each => Path.GetFileName(each.Build.Target.OutputAssemblyPath)).ToHashSet(StringComparer.OrdinalIgnoreCase));
        }

        return new Stage(
            Path.Combine(folder, Path.GetFileName(program.Assembly)),
            [
                .. batch.Builds
                    .Where(each => ProgramFolder.Overlay(folder, each.Build.Target.OutputAssemblyPath, each.Build.Image, each.Build.Symbols))
                    .Select(each => (each.Build.Target, each.Bodies.Metadata)),
            ]);
    }

    /// <summary>Whether all that a mutant changes is in it.</summary>
    public bool Holds(BatchMutant mutant) => mutant.Exchanges.All(each => Modules.Any(module => module.Target == each.Target));

    /// <summary>Why a program cannot have an agent in it, as far as that shows without starting it; null if it may.</summary>
    /// <param name="assembly">The built program.</param>
    public static string? WhyUnsuited(string assembly)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "threads that a run leaves behind are seen on Linux only";
        }

        var file = Path.ChangeExtension(assembly, ".runtimeconfig.json");
        if (!File.Exists(file))
        {
            return "the program has no runtimeconfig.json, so it is none for 'dotnet exec'";
        }

        using var json = JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var version = json.RootElement.TryGetProperty("runtimeOptions", out var options)
            && options.TryGetProperty("framework", out var framework)
            && framework.TryGetProperty("version", out var text) ? text.GetString() : null;
        return version is not null && int.TryParse(version.Split('.')[0], out var major) && major < OldestRuntime
            ? $"the program is made for .NET {major}, and the agent loads on {OldestRuntime} and later"
            : null;
    }
}
