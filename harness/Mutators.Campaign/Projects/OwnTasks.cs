using Microsoft.Build.Construction;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Execution;

namespace Mutators.Campaign.Projects;

/// <summary>
/// What a repository's own files would run in a build: commands, and tasks that these files declare. They are taken out of the projects as MSBuild holds them in
/// memory; files stay as they are. What packages and the SDK bring is left alone.
/// </summary>
/// <param name="root">The repository's root, or that of a checkout of it.</param>
/// <param name="leftOut">Told of each, once.</param>
internal sealed class OwnTasks(string root, Action<string> leftOut)
{
    private const string Command = "Exec";
    private const string Never = "false";

    private readonly string _root = Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar;

    /// <summary>Takes them out of a project, of what it imports, and of the projects that it refers to.</summary>
    /// <param name="project">The project, evaluated.</param>
    /// <param name="projects">Where MSBuild keeps files in memory.</param>
    /// <returns>Whether there were any: then the project is to be evaluated again.</returns>
    public bool LeaveOut(ProjectInstance project, ProjectCollection projects)
    {
        var references = project.GetItems("ProjectReference").Select(each => Path.GetFullPath(each.EvaluatedInclude.Replace('\\', '/'), project.Directory)).Where(File.Exists);
        var files = project.ImportPaths.Prepend(project.FullPath).Concat(references)
            .Where(path => path.StartsWith(_root, StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .Select(path => ProjectRootElement.Open(path, projects))
            .ToList();
        var own = files.SelectMany(file => file.UsingTasks).Select(each => NameOf(each.TaskName)).Append(Command).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var isChanged = false;
        foreach (var (file, target) in files.SelectMany(file => file.Targets.Select(target => (file, target))))
        {
            foreach (var task in target.Tasks.Where(task => own.Contains(NameOf(task.Name)) && task.Condition != Never))
            {
                task.Condition = Never;
                isChanged = true;
                leftOut($"{Path.GetRelativePath(_root, file.FullPath).Replace('\\', '/')}({task.Location.Line}): {task.Name} in target {target.Name}");
            }
        }

        return isChanged;
    }

    private static string NameOf(string task) => task[(task.LastIndexOf('.') + 1)..];
}
