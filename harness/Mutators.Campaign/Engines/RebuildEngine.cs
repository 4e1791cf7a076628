using Mutators.Campaign.Branches;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines;

/// <summary>
/// The ground truth: a mutant's branch is checked out into a private checkout, built by <c>dotnet build</c>, and executed in a fresh process.
/// Whatever the mutant does, only that process dies.
/// </summary>
/// <param name="checkout">The private checkout; its <c>obj</c> folders are reused from branch to branch.</param>
/// <param name="build">The build in that checkout.</param>
public sealed class RebuildEngine(Checkout checkout, DotnetBuild build)
{
    /// <summary>The engine's name in outcomes.</summary>
    public const string Name = "rebuild";

    /// <summary>Puts a branch into the checkout and builds a workload's program from it.</summary>
    public BuildOutcome Prepare(string commit, WorkloadProgram program, CancellationToken cancel)
    {
        checkout.SwitchTo(commit);
        return build.Build(program.Workload.Project, cancel, program.Framework);
    }

    /// <summary>Executes a program that <see cref="Prepare"/> has built, in a fresh copy of its folder: what one run writes, the next does not find.</summary>
    public static WorkloadRun Execute(WorkloadProgram program, RunLimits limits, CancellationToken cancel)
    {
        ProgramFolder.Copy(Path.GetDirectoryName(program.Assembly)!, program.RunFolder);
        var copy = Path.Combine(program.RunFolder, Path.GetFileName(program.Assembly));
        return ProgramRun.Execute(copy, program.Workload.Arguments, new Dictionary<string, string>(), limits, cancel);
    }
}

/// <summary>A workload and the program that runs it.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Assembly">The program's assembly, full path, as the build leaves it.</param>
/// <param name="RunFolder">A folder of ours that a copy of the assembly's folder is run in.</param>
public sealed record WorkloadProgram(Workload Workload, string Assembly, string RunFolder)
{
    /// <summary>Whether it is a test project: its tests are run, not its entry point.</summary>
    public bool IsTests { get; init; }

    /// <summary>The target framework to build; null for the only one.</summary>
    public string? Framework { get; init; }
}
