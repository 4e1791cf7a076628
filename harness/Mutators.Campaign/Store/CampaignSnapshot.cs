using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Reviews;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Store;

/// <summary>How often golden's executions reach a site.</summary>
/// <param name="Mutant">The mutant of the site.</param>
/// <param name="Workload">The workload's name.</param>
/// <param name="Hits">How often it was reached; 0 where it was not activated.</param>
/// <param name="FirstOrder">Its place among the sites in the order in which they were first reached; null where that is not known.</param>
/// <param name="FirstAt">The virtual time at which it was first reached; null where the workload has no such clock.</param>
public sealed record ActivationRecord(MutantId Mutant, string Workload, long Hits, long? FirstOrder = null, long? FirstAt = null);

/// <summary>An outcome, and how often it was obtained.</summary>
/// <param name="Outcome">The last that was obtained.</param>
/// <param name="TimesRun">How often the mutant was run under the workload; 0 where nothing had to run.</param>
public sealed record StoredOutcome(Outcome Outcome, int TimesRun);

/// <summary>Harness or environment failed at a mutant: nothing is known of it.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Workload">The workload.</param>
/// <param name="Message">What happened, in one line.</param>
public sealed record HarnessError(MutantId Mutant, string Workload, string Message);

/// <summary>What the project's own unit tests say to a mutant.</summary>
public enum UnitTestAnswer
{
    /// <summary>A test fails: a fault that the project's programmers would not have left behind.</summary>
    Caught,

    /// <summary>Tests execute the site, and all of them pass: as residual faults do.</summary>
    NotCaught,

    /// <summary>No test executes the site: nothing is known of whether tests would catch it.</summary>
    NotReached,
}

/// <summary>What the project's own unit tests say to a mutant, and what it cost to ask them.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Answer">What they say.</param>
/// <param name="Reason">In words, one line.</param>
/// <param name="Duration">Wall time of the tests; zero where none had to run.</param>
public sealed record UnitTestResult(MutantId Mutant, UnitTestAnswer Answer, string Reason, TimeSpan Duration);

/// <summary>One of several outcomes that a mutant had under one workload, in the stores that were merged.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Workload">The workload.</param>
/// <param name="Mode">The failure mode.</param>
/// <param name="Detection">Who noticed.</param>
/// <param name="Reason">The observation that decided.</param>
public sealed record Disagreement(MutantId Mutant, string Workload, FailureMode Mode, Detection Detection, string Reason);

/// <summary>One mutant with all that is known of it.</summary>
/// <param name="mutant">The mutant.</param>
/// <param name="activations">How often golden reaches its site, by workload.</param>
/// <param name="outcomes">Its outcomes, by workload.</param>
/// <param name="errors">Where the harness failed, by workload.</param>
/// <param name="unitTests">What the project's own unit tests say to it; null where they were not asked.</param>
public sealed class MutantResult(
    MutantRecord mutant,
    ImmutableArray<ActivationRecord> activations,
    ImmutableArray<StoredOutcome> outcomes,
    ImmutableArray<HarnessError> errors,
    UnitTestResult? unitTests = null)
{
    /// <summary>The mutant.</summary>
    public MutantRecord Mutant { get; } = mutant;

    /// <summary>How often golden reaches its site, by workload.</summary>
    public ImmutableArray<ActivationRecord> Activations { get; } = activations;

    /// <summary>Its outcomes, by workload.</summary>
    public ImmutableArray<StoredOutcome> Outcomes { get; } = outcomes;

    /// <summary>Where the harness failed, by workload.</summary>
    public ImmutableArray<HarnessError> Errors { get; } = errors;

    /// <summary>What the project's own unit tests say to it; null where they were not asked.</summary>
    public UnitTestResult? UnitTests { get; } = unitTests;

    /// <summary>
    /// The outcome that stands for the mutant: under the workload where its failure mode comes first in the order of
    /// <see cref="FailureMode"/>, of equal ones the least detected. Flaky only if under no workload it failed for sure, not activated only if no workload
    /// activates it; null if nothing is known yet.
    /// </summary>
    public Outcome? Headline { get; } = outcomes.Select(each => each.Outcome)
        .OrderBy(outcome => outcome.Mode switch
        {
            FailureMode.NotActivated => 3,
            FailureMode.Flaky => 1,
            { IsActivated: true, IsFailure: false } => 2,
            _ => 0,
        })
        .ThenBy(outcome => outcome.Mode)
        .ThenByDescending(outcome => outcome.Detection)
        .FirstOrDefault();

    /// <summary>Whether nothing is left to run: every workload has its outcome, or a test has noticed, which is all that is asked of tests unless each of them is to be heard.</summary>
    /// <param name="workloads">The workloads of the campaign.</param>
    /// <param name="matrix">Whether every test that reaches the site is to be run.</param>
    public bool IsDecided(int workloads, bool matrix) =>
        Outcomes.Length >= workloads || (!matrix && Outcomes.Any(each => each.Outcome.Detection is Detection.Test));

    /// <summary>The outcomes under which it failed and nobody noticed; of a mutant that survives its tests, that.</summary>
    public IEnumerable<Outcome> UndetectedFailures =>
        Headline is { Mode: FailureMode.Survived } survived ? [survived]
        : Outcomes.Select(each => each.Outcome).Where(outcome => outcome.Mode.IsFailure && !outcome.Detection.IsDetected);
}

/// <summary>A campaign as it stood when it was read: immutable, and all that a report needs.</summary>
/// <param name="Identity">What makes it this campaign.</param>
/// <param name="Golden">The golden runs, by workload.</param>
/// <param name="Mutants">The mutants with their outcomes, in the faultload's order.</param>
/// <param name="Sources">The golden text of every file with a mutant, by path.</param>
public sealed record CampaignSnapshot(
    CampaignIdentity Identity,
    ImmutableArray<GoldenRun> Golden,
    ImmutableArray<MutantResult> Mutants,
    ImmutableSortedDictionary<string, string> Sources)
{
    /// <summary>Outcomes that differed between the stores that the campaign was merged from, each variant once; <see cref="Mutants"/> hold the worst.</summary>
    public ImmutableArray<Disagreement> Disagreements { get; init; } = [];

    /// <summary>What is counted of the delta executions that were made of its mutants: <c>trace --sample</c>.</summary>
    public ImmutableArray<TraceRecord> Traces { get; init; } = [];

    /// <summary>What reviewers have decided about mutants; kept as git notes and not in the store, so empty unless somebody has added them.</summary>
    public ImmutableSortedDictionary<MutantId, ReviewDecision> Decisions { get; init; } = ImmutableSortedDictionary<MutantId, ReviewDecision>.Empty;

    /// <summary>The mutants whose fault was activated: the denominator of every statement about impact.</summary>
    public ImmutableArray<MutantResult> Activated => [.. Mutants.Where(each => each.Headline?.Mode.IsActivated is true)];

    /// <summary>The mutants that failed.</summary>
    public ImmutableArray<MutantResult> Failed => [.. Mutants.Where(each => each.Headline?.Mode.IsFailure is true)];

    /// <summary>Failures that nobody noticed, under any workload; a mutant can stand here whose headline is a failure that was noticed.</summary>
    public ImmutableArray<Outcome> UndetectedFailures => [.. Mutants.SelectMany(each => each.UndetectedFailures)];

    /// <summary>Of all mutants, how many ended in a mode.</summary>
    public int Count(FailureMode mode) => Mutants.Count(each => each.Headline?.Mode == mode);

    /// <summary>Mutants that something is left to run of.</summary>
    public int Pending
    {
        get
        {
            var matrix = Identity.IsMatrix;
            return Mutants.Count(each => each.Headline is null || !each.IsDecided(Golden.Length, matrix));
        }
    }

    /// <summary>The same campaign as if it had had this workload alone; null if it has no such workload.</summary>
    public CampaignSnapshot? Under(string workload) => !Golden.Any(golden => golden.Workload.Name == workload) ? null : this with
    {
        Golden = [.. Golden.Where(golden => golden.Workload.Name == workload)],
        Mutants =
        [
            .. Mutants.Select(each => new MutantResult(
                each.Mutant,
                [.. each.Activations.Where(activation => activation.Workload == workload)],
                [.. each.Outcomes.Where(stored => stored.Outcome.Workload == workload)],
                [.. each.Errors.Where(error => error.Workload == workload)],
                each.UnitTests)),
        ],
        Disagreements = [.. Disagreements.Where(each => each.Workload == workload)],
    };

    /// <summary>What reviewers have decided about a mutant; null if nothing.</summary>
    public ReviewDecision? DecisionOn(MutantId id) => Decisions.GetValueOrDefault(id);

    /// <summary>The record of one mutant.</summary>
    public MutantResult this[MutantId id] => Mutants.First(each => each.Mutant.Id == id);
}
