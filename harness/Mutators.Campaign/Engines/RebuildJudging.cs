using Microsoft.Extensions.Logging;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines;

/// <summary>Judges mutants by the rebuild engine, the ground truth: a real build and a fresh process for each.</summary>
/// <param name="engine">The engine.</param>
/// <param name="configuration">Limits, and the seed of what is drawn.</param>
/// <param name="log">Where progress is told.</param>
internal sealed class RebuildJudging(RebuildEngine engine, CampaignConfiguration configuration, ILogger log)
{
    /// <summary>Repeats outcomes of the reload engine, and says which differ.</summary>
    /// <param name="snapshot">The campaign.</param>
    /// <param name="count">How many outcomes to repeat.</param>
    /// <param name="workspace">Golden, built.</param>
    /// <param name="cancel">Ends the run that is under way.</param>
    public CrossCheck Compare(CampaignSnapshot snapshot, int count, GoldenWorkspace workspace, CancellationToken cancel)
    {
        var programs = workspace.Programs.ToDictionary(program => program.Workload.Name, StringComparer.Ordinal);
        var golden = snapshot.Golden.ToDictionary(run => run.Workload.Name, StringComparer.Ordinal);
        log.LogInformation("{Step,-10} {Count} outcomes are repeated by the rebuild engine", "cross-check", Math.Min(count, snapshot.Mutants.Sum(each => each.Outcomes.Length)));
        var check = CrossCheck.Run(snapshot, count, configuration.Seed, (mutant, outcome) =>
        {
            var (program, reference) = (programs[outcome.Workload], golden[outcome.Workload]);
            var again = Judge(mutant.Id, mutant.Commit, program, reference, cancel);
            return reference.Tests is { } tests ? AskTheSameTest(outcome, again, program, reference, tests, cancel) : again;
        },
        (compared, differs) =>
        {
            if (differs is not null)
            {
                log.LogError("{Step,-10} {Disagreement}", "differs", differs.InWords());
            }

            log.LogDebug("{Step,-10} {Compared} of {Count} outcomes are repeated", "cross-check", compared, count);
        });

        log.LogInformation("{Step,-10} {Differing} of {Compared} outcomes differ{OtherLimit}", "cross-check", check.Disagreements.Length, check.Compared,
            check.OtherLimit == 0 ? "" : $"; {check.OtherLimit} more are runs without an end that met the limit of time in one engine and that of memory in the other");
        return check;
    }

    /// <summary>
    /// The reload engine stops at the first failure, and a run of all tests may die in another one. What it says of its test must hold of that test: among
    /// the others if they let it be seen, otherwise by itself.
    /// </summary>
    private Outcome AskTheSameTest(Outcome reload, Outcome again, WorkloadProgram program, GoldenRun golden, TestRecord tests, CancellationToken cancel)
    {
        if (reload.Mode == again.Mode || reload.Detectors is not [var name, ..])
        {
            return again;
        }

        if (Noticed(again) is { } among)
        {
            return among;
        }

        if (tests.Tests.FirstOrDefault(test => test.Name == name) is not { } asked)
        {
            return again;
        }

        var alone = OutcomeClassifier.Classify(
            reload.Mutant, golden, new DotnetTest(program, tests).Run(asked.Number, TestLimits(golden), cancel), RebuildEngine.Name, configuration.DegradedShare);
        return Noticed(alone) ?? alone;

        // The same test, in the same way, among whatever others.
        Outcome? Noticed(Outcome outcome) => outcome.Flags.Contains(reload.Mode) && outcome.Detectors.Contains(name) ? outcome with { Mode = reload.Mode } : null;
    }

    /// <summary>The runner itself takes its time, beside the tests.</summary>
    private RunLimits TestLimits(GoldenRun golden) => configuration.LimitsFor(golden.Run.Duration + TimeSpan.FromSeconds(1));

    /// <summary>Builds a mutant and judges it under a workload.</summary>
    /// <exception cref="BuildEnvironmentException">It does not build, for a reason that is not its own.</exception>
    public Outcome Judge(MutantId mutant, string commit, WorkloadProgram program, GoldenRun golden, CancellationToken cancel)
    {
        var built = engine.Prepare(commit, program, cancel);
        if (!built.Succeeded)
        {
            return built.CompileErrors is [var error, ..]
                ? OutcomeClassifier.BuildReject(mutant, program.Workload.Name, error)
                : throw new BuildEnvironmentException(built.OtherErrors[0]);
        }

        var run = golden.Tests is { } tests
            ? new DotnetTest(program, tests).Run(only: null, TestLimits(golden), cancel)
            : RebuildEngine.Execute(program, configuration.LimitsFor(golden.Run.Duration), cancel);
        return OutcomeClassifier.Classify(mutant, golden, run, RebuildEngine.Name, configuration.DegradedShare);
    }
}
