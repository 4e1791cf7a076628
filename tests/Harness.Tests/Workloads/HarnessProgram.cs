using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mutators.Campaign.Workloads;

/// <summary>A small program that uses the harness, so that a test can kill it.</summary>
internal static class HarnessProgram
{
    /// <summary>Compiles the program and gives what to pass to <c>dotnet</c>.</summary>
    public static ImmutableArray<string> Command(string name, string source, params ReadOnlySpan<string> arguments)
    {
        // Beside the tests' own assemblies, so that their dependencies are found.
        var path = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(each => MetadataReference.CreateFromFile(each));
        var result = CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText(source)], references).Emit(path);
        Assert.IsTrue(result.Success, string.Join('\n', result.Diagnostics));
        return
        [
            "exec",
            "--depsfile", Path.Combine(AppContext.BaseDirectory, "Harness.Tests.deps.json"),
            "--runtimeconfig", Path.Combine(AppContext.BaseDirectory, "Harness.Tests.runtimeconfig.json"),
            path, .. arguments,
        ];
    }
}
