using System.Collections.Immutable;

namespace Mutators.Campaign.Projects;

/// <summary>What a build would tell the C# compiler about one project, and where it would leave the result.</summary>
/// <param name="ProjectPath">The project file, full path.</param>
/// <param name="AssemblyName">The name of the assembly.</param>
/// <param name="TargetFramework">The target framework's short name.</param>
/// <param name="OutputType">MSBuild's <c>OutputType</c>.</param>
/// <param name="OutputAssemblyPath">The assembly that the build leaves.</param>
/// <param name="OutputDirectory">The folder of the output.</param>
/// <param name="IntermediateDirectory">The folder of what the build itself writes, mostly <c>obj</c>.</param>
/// <param name="Arguments">The compiler's command line.</param>
/// <param name="ReferenceAssemblyPath">The assembly without bodies that the build leaves for other projects' compilers; null if it leaves none.</param>
/// <param name="ProjectReferences">The C# projects that this one refers to, full paths.</param>
internal sealed record CompilerInvocation(
    string ProjectPath,
    string AssemblyName,
    string TargetFramework,
    string OutputType,
    string OutputAssemblyPath,
    string OutputDirectory,
    string IntermediateDirectory,
    ImmutableArray<string> Arguments,
    string? ReferenceAssemblyPath,
    ImmutableArray<ProjectReference> ProjectReferences);

/// <summary>A project that another one refers to.</summary>
/// <param name="Path">The project file, full path.</param>
/// <param name="Framework">The target framework that the other one takes of it; null for its only one.</param>
internal sealed record ProjectReference(string Path, string? Framework);
