using System.Reflection;
using System.Runtime.Loader;

namespace Mutators.Tool;

/// <summary>
/// The compiler that the tool runs on: the newest SDK's own. It is the one that builds the target or a later one, and the SDK brings it precompiled, while that of the
/// packages is compiled method by method in each process, for 10 s of CPU time. The packages' compiler lies beside the tool for SDKs that are older than it.
/// </summary>
internal static class SdkCompiler
{
    private static readonly string[] names = ["Microsoft.CodeAnalysis", "Microsoft.CodeAnalysis.CSharp"];
    private static readonly Lock gate = new();
    private static string? folder;

    /// <summary>Lets the compiler come from there. To be called before anything that names a type of the compiler is run.</summary>
    internal static void Prefer() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        names.Contains(name.Name, StringComparer.Ordinal) && Path.Combine(Folder(name.Version), name.Name + ".dll") is var file && File.Exists(file)
            ? context.LoadFromAssemblyPath(file) : null;

    /// <summary>The folder of the compiler, the same for all of its assemblies.</summary>
    /// <param name="asked">The oldest version that will do.</param>
    private static string Folder(Version? asked)
    {
        lock (gate)
        {
            return folder ??= Directory.EnumerateDirectories(Sdks())
                .Select(sdk => (Folder: Path.Combine(sdk, "Roslyn", "bincore"), Version: VersionOf(Path.GetFileName(sdk))))
                .Where(each => each.Version is { } version && version.Major <= Environment.Version.Major)
                .OrderByDescending(each => each.Version)
                .Select(each => each.Folder)
                .FirstOrDefault(each => Array.TrueForAll(names, name => IsAtLeast(Path.Combine(each, name + ".dll"), asked)))
                ?? Path.Combine(AppContext.BaseDirectory, "compiler");
        }
    }

    /// <summary>Where the .NET that runs this process keeps its SDKs; a folder of ours where it has none.</summary>
    private static string Sdks()
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var sdks = Path.GetFullPath(Path.Combine(framework, "..", "..", "..", "sdk"));
        return Directory.Exists(sdks) ? sdks : AppContext.BaseDirectory;
    }

    private static Version? VersionOf(string name) => Version.TryParse(name.Split('-')[0], out var version) ? version : null;

    private static bool IsAtLeast(string file, Version? asked) => File.Exists(file) && AssemblyName.GetAssemblyName(file).Version >= asked;
}
