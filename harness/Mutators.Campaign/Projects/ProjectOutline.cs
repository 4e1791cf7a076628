using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Build.Definition;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Evaluation.Context;
using Microsoft.Build.Exceptions;

namespace Mutators.Campaign.Projects;

/// <summary>What a project says of itself before it is restored: enough to tell libraries, programs and tests apart, and who refers to whom.</summary>
/// <param name="Path">The project file, full path.</param>
/// <param name="IsTest">Whether it refers to a test framework.</param>
/// <param name="References">The projects that it refers to, full paths.</param>
public sealed record ProjectOutline(string Path, bool IsTest, ImmutableArray<string> References)
{
    /// <summary>Packages and SDKs that only test projects refer to.</summary>
    private static readonly ImmutableHashSet<string> testPackages = ImmutableHashSet.Create(StringComparer.OrdinalIgnoreCase,
        "Microsoft.NET.Test.Sdk", "MSTest", "MSTest.TestFramework", "MSTest.TestAdapter", "xunit", "xunit.core", "xunit.v3", "xunit.v3.core", "NUnit", "NUnit3TestAdapter", "TUnit");

    /// <summary>Reads projects; what cannot be evaluated is left out, and its load will say why.</summary>
    /// <param name="projects">Project files.</param>
    /// <param name="root">The folder whose <c>global.json</c> chooses the SDK.</param>
    public static ImmutableArray<ProjectOutline> Read(IEnumerable<string> projects, string root)
    {
        MSBuildEnvironment.Register(root);
        return Evaluated(projects);
    }

    /// <summary>The projects that some refer to, directly or not, without these.</summary>
    public static ImmutableArray<ProjectOutline> ReferredTo(IEnumerable<ProjectOutline> by, IReadOnlyCollection<ProjectOutline> all)
    {
        var byPath = all.ToDictionary(each => each.Path, StringComparer.Ordinal);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<string>(by.SelectMany(each => each.References));
        while (pending.TryPop(out var path))
        {
            if (byPath.TryGetValue(path, out var project) && found.Add(path))
            {
                foreach (var reference in project.References)
                {
                    pending.Push(reference);
                }
            }
        }

        return [.. all.Where(each => found.Contains(each.Path))];
    }

    /// <summary>Not inlined: the runtime must not look for Microsoft.Build before the SDK is registered.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ImmutableArray<ProjectOutline> Evaluated(IEnumerable<string> projects)
    {
        using var collection = new ProjectCollection();
        var context = EvaluationContext.Create(EvaluationContext.SharingPolicy.Shared);
        return [.. projects.Select(path => Outline(path, collection, context)).OfType<ProjectOutline>()];
    }

    private static ProjectOutline? Outline(string path, ProjectCollection collection, EvaluationContext context)
    {
        try
        {
            var project = Project.FromFile(path, new ProjectOptions
            {
                ProjectCollection = collection,
                EvaluationContext = context,
                LoadSettings = ProjectLoadSettings.IgnoreMissingImports | ProjectLoadSettings.IgnoreInvalidImports,
            });
            if (project.GetPropertyValue("TargetFramework").Length == 0 && project.GetPropertyValue("TargetFrameworks").Length > 0)
            {
                // References may hang on the framework: those of the one that will be used.
                project.SetGlobalProperty("TargetFramework", TargetFrameworkChoice.FirstThatRuns(
                    project.GetPropertyValue("TargetFrameworks").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
                project.ReevaluateIfNecessary();
            }

            return new ProjectOutline(
                path,
                project.GetPropertyValue("IsTestProject").Equals("true", StringComparison.OrdinalIgnoreCase)
                    || project.GetItems("PackageReference").Any(each => testPackages.Contains(each.EvaluatedInclude)),
                [
                    .. project.GetItems("ProjectReference")
                        .Select(each => System.IO.Path.GetFullPath(each.EvaluatedInclude.Replace('\\', '/'), System.IO.Path.GetDirectoryName(path)!)),
                ]);
        }
        catch (InvalidProjectFileException)
        {
            return null;
        }
    }
}
