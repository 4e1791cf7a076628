using System.Collections.Immutable;
using Harness.Tests.Campaigns;
using Microsoft.Extensions.Logging.Abstractions;
using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Workloads;

namespace Harness.Tests.Engines;

/// <summary>
/// A program of the language's constructs, mutated by all operators: what a mutant does as a delta in a warm process it does, word for word,
/// when the whole program is compiled with it and run by itself.
/// </summary>
[TestClass]
[DoNotParallelize]
public sealed class EveryConstructTests
{
    /// <summary>The share of mutants that must run as deltas, or the comparison would compare emissions with themselves.</summary>
    private const double LeastShareOfDeltas = 0.75;

    private static readonly CampaignConfiguration configuration = Tree.Configuration with
    {
        Engine = CampaignEngine.Reload,
        Operators = [.. FaultOperator.All.Select(each => each.Definition.Id)],
    };

    [TestMethod]
    public void One_mutant_of_each_operator_does_the_same_as_a_delta_and_by_itself() => Compare(ofEach: 1);

    [TestMethod]
    [TestCategory("Slow")]
    public void Every_mutant_does_the_same_as_a_delta_and_by_itself() => Compare(ofEach: int.MaxValue);

    [TestMethod]
    [TestCategory("Slow")]
    public void A_mutant_of_each_operator_does_the_same_when_it_is_rebuilt()
    {
        using var tree = new Tree("every_construct");
        using var repository = MutantRepository.Open(tree.Root);
        var runner = new CampaignRunner(repository, configuration with { Sample = 60, Sampling = SamplingRule.Uniform, Seed = 5 }, NullLogger.Instance);
        runner.Run(fresh: false, CancellationToken.None, crossCheck: 60);

        Assert.IsGreaterThan(20, runner.CrossChecked!.Compared);
        Assert.AreEqual("", string.Join("\n", runner.CrossChecked.Disagreements.Select(each => each.InWords())));
    }

    private static void Compare(int ofEach)
    {
        using var tree = new Tree("every_construct");
        using var repository = MutantRepository.Open(tree.Root);
        using var workspace = GoldenWorkspace.Open(repository, configuration, NullLogger.Instance, CancellationToken.None);
        workspace.BuildGolden(CancellationToken.None);
        var program = workspace.Programs.Single();
        var golden = new GoldenRun(program.Workload, RebuildEngine.Execute(program, configuration.GoldenLimits, CancellationToken.None));
        var jobs = Branches(repository, workspace, ofEach).Select(branch => new ReloadJob(branch.Id, branch.CommitSha, program, golden)).ToList();
        using var engine = new ReloadEngine(repository, workspace, configuration);
        var results = new List<ReloadResult>();
        engine.Run(jobs, results.Add, CancellationToken.None);

        Assert.HasCount(jobs.Count, results);
        var deltas = results.Where(result => result.Way == ReloadWay.Warm).ToList();
        Assert.IsGreaterThan((int)(jobs.Count * LeastShareOfDeltas), deltas.Count, string.Join('\n', results.Where(result => result.Way != ReloadWay.Warm).Select(result => $"{result.Job.Mutant} {result.Way}")));
        var differences = deltas
            .Select(result => (result.Job, Delta: Words(golden, result), Whole: Words(golden, engine.RunWhole(result.Job, CancellationToken.None))))
            .Where(each => each.Delta != each.Whole)
            .Select(each => $"{each.Job.Mutant}\n  delta: {each.Delta}\n  whole: {each.Whole}");
        Assert.AreEqual("", string.Join("\n", differences));
    }

    private static IReadOnlyList<MutantBranch> Branches(MutantRepository repository, GoldenWorkspace workspace, int ofEach)
    {
        var texts = workspace.Targets.SelectMany(target => target.Sources).DistinctBy(source => source.Path)
            .ToDictionary(source => source.Path, source => source.Tree.GetText(), StringComparer.Ordinal);
        ImmutableArray<Mutant> mutants =
        [
            .. workspace.Sites(CancellationToken.None)
                .Where(site => !site.Path.EndsWith("Program.cs", StringComparison.Ordinal))
                .GroupBy(site => site.Operator)
                .SelectMany(group => Faultload.Draw([.. group], Math.Min(ofEach, group.Count()), 3, SamplingRule.Uniform).Mutants),
        ];
        return repository.Emit(mutants, path => texts[path], new EmissionOptions(1));
    }

    private static string Words(GoldenRun golden, ReloadResult result)
    {
        var outcome = OutcomeClassifier.Classify(result.Job.Mutant, golden, result.Run!, "");
        return $"{outcome.Mode.Words}: {outcome.Reason}; {string.Join(", ", outcome.Differences.Select(each => $"{each.Golden} -> {each.Mutant}"))}";
    }
}
