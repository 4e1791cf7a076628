using System.Globalization;
using System.Runtime.InteropServices;

namespace Mutators.Campaign.Projects;

/// <summary>Which of a project's target frameworks receives faults.</summary>
internal static class TargetFrameworkChoice
{
    /// <summary>
    /// The first framework whose runtime this machine has; else the first that is a .NET runtime's at all; else the first library
    /// standard; else the first, so that the build says what is wrong with it.
    /// </summary>
    public static string FirstThatRuns(IReadOnlyList<string> frameworks)
    {
        var installed = InstalledRuntimes();
        return frameworks.FirstOrDefault(each => RuntimeOf(each) is { } major && installed.Contains(major) && IsOfThisPlatform(each))
            ?? frameworks.FirstOrDefault(each => RuntimeOf(each) is not null && IsOfThisPlatform(each))
            ?? frameworks.FirstOrDefault(each => each.StartsWith("netstandard", StringComparison.OrdinalIgnoreCase))
            ?? frameworks[0];
    }

    /// <summary>The major version of the .NET runtime that a framework's programs run on: 10 for <c>net10.0</c>, 9 for <c>net9</c>; null for net48 or netstandard2.0.</summary>
    internal static int? RuntimeOf(string framework)
    {
        var version = framework.StartsWith("netcoreapp", StringComparison.OrdinalIgnoreCase) ? framework[10..]
            : framework.StartsWith("net", StringComparison.OrdinalIgnoreCase) ? framework[3..]
            : "";
        if (version is [>= '5' and <= '9'])
        {
            return version[0] - '0';
        }

        var dot = version.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && int.TryParse(version[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    private static bool IsOfThisPlatform(string framework)
    {
        var dash = framework.IndexOf('-', StringComparison.Ordinal);
        var platform = dash < 0 ? "" : framework[(dash + 1)..];
        return platform.Length == 0
            || (platform.StartsWith("windows", StringComparison.OrdinalIgnoreCase) && OperatingSystem.IsWindows())
            || (platform.StartsWith("macos", StringComparison.OrdinalIgnoreCase) && OperatingSystem.IsMacOS());
    }

    private static HashSet<int> InstalledRuntimes()
    {
        // The folder of this process's own runtime lies beside those of the others: shared/Microsoft.NETCore.App/10.0.12.
        var beside = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory()))!;
        var majors = new HashSet<int> { Environment.Version.Major };
        foreach (var runtime in Directory.EnumerateDirectories(beside))
        {
            if (Version.TryParse(Path.GetFileName(runtime).Split('-')[0], out var version))
            {
                majors.Add(version.Major);
            }
        }

        return majors;
    }
}
