using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Build.Construction;
using Microsoft.Build.Exceptions;

namespace Mutators.Campaign.Projects;

/// <summary>The C# projects of a directory, and the solution that names them.</summary>
/// <param name="Solution">The solution file's full path; null where projects were found without one.</param>
/// <param name="Projects">Full paths of the C# projects: in the solution's order, without a solution in ordinal order.</param>
public sealed record ProjectDiscovery(string? Solution, ImmutableArray<string> Projects)
{
    /// <summary>More projects than the largest public C# repositories have: beyond it the search is in the wrong directory.</summary>
    public const int MaximumProjects = 2_000;

    /// <summary>Folders below a root that are searched for projects where no solution names them.</summary>
    public const int MaximumFolders = 50_000;

    private static readonly ImmutableArray<string> FoldersWithoutProjects = ["bin", "obj", "node_modules", "packages", "TestResults"];

    /// <summary>Finds what there is to build.</summary>
    /// <param name="path">A directory, a solution (.sln or .slnx) or a C# project.</param>
    public static ProjectDiscovery Find(string path)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            return IsSolution(full) ? OfSolution(full)
                : IsProject(full) ? new ProjectDiscovery(null, [full])
                : throw Unusable($"'{path}' is neither a solution nor a C# project.", "Name a .sln, .slnx or .csproj file, or a directory that holds one.");
        }

        if (!Directory.Exists(full))
        {
            throw Unusable($"There is no '{path}'.", "Name a directory with a solution or a C# project.");
        }

        var solutions = Directory.EnumerateFiles(full).Where(IsSolution).Order(StringComparer.Ordinal).ToList();
        if (solutions.Count > 0)
        {
            return OfSolution(OnlySolution(solutions));
        }

        var here = Directory.EnumerateFiles(full).Where(IsProject).Order(StringComparer.Ordinal).ToImmutableArray();
        var projects = here.IsEmpty ? ProjectsBelow(full) : here;
        return projects.IsEmpty ? throw NoProject(path) : new ProjectDiscovery(null, projects);
    }

    private static bool IsSolution(string file) => Path.GetExtension(file).ToUpperInvariant() is ".SLN" or ".SLNX";

    private static bool IsProject(string file) => Path.GetExtension(file).Equals(".csproj", StringComparison.OrdinalIgnoreCase);

    /// <summary>A solution kept in both formats under one name is one solution; the first in ordinal order is the classic one.</summary>
    private static string OnlySolution(List<string> solutions) =>
        solutions.Select(Path.GetFileNameWithoutExtension).Distinct(StringComparer.Ordinal).Count() == 1
            ? solutions[0]
            : throw new UsageException(
                $"There are several solutions: {string.Join(", ", solutions.Select(Path.GetFileName))}.",
                $"Name the one to use: --solution {Path.GetFileName(solutions[0])}, or \"solution\" in mutators.json.");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ProjectDiscovery OfSolution(string solution)
    {
        MSBuildEnvironment.Register(Path.GetDirectoryName(solution)!);
        var projects = ProjectsOf(solution);
        return projects.IsEmpty
            ? throw Unusable($"The solution '{Path.GetFileName(solution)}' has no C# project.", "The tool injects faults into C#: name another solution or project.")
            : new ProjectDiscovery(solution, projects);
    }

    /// <summary>Not inlined: the runtime must not look for Microsoft.Build before the SDK is registered.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ImmutableArray<string> ProjectsOf(string solution)
    {
        SolutionFile parsed;
        try
        {
            parsed = SolutionFile.Parse(solution);
        }
        catch (InvalidProjectFileException problem)
        {
            throw Unusable($"{Path.GetFileName(solution)}: {problem.BaseMessage}", $"Run 'dotnet sln {Path.GetFileName(solution)} list' to see it.");
        }

        var projects = parsed.ProjectsInOrder
            .Where(each => each.ProjectType != SolutionProjectType.SolutionFolder)
            .Select(each => Path.GetFullPath(each.AbsolutePath.Replace('\\', Path.DirectorySeparatorChar)))
            .Where(IsProject)
            .ToImmutableArray();
        return projects.FirstOrDefault(each => !File.Exists(each)) is { } missing
            ? throw Unusable(
                $"The solution '{Path.GetFileName(solution)}' names '{Path.GetRelativePath(Path.GetDirectoryName(solution)!, missing)}', which does not exist.",
                $"Commit the project, or take it out: dotnet sln {Path.GetFileName(solution)} remove PROJECT.")
            : projects;
    }

    private static ImmutableArray<string> ProjectsBelow(string root)
    {
        var projects = new List<string>();
        var folders = new Stack<string>([root]);
        for (var seen = 0; folders.TryPop(out var folder); seen++)
        {
            if (seen == MaximumFolders || projects.Count > MaximumProjects)
            {
                throw Unusable($"'{root}' holds too much to search for projects.", "Name a solution or a project.");
            }

            projects.AddRange(Directory.EnumerateFiles(folder).Where(IsProject));
            foreach (var below in Directory.EnumerateDirectories(folder))
            {
                var name = Path.GetFileName(below);
                var isLink = new FileInfo(below).Attributes.HasFlag(FileAttributes.ReparsePoint);
                if (!isLink && !name.StartsWith('.') && !FoldersWithoutProjects.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    folders.Push(below);
                }
            }
        }

        return [.. projects.Order(StringComparer.Ordinal)];
    }

    private static UsageException NoProject(string path) =>
        Unusable($"There is no .NET project in '{path}'.", "Run the tool in a repository with a solution or a C# project, or name one.");

    private static UsageException Unusable(string message, string remedy) => new(message, remedy, ExitCode.RepositoryNotUsable);
}
