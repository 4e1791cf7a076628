using System.Collections;
using System.Globalization;

namespace Mutators.Campaign.Workloads;

/// <summary>
/// The environment of a workload's process: ours, without what would make its course depend on our own tooling, and with what keeps a
/// death short. Culture and code generation settings are the user's and stay.
/// </summary>
internal static class RunEnvironment
{
    /// <summary>
    /// Variables that a host of MSBuild (we are one), a profiler or a debugger leaves to its children. A startup hook or profiler of the
    /// harness must not run inside the target.
    /// </summary>
    private static readonly string[] NotInherited =
    [
        "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildSDKsPath", "MSBuildLoadMicrosoftTargetsReadOnly", "MSBUILD_NUGET_PATH",
        "DOTNET_STARTUP_HOOKS", "DOTNET_MODIFIABLE_ASSEMBLIES", "DOTNET_EnableEventPipe", "DOTNET_DiagnosticPorts",
        "MSBUILDADDITIONALSDKRESOLVERSFOLDER", "MSBUILDENABLEALLPROPERTYFUNCTIONS", "DOTNET_HOST_PATH",
        "CORECLR_ENABLE_PROFILING", "CORECLR_PROFILER", "CORECLR_PROFILER_PATH",
    ];

    /// <summary>Everything the child finds in its environment.</summary>
    /// <param name="asked">What the caller asks for; it wins over all else.</param>
    /// <param name="memoryBytes">The managed heap's hard limit; 0 for none.</param>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyDictionary<string, string>? asked, long memoryBytes)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            result[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        foreach (var name in NotInherited)
        {
            result.Remove(name);
        }

        if (memoryBytes > 0)
        {
            result["DOTNET_GCHeapHardLimit"] = "0x" + memoryBytes.ToString("X", CultureInfo.InvariantCulture);
        }

        // No debugger socket per process (they stay behind in the temp folder when a process is killed), and no dump per crash.
        result["DOTNET_EnableDiagnostics"] = "0";
        result["DOTNET_DbgEnableMiniDump"] = "0";

        // A newer runtime may colour its exceptions; data are compared as plain text.
        result["NO_COLOR"] = "1";

        foreach (var (name, value) in asked ?? new Dictionary<string, string>())
        {
            result[name] = value;
        }

        return result;
    }
}
