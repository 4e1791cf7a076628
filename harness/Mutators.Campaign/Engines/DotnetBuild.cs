using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines;

/// <summary>What <c>dotnet build</c> said.</summary>
/// <param name="Succeeded">Everything compiled.</param>
/// <param name="CompileErrors">The compiler's errors, <c>CS0165: Use of unassigned local variable 'x' (samples/A.cs:12)</c>.</param>
/// <param name="OtherErrors">Errors that are not the compiler's: the environment's fault, not the mutant's.</param>
/// <param name="Duration">Wall time.</param>
public sealed record BuildOutcome(bool Succeeded, ImmutableArray<string> CompileErrors, ImmutableArray<string> OtherErrors, TimeSpan Duration);

/// <summary>The .NET command line's restore and build, in a checkout of ours.</summary>
/// <param name="root">The checkout.</param>
/// <param name="log">Where commands are told.</param>
public sealed partial class DotnetBuild(string root, ILogger log)
{
    /// <summary>A build that runs longer than this hangs; the largest solutions need a few minutes.</summary>
    private static readonly RunLimits limits = new(TimeSpan.FromMinutes(20), MemoryBytes: 0, OutputBytes: 64L << 20);

    private static readonly Dictionary<string, string> environment = new(StringComparer.Ordinal)
    {
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",

        // A build of a small project spends its time on code that runs once.
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_CallCountThreshold"] = "100",
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    /// <summary>Restores the packages of a project and of all it references.</summary>
    public BuildOutcome Restore(string project, CancellationToken cancel) => Run(["restore", project, "-v", "quiet", "-p:TreatWarningsAsErrors=false", "-p:WarningsAsErrors="], cancel);

    /// <summary>
    /// Builds a project and all it references, Debug, without analyzers and without taking warnings for errors: a mutant may well cause a
    /// warning, and is none the less a mutant.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="cancel">Ends the build.</param>
    /// <param name="framework">The target framework; null for all that the project has.</param>
    public BuildOutcome Build(string project, CancellationToken cancel, string? framework = null) => Run(
        [
            "build", project, "--no-restore", "-c", "Debug", "-v", "quiet", "-nologo", "-m:1", "-clp:NoSummary",
            "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-p:WarningsAsErrors=", "-p:MSBuildTreatWarningsAsErrors=false",
            "-p:GeneratePackageOnBuild=false",

            // A compiler that stays warm from branch to branch, whatever the surroundings prefer for their own builds.
            "-p:UseSharedCompilation=true",
            .. framework is null ? Array.Empty<string>() : ["-f", framework],
        ],
        cancel);

    private BuildOutcome Run(string[] arguments, CancellationToken cancel)
    {
        log.LogDebug("{Step,-10} dotnet {Verb} {Project}", arguments[0], arguments[0], Path.GetRelativePath(root, Path.GetFullPath(arguments[1], root)));
        var run = ProcessRunner.Run("dotnet", arguments, root, environment, limits, cancel, keepsServers: true);
        log.LogTrace("{Step,-10} dotnet {Verb} {Project} ended with {Code} after {Seconds:0.0} s", arguments[0], arguments[0], arguments[1], run.ExitCode, run.Duration.TotalSeconds);
        if (run is { End: ProcessEnd.Exited, ExitCode: 0 })
        {
            return new BuildOutcome(true, [], [], run.Duration);
        }

        var errors = run.Output.Concat(run.Error).Select(line => ErrorLine().Match(line)).Where(match => match.Success).ToArray();
        string[] Messages(bool compiler) =>
            [.. errors.Where(match => match.Groups["code"].Value.StartsWith("CS", StringComparison.Ordinal) == compiler).Select(Message).Distinct()];
        var other = Messages(compiler: false);
        DiskSpace.RequireNotFull(root, string.Join('\n', other));
        if (errors.Length == 0)
        {
            other = [$"dotnet {arguments[0]} ended with {run.End}, code {run.ExitCode}: {run.Output.Concat(run.Error).LastOrDefault(line => line.Trim().Length > 0)}"];
        }

        return new BuildOutcome(false, [.. Messages(compiler: true)], [.. other], run.Duration);
    }

    private string Message(Match match)
    {
        var file = match.Groups["file"].Value;
        var place = file.Length == 0 ? "" : $" ({Path.GetRelativePath(root, Path.GetFullPath(file, root)).Replace('\\', '/')}:{match.Groups["line"].Value})";
        return $"{match.Groups["code"].Value}: {match.Groups["text"].Value}{place}";
    }

    [GeneratedRegex(@"^\s*(?:(?<file>[^(]+?)\((?<line>\d+),\d+\)|[^:]*?)\s*: (?:fatal )?error (?<code>[A-Za-z]+\d+)\s*:\s*(?<text>.*?)(?: \[[^\]]*\])?\s*$")]
    private static partial Regex ErrorLine();
}
