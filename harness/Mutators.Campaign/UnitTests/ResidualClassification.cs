using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Activation;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.UnitTests;

/// <summary>
/// Asks the project's own unit tests about each activated mutant. A fault that they catch would have been mended before the release: it is
/// not residual. Tests that do not execute the site say nothing, and are not run.
/// </summary>
/// <param name="repository">Where the branches are.</param>
/// <param name="workspace">Golden.</param>
/// <param name="configuration">Limits.</param>
/// <param name="log">Where progress and cost are told.</param>
internal sealed class ResidualClassification(MutantRepository repository, GoldenWorkspace workspace, CampaignConfiguration configuration, ILogger log)
{
    /// <summary>Tests that take so many times as long as on golden hang: somebody would look.</summary>
    private const double TimeFactor = 3;

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    /// <summary>Classifies what the store does not know yet; each answer is kept at once.</summary>
    /// <param name="store">The campaign.</param>
    /// <param name="mutants">The mutants of the faultload.</param>
    /// <param name="cancel">Ends the tests that are under way; the answers so far are kept.</param>
    public void Classify(CampaignStore store, IReadOnlyList<Mutant> mutants, CancellationToken cancel)
    {
        var asked = store.Load().Mutants
            .Where(each => each.UnitTests is null && each.Headline?.Mode.IsActivated is true)
            .Select(each => each.Mutant)
            .ToList();
        if (asked.Count == 0)
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        workspace.BuildUnitTests(cancel);
        var ids = asked.Select(each => each.Id).ToHashSet();
        var tests = Golden([.. mutants.Where(each => ids.Contains(each.Id))], cancel);
        var reached = tests.SelectMany(each => each.Reached).ToHashSet();
        store.Record([.. asked.Where(each => !reached.Contains(each.Id))
            .Select(each => new UnitTestResult(each.Id, UnitTestAnswer.NotReached, "no unit test executes the site", TimeSpan.Zero))]);
        log.LogInformation("{Step,-10} unit tests pass on golden in {Seconds:0.0} s and execute {Reached} of {Asked} sites: about {Minutes:0} minutes at most",
            "residual", tests.Sum(each => each.Duration.TotalSeconds), reached.Count, asked.Count,
            asked.Where(each => reached.Contains(each.Id)).Sum(mutant => tests.Where(each => each.Reached.Contains(mutant.Id)).Sum(each => each.Duration.TotalMinutes)));
        var sources = new BranchSources(repository, workspace.Targets);
        var caught = 0;
        foreach (var mutant in asked.Where(each => reached.Contains(each.Id)))
        {
            cancel.ThrowIfCancellationRequested();
            var result = Ask(mutant, [.. tests.Where(each => each.Reached.Contains(mutant.Id))], sources, cancel);
            caught += result.Answer is UnitTestAnswer.Caught ? 1 : 0;
            store.Record([result]);
        }

        log.LogInformation("{Step,-10} {Caught} of {Reached} mutants are caught by unit tests; asking took {Minutes:0.0} minutes",
            "residual", caught, reached.Count, Stopwatch.GetElapsedTime(started).TotalMinutes);
    }

    /// <summary>The tests on golden: how long they take, and which sites they execute.</summary>
    private List<(UnitTestProgram Tests, TimeSpan Duration, ImmutableHashSet<MutantId> Reached)> Golden(ImmutableArray<Mutant> mutants, CancellationToken cancel)
    {
        var instrumented = InstrumentedGolden.Compile(workspace.Targets, mutants, Path.Combine(repository.OwnFolder, "activation"), cancel);
        var found = new List<(UnitTestProgram, TimeSpan, ImmutableHashSet<MutantId>)>();
        foreach (var program in workspace.UnitTests)
        {
            var tests = new UnitTestProgram(program);
            var run = tests.Run(_ => { }, configuration.GoldenLimits, cancel);
            if (run is not { End: ProcessEnd.Exited, ExitCode: 0 })
            {
                throw new UsageException(
                    $"The unit tests of {program.Workload.Project} do not pass on golden: {UnitTestProgram.FirstFailure(run) ?? run.Death ?? $"exit code {run.ExitCode}"}.",
                    $"Make them pass: dotnet run --project {program.Workload.Project}",
                    ExitCode.GoldenNotUsable);
            }

            if (run.Output.All(string.IsNullOrWhiteSpace))
            {
                throw new UsageException(
                    $"The unit tests of {program.Workload.Project} say nothing when they are run as a program: they are none on Microsoft.Testing.Platform, and would seem to catch no fault.",
                    "Switch that platform on in the test project (EnableMSTestRunner, EnableNUnitRunner, UseMicrosoftTestingPlatformRunner), or leave the project out of 'unitTests'.");
            }

            var (probed, reached) = instrumented.Run(tests.Whole(cancel), program.Assembly, configuration.GoldenLimits, cancel);
            found.Add((tests, run.Duration, probed.Death is null ? [.. reached.Select(each => each.Mutant)] : [.. mutants.Select(each => each.Id)]));
        }

        return found;
    }

    private UnitTestResult Ask(
        MutantRecord mutant, ImmutableArray<(UnitTestProgram Tests, TimeSpan Duration, ImmutableHashSet<MutantId> Reached)> tests, BranchSources sources, CancellationToken cancel)
    {
        var spent = TimeSpan.Zero;
        var overlay = Compile(mutant, sources, cancel);
        foreach (var (program, duration, _) in tests)
        {
            var limits = new RunLimits((duration * TimeFactor) + patience, configuration.GoldenLimits.MemoryBytes, configuration.GoldenLimits.OutputBytes);
            var run = overlay is not null ? program.Run(overlay, limits, cancel) : Rebuilt(mutant, program, limits, cancel);
            spent += run.Duration;
            if (run is not { End: ProcessEnd.Exited, ExitCode: 0 })
            {
                var how = UnitTestProgram.FirstFailure(run) is { } test ? $"{test} fails" : run.Death ?? $"they end with exit code {run.ExitCode}";
                return new UnitTestResult(mutant.Id, UnitTestAnswer.Caught, $"caught: {how}".ReplaceLineEndings(" "), spent);
            }
        }

        return new UnitTestResult(mutant.Id, UnitTestAnswer.NotCaught, "unit tests execute the site, and all of them pass", spent);
    }

    /// <summary>Compiles the branch in memory; null where it changes more than one target's sources, so that it has to be built.</summary>
    private static Action<string>? Compile(MutantRecord mutant, BranchSources sources, CancellationToken cancel)
    {
        if (sources.Read(mutant.Commit, out _) is not { } trees)
        {
            return null;
        }

        var compilation = trees.Trees.Aggregate(VariantBuild.Relaxed(trees.Target.Compilation), (whole, each) => whole.ReplaceSyntaxTree(each.Golden, each.Mutant));
        using var image = new MemoryStream();
        using var symbols = new MemoryStream();
        return VariantBuild.Emit(trees.Target, compilation, image, symbols, cancel).Success
            ? Overlay(trees.Target.OutputAssemblyPath, image.ToArray(), symbols.ToArray())
            : null;
    }

    private static Action<string> Overlay(string assembly, byte[] image, byte[] symbols) => folder => ProgramFolder.Overlay(folder, assembly, image, symbols);

    private WorkloadRun Rebuilt(MutantRecord mutant, UnitTestProgram program, RunLimits limits, CancellationToken cancel)
    {
        var built = new RebuildEngine(workspace.Checkout, workspace.Build).Prepare(mutant.Commit, program.Program, cancel);
        return built.Succeeded
            ? program.Run(_ => { }, limits, cancel)
            : throw new UsageException($"{mutant.Id} does not build with its unit tests: {built.CompileErrors.Concat(built.OtherErrors).First()}", "Leave --residual out, or take the fault out of the faultload.");
    }
}
