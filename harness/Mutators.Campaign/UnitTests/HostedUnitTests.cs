using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Activation;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Campaign.UnitTests;

/// <summary>
/// Asks test projects whose framework the agent knows, as if they were the workload: golden's tests twice, the second time with probes, and then each mutant as a delta
/// in a warm host, where the tests that reach its site run until one fails.
/// </summary>
/// <param name="workspace">Golden, the tests built.</param>
/// <param name="configuration">Limits.</param>
/// <param name="judging">Runs the tests.</param>
/// <param name="log">Where progress is told.</param>
internal sealed class HostedUnitTests(GoldenWorkspace workspace, CampaignConfiguration configuration, ReloadJudging judging, ILogger log)
{
    /// <summary>Asks about mutants.</summary>
    /// <param name="asked">The mutants, with their branches.</param>
    /// <param name="sites">The same mutants, with their sites.</param>
    /// <param name="instrumented">Golden with a probe at each of these sites.</param>
    /// <param name="answers">Takes what each project says.</param>
    /// <param name="cancel">Ends the tests that are under way.</param>
    public void Ask(ImmutableArray<MutantRecord> asked, ImmutableArray<Mutant> sites, InstrumentedGolden instrumented, UnitTestAnswers answers, CancellationToken cancel)
    {
        var jobs = new List<ReloadJob>();
        var golden = new GoldenTests(configuration, log);
        foreach (var program in workspace.UnitTests.Where(each => each.IsTests))
        {
            var (recorded, _) = golden.Cover(program, golden.Run(program, cancel), instrumented, sites, cancel);
            var silent = recorded.Tests!.NotJudged(asked.Select(each => each.Id), program.Workload.Name).ToDictionary(each => each.Mutant);
            foreach (var outcome in silent.Values)
            {
                answers.Take(AnswerOf(outcome));
            }

            jobs.AddRange(asked.Where(each => !silent.ContainsKey(each.Id)).Select(each => new ReloadJob(each.Id, each.Commit, program, recorded)));
        }

        if (jobs.Count > 0)
        {
            // Those of one mutant stand together: it is compiled once.
            judging.Run([.. jobs.OrderBy(each => each.Mutant.ToString(), StringComparer.Ordinal)], workspace, outcome => answers.Take(AnswerOf(outcome)), Failed, cancel);
        }
    }

    private void Failed(HarnessError error) =>
        log.LogWarning("{Step,-10} unit tests could not be asked about {Mutant}: {Message}", "warning", error.Mutant, error.Message);

    /// <summary>
    /// What a run of tests says to a mutant. Where tests do not even compile with it, a programmer would have noticed as well.
    /// </summary>
    private static UnitTestResult AnswerOf(Outcome outcome)
    {
        var (answer, reason) = outcome.Mode switch
        {
            FailureMode.NotActivated => (UnitTestAnswer.NotReached, "no unit test executes the site"),
            FailureMode.Flaky => (UnitTestAnswer.NotReached, outcome.Reason),
            FailureMode.Survived => (UnitTestAnswer.NotCaught, "unit tests execute the site, and all of them pass"),
            FailureMode.BuildReject => (UnitTestAnswer.Caught, $"caught: the tests do not compile: {outcome.Reason}"),
            var mode => (UnitTestAnswer.Caught, $"caught: {mode.Words}, {outcome.Reason}"),
        };

        // Hosts run tests of many mutants side by side: no time is that of one of them.
        return new UnitTestResult(outcome.Mutant, answer, reason.ReplaceLineEndings(" "), TimeSpan.Zero);
    }
}
