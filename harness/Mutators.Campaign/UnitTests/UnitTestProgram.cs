using System.Collections.Immutable;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.UnitTests;

/// <summary>
/// A test project's executable, as projects on Microsoft.Testing.Platform build one, and the arguments with which it stops at its first failure.
/// </summary>
/// <param name="program">The program as golden's build leaves it.</param>
internal sealed class UnitTestProgram(Engines.WorkloadProgram program)
{
    private static readonly Dictionary<string, string> environment = new(StringComparer.Ordinal)
    {
        ["TESTINGPLATFORM_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
    };

    private static readonly RunLimits helpLimits = new(TimeSpan.FromMinutes(1), MemoryBytes: 0, OutputBytes: 1 << 20);

    private ImmutableArray<string>? arguments;

    /// <summary>The program.</summary>
    public Engines.WorkloadProgram Program => program;

    /// <summary>Runs the tests in a fresh copy of the program's folder.</summary>
    /// <param name="prepare">Changes the copy before it is run, for example by laying a mutant's assembly over golden's.</param>
    /// <param name="limits">What the tests may spend.</param>
    /// <param name="cancel">Ends them.</param>
    public WorkloadRun Run(Action<string> prepare, RunLimits limits, CancellationToken cancel)
    {
        arguments ??= Arguments(cancel);
        ProgramFolder.Copy(Path.GetDirectoryName(program.Assembly)!, program.RunFolder);
        prepare(program.RunFolder);
        return ProgramRun.Execute(Path.Combine(program.RunFolder, Path.GetFileName(program.Assembly)), arguments, environment, limits, cancel);
    }

    /// <summary>The same program as a workload that is run to its end, for probes.</summary>
    public Workload Whole(CancellationToken cancel) => program.Workload with { Arguments = [.. (arguments ??= Arguments(cancel)).TakeWhile(each => each != StopAtFirst)] };

    /// <summary>The first test that failed, as the platform prints it; null if none is named.</summary>
    public static string? FirstFailure(WorkloadRun run)
    {
        const string failed = "failed ";
        var line = run.Output.FirstOrDefault(each => each.StartsWith(failed, StringComparison.Ordinal));
        return line?[failed.Length..];
    }

    private const string StopAtFirst = "--maximum-failed-tests";

    /// <summary>Only options that this program has: they differ from version to version of the platform.</summary>
    private ImmutableArray<string> Arguments(CancellationToken cancel)
    {
        var help = ProgramRun.Execute(program.Assembly, ["--help"], environment, helpLimits, cancel).Output.Select(line => line.Trim()).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. help.Contains("--no-ansi") ? ["--no-ansi"] : Array.Empty<string>(),
            .. help.Contains("--progress") ? ["--progress", "off"] : help.Contains("--no-progress") ? ["--no-progress"] : Array.Empty<string>(),
            .. help.Contains(StopAtFirst) ? [StopAtFirst, "1"] : Array.Empty<string>(),
        ];
    }
}
