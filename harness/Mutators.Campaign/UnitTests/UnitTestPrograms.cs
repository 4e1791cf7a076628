using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Activation;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.UnitTests;

/// <summary>Asks tests that are a program and whose framework the agent does not know: each mutant costs a run of that program.</summary>
/// <param name="repository">Where the branches are.</param>
/// <param name="workspace">Golden, the tests built.</param>
/// <param name="configuration">Limits.</param>
/// <param name="log">Where progress and cost are told.</param>
internal sealed class UnitTestPrograms(MutantRepository repository, GoldenWorkspace workspace, CampaignConfiguration configuration, ILogger log)
{
    /// <summary>Tests that take so many times as long as on golden hang: somebody would look.</summary>
    private const double TimeFactor = 3;

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks about mutants.</summary>
    /// <param name="asked">The mutants, with their branches.</param>
    /// <param name="sites">The same mutants, with their sites.</param>
    /// <param name="instrumented">Golden with a probe at each of these sites.</param>
    /// <param name="answers">Takes what each program says.</param>
    /// <param name="cancel">Ends the tests that are under way.</param>
    public void Ask(ImmutableArray<MutantRecord> asked, ImmutableArray<Mutant> sites, InstrumentedGolden instrumented, UnitTestAnswers answers, CancellationToken cancel)
    {
        var sources = new BranchSources(repository, workspace.Targets);
        foreach (var each in workspace.UnitTests.Where(each => !each.IsTests))
        {
            var program = new UnitTestProgram(each);
            var (golden, reached) = Golden(program, sites, instrumented, cancel);
            var open = asked.Where(mutant => answers.IsOpen(mutant.Id)).ToLookup(mutant => reached.Contains(mutant.Id));
            log.LogInformation("{Step,-10} {Project} passes on golden in {Seconds:0.0} s and executes {Reached} of {Asked} sites: about {Minutes:0} minutes at most", "residual",
                each.Workload.Project, golden.TotalSeconds, open[true].Count(), open[true].Count() + open[false].Count(), golden.TotalMinutes * open[true].Count());
            foreach (var mutant in open[false])
            {
                answers.Take(new UnitTestResult(mutant.Id, UnitTestAnswer.NotReached, "no unit test executes the site", TimeSpan.Zero));
            }

            foreach (var mutant in open[true])
            {
                cancel.ThrowIfCancellationRequested();
                answers.Take(Ask(mutant, program, golden, sources, cancel));
            }
        }
    }

    /// <summary>The tests on golden: how long they take, and which sites they execute.</summary>
    private (TimeSpan Duration, HashSet<MutantId> Reached) Golden(UnitTestProgram tests, ImmutableArray<Mutant> sites, InstrumentedGolden instrumented, CancellationToken cancel)
    {
        var project = tests.Program.Workload.Project;
        var run = tests.Run(_ => { }, configuration.GoldenLimits, cancel);
        if (run is not { End: ProcessEnd.Exited, ExitCode: 0 })
        {
            throw new UsageException(
                $"The unit tests of {project} do not pass on golden: {UnitTestProgram.FirstFailure(run) ?? run.Death ?? $"exit code {run.ExitCode}"}.",
                $"Make them pass: dotnet run --project {project}",
                ExitCode.GoldenNotUsable);
        }

        if (run.Output.All(string.IsNullOrWhiteSpace))
        {
            throw new UsageException(
                $"{project} refers to no known test framework, and says nothing when it is run as a program: it would seem to catch no fault.",
                "Name a test project (MSTest, xUnit, NUnit), or a program that prints what it tests, or leave it out of 'unitTests'.");
        }

        var (probed, reached) = instrumented.Run(tests.Whole(cancel), tests.Program.Assembly, configuration.GoldenLimits, cancel);
        return (run.Duration, probed.Death is null ? [.. reached.Select(each => each.Mutant)] : [.. sites.Select(each => each.Id)]);
    }

    private UnitTestResult Ask(MutantRecord mutant, UnitTestProgram program, TimeSpan golden, BranchSources sources, CancellationToken cancel)
    {
        var limits = new RunLimits((golden * TimeFactor) + patience, configuration.GoldenLimits.MemoryBytes, configuration.GoldenLimits.OutputBytes);
        var run = Compile(mutant, sources, cancel) is { } overlay ? program.Run(overlay, limits, cancel) : Rebuilt(mutant, program, limits, cancel);
        if (run is { End: ProcessEnd.Exited, ExitCode: 0 })
        {
            return new UnitTestResult(mutant.Id, UnitTestAnswer.NotCaught, "unit tests execute the site, and all of them pass", run.Duration);
        }

        var how = UnitTestProgram.FirstFailure(run) is { } test ? $"{test} fails" : run.Death ?? $"they end with exit code {run.ExitCode}";
        return new UnitTestResult(mutant.Id, UnitTestAnswer.Caught, $"caught: {how}".ReplaceLineEndings(" "), run.Duration);
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
