using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;

namespace Mutators.Campaign;

/// <summary>
/// Judges mutants by the reload engine. Outcomes come in the order in which they are certain; what the engine cannot run is rebuilt, at the end.
/// </summary>
/// <param name="repository">Where the branches are.</param>
/// <param name="configuration">Limits and shares.</param>
/// <param name="log">Where progress is told.</param>
/// <param name="rebuild">Judges one job by the rebuild engine.</param>
internal sealed class ReloadJudging(MutantRepository repository, CampaignConfiguration configuration, ILogger log, Func<ReloadJob, CancellationToken, Outcome> rebuild)
{
    /// <summary>Judges what the store does not know yet.</summary>
    public void Judge(CampaignStore store, GoldenWorkspace workspace, Action<CampaignProgress> progressed, CancellationToken cancel)
    {
        var snapshot = store.Load();
        var golden = snapshot.Golden.ToDictionary(run => run.Workload.Name, StringComparer.Ordinal);
        var results = snapshot.Mutants.ToDictionary(result => result.Mutant.Id);
        var jobs = new List<ReloadJob>();
        var done = 0;
        foreach (var result in snapshot.Mutants)
        {
            var known = result.Outcomes.Select(each => each.Outcome.Workload).ToHashSet(StringComparer.Ordinal);
            jobs.AddRange(workspace.Programs
                .Where(program => !known.Contains(program.Workload.Name) && !IsDecided(result))
                .Select(program => new ReloadJob(result.Mutant.Id, result.Mutant.Commit, program, golden[program.Workload.Name])
                {
                    MayRace = Synchronisation.IsChangedBy(result.Mutant.Diff),
                }));
            if (IsDecided(result))
            {
                progressed(new CampaignProgress(++done, snapshot.Mutants.Length, result, WasKnown: true));
            }
        }

        if (jobs.Count > 0)
        {
            workspace.BuildGolden(cancel);
            Run(jobs, workspace, Keep, problem => store.Record(problem), cancel, job => !IsDecided(results[job.Mutant]));
        }

        void Keep(Outcome outcome)
        {
            store.Record(outcome);
            var before = results[outcome.Mutant];
            var now = results[outcome.Mutant] = new MutantResult(
                before.Mutant, before.Activations, before.Outcomes.Add(new StoredOutcome(outcome, TimesRun: 1)), before.Errors);
            if (IsDecided(now))
            {
                progressed(new CampaignProgress(++done, snapshot.Mutants.Length, now, WasKnown: false));
            }
        }

        bool IsDecided(MutantResult result) => result.IsDecided(workspace.Programs.Length, configuration.Matrix);
    }

    /// <summary>Judges jobs; golden is built.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="workspace">Golden.</param>
    /// <param name="keep">Takes each outcome.</param>
    /// <param name="failed">Takes what the environment prevented.</param>
    /// <param name="cancel">Ends the runs that are under way.</param>
    /// <param name="isWanted">Whether a job still has to be run, by what is kept so far; null if all have to.</param>
    public void Run(
        IReadOnlyList<ReloadJob> jobs, GoldenWorkspace workspace, Action<Outcome> keep, Action<HarnessError> failed, CancellationToken cancel, Func<ReloadJob, bool>? isWanted = null)
    {
        var left = new List<ReloadResult>();
        using (var engine = new ReloadEngine(repository, workspace, configuration, programs: [.. jobs.Select(job => job.Program).Distinct()]))
        {
            engine.Run(jobs, Take, cancel, isWanted);
            if (engine.Statistics.Runs > 0)
            {
                log.LogInformation("{Step,-10} {Statistics}", "reload", engine.Statistics.InWords());
            }
        }

        foreach (var test in jobs.Select(job => job.Golden).Distinct().SelectMany(golden => golden.Tests?.Distrusted ?? []))
        {
            log.LogWarning("{Step,-10} {Test} passes only among other tests: it judges no mutant", "order", test.Name);
        }

        // One line for one reason: what holds for a program holds for all its mutants.
        foreach (var group in left.GroupBy(result => result.Way.Why))
        {
            log.LogInformation("{Step,-10} {Mutants} rebuilt: {Why}", "fallback", group.Count() == 1 ? $"{group.First().Job.Mutant} is" : $"{group.Count()} mutants are", group.Key);
        }

        foreach (var result in left.Where(each => isWanted?.Invoke(each.Job) ?? true))
        {
            try
            {
                keep(rebuild(result.Job, cancel) with { Engine = result.Way.ToString() });
            }
            catch (BuildEnvironmentException problem)
            {
                failed(new HarnessError(result.Job.Mutant, result.Job.Program.Workload.Name, problem.Message));
            }
        }

        void Take(ReloadResult result)
        {
            switch (result)
            {
                case { Run: { } run }:
                    keep(OutcomeClassifier.Classify(result.Job.Mutant, result.Job.Golden, run, result.Way.ToString(), configuration.DegradedShare, result.Way.Heals));
                    break;
                case { CompileError: { } error }:
                    keep(OutcomeClassifier.BuildReject(result.Job.Mutant, result.Job.Program.Workload.Name, error));
                    break;
                default:
                    left.Add(result);
                    break;
            }
        }
    }
}
