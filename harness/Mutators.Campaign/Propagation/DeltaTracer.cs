using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Propagation;

/// <summary>Delta executions of mutants in a golden workspace whose programs are built.</summary>
/// <param name="repository">The user's repository.</param>
/// <param name="workspace">Golden, loaded and built.</param>
/// <param name="configuration">The limits.</param>
public sealed class DeltaTracer(MutantRepository repository, GoldenWorkspace workspace, CampaignConfiguration configuration)
{
    /// <summary>An execution that tells all its rendezvous takes this many times the plain one's time, at most; a limit for hangs, not for comparisons.</summary>
    private const int TracingFactor = 4;

    private readonly BranchSources _sources = new(repository, workspace.Targets);

    /// <summary>Runs golden and a mutant side by side.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="commit">Its branch's tip.</param>
    /// <param name="program">The workload and golden's program.</param>
    /// <param name="golden">A golden run of the workload.</param>
    /// <param name="mode">Whose messages the others hear.</param>
    /// <param name="allHits">How often golden reaches the site in all; null if not known: then both run to their end.</param>
    /// <param name="cancel">Ends both.</param>
    public Delta Trace(MutantId mutant, string commit, WorkloadProgram program, GoldenRun golden, PropagationMode mode, long? allHits, CancellationToken cancel)
    {
        var trees = _sources.Read(commit, out var refusal)
            ?? throw new UsageException($"{mutant} cannot be compiled by itself: {refusal}.", "Delta execution needs a branch that changes the sources of one target.");
        var build = TracedBuild.Compile(trees, cancel);
        using var left = Start("golden", build.AssemblyPath, build.Golden, program, golden, cancel);
        using var right = Start("faulty", build.AssemblyPath, build.Mutant, program, golden, cancel);
        var delta = new DeltaExecution(new ExecutionSide(left.Read, left.Finish), new ExecutionSide(right.Read, right.Finish), golden)
            .Run(mutant, mode, allHits, configuration.DegradedShare);
        cancel.ThrowIfCancellationRequested();
        return delta;
    }

    private TracedProcess Start(string side, string assemblyPath, byte[] image, WorkloadProgram program, GoldenRun golden, CancellationToken cancel)
    {
        if (program.Workload.Rendezvous.IsEmpty)
        {
            throw new UsageException(
                $"Workload '{program.Workload.Name}' does not say how its program tells of rendezvous.",
                "Name the arguments in mutators.json: \"rendezvous\": [\"--rendezvous\"]; docs/delta-execution.md says what the program then prints.");
        }

        var folder = Path.Combine(repository.EnsureOwnFolder(), "delta", program.Workload.Name, side);
        ProgramFolder.Copy(Path.GetDirectoryName(program.Assembly)!, folder);
        ProgramFolder.Overlay(folder, assemblyPath, image, []);
        var limits = configuration.LimitsFor(golden.Run.Duration * TracingFactor);
        return TracedProcess.Start(Path.Combine(folder, Path.GetFileName(program.Assembly)), [.. program.Workload.Arguments, .. program.Workload.Rendezvous], limits, cancel);
    }
}
