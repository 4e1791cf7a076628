using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mutators.Campaign.Projects;

/// <summary>A C# project that receives faults, as the compiler sees it in one configuration and for one target framework.</summary>
/// <param name="Path">The project file's path in the repository, with forward slashes.</param>
/// <param name="FullPath">The project file on this machine.</param>
/// <param name="Name">The project file's name without its extension.</param>
/// <param name="AssemblyName">The name of the assembly that it builds.</param>
/// <param name="TargetFramework">The target framework's short name, for example <c>net10.0</c>.</param>
/// <param name="OutputType"><c>Exe</c>, <c>WinExe</c> or <c>Library</c>, as MSBuild has it.</param>
/// <param name="OutputAssemblyPath">The assembly that a build leaves, full path; it need not exist.</param>
/// <param name="OutputDirectory">The folder of the build's output, full path.</param>
/// <param name="Compilation">The golden compilation, what source generators add included.</param>
/// <param name="Sources">The compilation's trees in the compiler's order, generated ones last.</param>
/// <param name="Arguments">The compiler's arguments: what an emission needs beside the compilation, such as resources and PDB format.</param>
/// <param name="Warnings">What may make the compilation differ from the build's, for example a generator that failed; mostly empty.</param>
public sealed record TargetProject(
    string Path,
    string FullPath,
    string Name,
    string AssemblyName,
    string TargetFramework,
    string OutputType,
    string OutputAssemblyPath,
    string OutputDirectory,
    CSharpCompilation Compilation,
    ImmutableArray<ProjectSource> Sources,
    CSharpCommandLineArguments Arguments,
    ImmutableArray<string> Warnings)
{
    /// <summary>True if the project builds a program that can be started.</summary>
    public bool IsProgram => OutputType is "Exe" or "WinExe";

    /// <summary>True if the project holds tests: it refers to a test framework.</summary>
    public bool IsTest => Compilation.ReferencedAssemblyNames.Any(each => TestFrameworks.Contains(each.Name));

    /// <summary>True if the agent can run the tests in a host of its own.</summary>
    public bool HasKnownTests => Compilation.ReferencedAssemblyNames.Any(each => TestFrameworks.Contains(each.Name) && each.Name != WithoutAdapter);

    private static ImmutableHashSet<string> TestFrameworks { get; } =
        ["Microsoft.VisualStudio.TestPlatform.TestFramework", "MSTest.TestFramework", "xunit.core", "xunit.v3.core", "nunit.framework", WithoutAdapter];

    /// <summary>A framework whose tests only its own program runs.</summary>
    private const string WithoutAdapter = "TUnit.Core";
}

/// <summary>One document of a project.</summary>
/// <param name="Path">Its path in the repository, with forward slashes; the full path of a file outside the repository.</param>
/// <param name="Tree">The parsed document; part of the project's compilation.</param>
/// <param name="IsGenerated">
/// True if no programmer of this repository wrote it: made by a source generator or the build, marked as generated, or outside the
/// repository. No residual fault of a programmer can lie there.
/// </param>
public sealed record ProjectSource(string Path, SyntaxTree Tree, bool IsGenerated);
