using System.Collections.Immutable;
using Microsoft.Build.Locator;

namespace Mutators.Campaign.Projects;

/// <summary>The .NET SDK whose MSBuild this process uses: the one that <c>dotnet build</c> would use in the target's directory.</summary>
public static class MSBuildEnvironment
{
    private static readonly Lock Gate = new();
    private static string? _sdk;

    /// <summary>
    /// Environment variables that registration sets for this process. They name files of one SDK, so a <c>dotnet</c> that this process
    /// starts should not inherit them.
    /// </summary>
    public static ImmutableArray<string> Variables { get; } = ["MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildSDKsPath"];

    /// <summary>
    /// Makes the SDK of <paramref name="directory"/> (its <c>global.json</c> is honoured) the source of every MSBuild assembly. It must
    /// be called before the runtime compiles any method that names a type of Microsoft.Build; what this namespace offers calls it
    /// by itself. Later calls change nothing, and fail if they would need another SDK: a process can load only one.
    /// </summary>
    /// <returns>The SDK's directory.</returns>
    public static string Register(string directory)
    {
        lock (Gate)
        {
            var instance = SdkOf(Path.GetFullPath(directory));
            if (_sdk is not null && _sdk != instance.MSBuildPath)
            {
                throw new UsageException(
                    $"'{directory}' asks for the .NET SDK {instance.Version}, but this run already uses {Path.GetFileName(Path.TrimEndingDirectorySeparator(_sdk))}.",
                    "Run the tool on one of them at a time, or make their global.json agree.",
                    ExitCode.RepositoryNotUsable);
            }

            if (_sdk is null)
            {
                MSBuildLocator.RegisterInstance(instance);
                _sdk = instance.MSBuildPath;
            }

            return _sdk;
        }
    }

    private static VisualStudioInstance SdkOf(string directory)
    {
        VisualStudioInstance? instance = null;
        try
        {
            var query = new VisualStudioInstanceQueryOptions { DiscoveryTypes = DiscoveryType.DotNetSdk, WorkingDirectory = directory };
            instance = MSBuildLocator.QueryVisualStudioInstances(query).FirstOrDefault();
        }
        catch (InvalidOperationException)
        {
            // The locator's way to say that the host found no SDK; the sentence below says it better.
        }

        return instance ?? throw new UsageException(
            $"No .NET SDK of this machine fits '{directory}'.",
            "Run 'dotnet --info' there: install the SDK that global.json asks for, or change global.json.",
            ExitCode.RepositoryNotUsable);
    }
}
