using System.Collections.Immutable;
using Mutators.Campaign.Reviews;

namespace Mutators.Campaign.Branches;

/// <summary>
/// Reviewers' decisions as git notes in <c>refs/notes/mutators-review</c>, each on the commit that was looked at. Read by the id in their
/// text: on another golden commit the same mutant is another commit.
/// </summary>
public sealed class DecisionNotes
{
    /// <summary>Where the notes are kept: apart from outcomes, since a clean-up takes those away and a decision is a person's work.</summary>
    public const string RefName = "refs/notes/mutators-review";

    private readonly MutantRepository _repository;
    private readonly TimeProvider _time;
    private readonly MutantNotes _notes;

    /// <param name="repository">The repository.</param>
    /// <param name="time">Says what day it is.</param>
    public DecisionNotes(MutantRepository repository, TimeProvider time)
    {
        _repository = repository;
        _time = time;
        _notes = new MutantNotes(repository.Git, repository.Objects, time.GetLocalNow(), RefName, "review");
    }

    /// <summary>What was decided, by mutant; of several decisions about one the latest day's.</summary>
    public ImmutableSortedDictionary<MutantId, ReviewDecision> All() => _notes.All()
        .Select(each => ReviewDecision.Parse(each.Text))
        .OfType<ReviewDecision>()
        .GroupBy(each => each.Mutant)
        .ToImmutableSortedDictionary(each => each.Key, each => each.MaxBy(decision => decision.On)!);

    /// <summary>Keeps a decision on the commit of a mutant.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="commitSha">Its commit.</param>
    /// <param name="dismissal">Why it is dismissed.</param>
    /// <param name="reason">The reviewer's reason.</param>
    public ReviewDecision Dismiss(MutantId mutant, string commitSha, Dismissal dismissal, string reason)
    {
        Invariant.Holds(reason.Trim().Length > 0);
        var now = _time.GetLocalNow();
        var decision = new ReviewDecision(
            mutant, dismissal, reason.Trim().ReplaceLineEndings(" "), _repository.Golden.CommitSha, GitIdentity.Read(_repository.GitDirectory), DateOnly.FromDateTime(now.DateTime));
        Withdraw(mutant);
        _notes.Write([KeyValuePair.Create<string, string?>(commitSha, decision.ToString())]);
        return decision;
    }

    /// <summary>Takes the decisions about a mutant back; false if there were none.</summary>
    public bool Withdraw(MutantId mutant)
    {
        var held = _notes.All().Where(each => ReviewDecision.Parse(each.Text)?.Mutant == mutant).ToList();
        _notes.Write(held.Select(each => KeyValuePair.Create<string, string?>(each.CommitSha, null)));
        return held.Count > 0;
    }
}
