using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Activation;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Campaign.UnitTests;

/// <summary>
/// Asks the project's own unit tests about each activated mutant. A fault that they catch would have been mended before the release: it is
/// not residual. Tests that do not execute the site say nothing, and are not run.
/// </summary>
/// <param name="repository">Where the branches are.</param>
/// <param name="workspace">Golden.</param>
/// <param name="configuration">Limits.</param>
/// <param name="judging">Runs tests in warm hosts.</param>
/// <param name="log">Where progress and cost are told.</param>
internal sealed class ResidualClassification(
    MutantRepository repository, GoldenWorkspace workspace, CampaignConfiguration configuration, ReloadJudging judging, ILogger log)
{
    /// <summary>Classifies what the store does not know yet; each answer is kept at once.</summary>
    /// <param name="store">The campaign.</param>
    /// <param name="mutants">The mutants of the faultload.</param>
    /// <param name="cancel">Ends the tests that are under way; the answers so far are kept.</param>
    /// <exception cref="UsageException">The tests do not build, or do not pass on golden.</exception>
    public void Classify(CampaignStore store, IReadOnlyList<Mutant> mutants, CancellationToken cancel)
    {
        var asked = store.Load().Mutants
            .Where(each => each.UnitTests is null && each.Headline?.Mode.IsActivated is true)
            .Select(each => each.Mutant)
            .ToImmutableArray();
        if (asked.IsEmpty)
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        workspace.BuildUnitTests(cancel);
        var ids = asked.Select(each => each.Id).ToHashSet();
        ImmutableArray<Mutant> sites = [.. mutants.Where(each => ids.Contains(each.Id))];
        var instrumented = InstrumentedGolden.Compile(workspace.Targets, sites, Path.Combine(repository.OwnFolder, "activation"), cancel);
        var answers = new UnitTestAnswers(ids, workspace.UnitTests.Length, answer => store.Record([answer]));

        // Hosts first: they are by far the faster ones, and what they catch nobody else is asked about.
        new HostedUnitTests(workspace, configuration, judging, log).Ask(asked, sites, instrumented, answers, cancel);
        new UnitTestPrograms(repository, workspace, configuration, log).Ask(asked, sites, instrumented, answers, cancel);
        log.LogInformation("{Step,-10} unit tests catch {Caught} of {Asked} activated faults, execute and do not catch {NotCaught}, do not execute {NotReached} ({Seconds:0.0} s)",
            "residual", answers.Counts[UnitTestAnswer.Caught], asked.Length, answers.Counts[UnitTestAnswer.NotCaught], answers.Counts[UnitTestAnswer.NotReached],
            Stopwatch.GetElapsedTime(started).TotalSeconds);
    }
}
