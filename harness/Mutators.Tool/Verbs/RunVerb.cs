using System.CommandLine;
using System.Text.Json;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Reporting;

namespace Mutators.Tool.Verbs;

/// <summary><c>run</c>: the campaign, from source to outcomes; or one mutant again.</summary>
internal static class RunVerb
{
    /// <summary>What the last run told, with the time of each line; beside the store.</summary>
    private const string LogFile = "run.log";

    internal static Command Create(CommonOptions options)
    {
        var fresh = new Option<bool>("--fresh") { Description = "Begin anew, even if there is a campaign to resume. The earlier one is kept." };
        var residual = new Option<bool>("--residual")
        {
            Description = "Also ask the project's unit tests (key unitTests; otherwise the test projects that refer to a target) which activated faults they catch: those are not residual.",
        };
        var matrix = new Option<bool>("--matrix") { Description = "Where tests are the workload: run every test that reaches a mutant, not only until one fails; reports then say of each which notice it." };
        var only = new Option<string?>("--only") { Description = "Run only this mutant's branch again, and say whether it ends as before. The store stays as it is.", HelpName = "ID" };
        var shard = new Option<string?>("--shard") { Description = "Run only this part of the faultload, for example 3/8, with a store of its own in .mutators/shards; 'merge' makes one campaign of all.", HelpName = "K/N" };
        var dryRun = new Option<bool>("--dry-run", "-n") { Description = "Only say which mutants would be run, and which the compiler refuses: nothing is emitted, built or run." };
        var thresholds = new Thresholds();
        var crossCheck = new Option<int>("--cross-check") { Description = "Repeat this many outcomes of the reload engine, drawn at random, by the rebuild engine. Exit code 3 if one differs.", HelpName = "N" };
        var command = new Command("run", "Runs a campaign: emits, builds and executes each mutant, and classifies what happened. Resumes by itself. Executes the target's code.")
        {
            options.Repository, options.Campaign, options.Solution, options.Verbosity, options.Engine, crossCheck, matrix, residual, fresh, only, options.Refs, options.Format,
        };
        command.Add(shard);
        command.Add(options.Reporter);
        command.Add(dryRun);
        thresholds.AddTo(command);
        options.Faultload.AddTo(command);
        command.SetAction((line, cancel) => Task.FromResult((int)(line.GetValue(only) is { } id ? Again(line, options, id, cancel)
            : line.GetValue(dryRun) ? Plan(line, options, Shard(line.GetValue(shard)), cancel)
            : Run(line, options, Shard(line.GetValue(shard)), thresholds.Of(line), line.GetValue(fresh), line.GetValue(residual), line.GetValue(matrix), line.GetValue(crossCheck), cancel))));
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, FaultloadShard? shard, Func<CampaignSnapshot, ExitCode> judge, bool fresh, bool residual, bool matrix, int crossCheck, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line), shard?.OwnFolder ?? "");
        var reporters = Reporters.Parse(line.GetValue(options.Reporter) ?? []);
        if (crossCheck < 0)
        {
            throw new UsageException($"--cross-check {crossCheck} repeats nothing.", "Give the number of outcomes to repeat, or leave the option out.");
        }

        var configuration = options.Configuration(line, repository.Root);
        configuration = configuration with { Residual = residual || configuration.Residual, Matrix = matrix || configuration.Matrix };
        using var log = options.Log(line, Path.Combine(repository.EnsureOwnFolder(), LogFile));
        var runner = new CampaignRunner(repository, configuration, log, options.Faultload.File(line), shard) { RefPrefix = options.RefPrefix(line) };
        runner.Progressed += new CampaignProgressView(log).Show;
        var snapshot = runner.Run(fresh, cancel, crossCheck) with { Decisions = new DecisionNotes(repository, TimeProvider.System).All() };
        log.ClearStatus();
        ExportVerb.Refresh(repository);
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            reporters.Write(snapshot, repository.OwnFolder);
            Console.Out.Write(CampaignJson.Render(snapshot));
        }
        else
        {
            ReportVerb.PrintSummary(snapshot, repository.OwnFolder, reporters);
        }

        var judged = judge(snapshot);
        return runner.CrossChecked is { Disagreements.IsEmpty: false } ? ExitCode.OutcomesDisagree : judged;
    }

    private static FaultloadShard? Shard(string? text) => text is null ? null : FaultloadShard.Parse(text);

    private static ExitCode Plan(ParseResult line, CommonOptions options, FaultloadShard? shard, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line), shard?.OwnFolder ?? "");
        using var log = options.Log(line);
        var plan = new CampaignRunner(repository, options.Configuration(line, repository.Root), log, options.Faultload.File(line), shard).Plan(cancel);
        log.ClearStatus();
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(plan.Select(each => new { Id = each.Mutant.Id.ToString(), each.Mutant.Path, Line = each.Mutant.Lines.StartLinePosition.Line + 1, each.Mutant.Site.Change, each.Error }));
            return ExitCode.Done;
        }

        foreach (var (mutant, error) in plan)
        {
            Console.Out.WriteLine($"{mutant.Id,-16} {mutant.Path}:{mutant.Lines.StartLinePosition.Line + 1} {mutant.Site.Change} in {mutant.MemberName}{(error is null ? "" : $" (refused: {error})")}");
        }

        Console.Error.WriteLine($"{"dry run",-10} {plan.Count(each => each.Error is null)} mutants would be run, {plan.Count(each => each.Error is not null)} are refused by the compiler; nothing was emitted, built or run");
        return ExitCode.Done;
    }

    private static ExitCode Again(ParseResult line, CommonOptions options, string id, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var branch = repository.Find(id);
        var campaign = CampaignStore.Exists(repository.OwnFolder) ? CampaignStore.Read(repository.OwnFolder) : null;
        var before = campaign?.Mutants.FirstOrDefault(each => each.Mutant.Id == branch.Id);

        // Exactly this run: by the configuration that the campaign had, whatever file or options it came from.
        var configuration = before is not null && !options.NamesConfiguration(line)
            ? JsonSerializer.Deserialize<CampaignConfiguration>(campaign!.Identity.Configuration)!
            : options.Configuration(line, repository.Root);
        using var log = options.Log(line);
        var outcomes = new CampaignRunner(repository, configuration, log).Repeat(branch, cancel);
        log.ClearStatus();
        foreach (var outcome in outcomes)
        {
            var stored = before?.Outcomes.Select(each => each.Outcome).FirstOrDefault(each => each.Workload == outcome.Workload);
            var comparison = stored is null ? "" : stored.Mode == outcome.Mode && stored.Reason == outcome.Reason ? " (as in the campaign)" : $" (in the campaign: {stored.Mode.Words}, {stored.Reason})";
            Console.Out.WriteLine($"{branch.Id} {outcome.Workload}: {outcome.Mode.Words}: {outcome.Reason}{comparison}");
            foreach (var difference in outcome.Differences.Take(ShowVerb.DifferencesShown))
            {
                ShowVerb.Print(difference);
            }
        }

        return ExitCode.Done;
    }
}
