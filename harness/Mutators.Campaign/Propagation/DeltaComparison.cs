using System.Collections.Immutable;

namespace Mutators.Campaign.Propagation;

/// <summary>
/// Compares two executions stretch by stretch, each as long as it takes both to come to the same rendezvous of the workload: execution (missing, extra and
/// retimed steps), state (field by field) and messages (missing, extra, altered, reordered). Follows the damage from component to component.
/// Steps are put side by side for each component by itself: their global order is legal to differ.
/// </summary>
/// <param name="mode">
/// Isolated follows the faulty components alone, and only as long as all that they hear is golden's. Until then the full run is the isolated one:
/// nobody's answer to the damage has come back.
/// </param>
internal sealed class DeltaComparison(PropagationMode mode)
{
    /// <summary>Enough for a story and for a diagram; beyond that steps are counted. Those that are only late are kept as long as there are not so many of both: they must not drive out the others.</summary>
    internal const int KeptSteps = 4000;

    private readonly Dictionary<string, StateMap> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _stepsOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Infection> _infected = new(StringComparer.Ordinal);
    private readonly List<Infection> _infections = [];
    private readonly List<DivergentStep> _divergent = [];
    private readonly List<MessageDifference> _messages = [];
    private readonly Dictionary<(string, string, string, MessageChange), long> _counts = [];
    private readonly Dictionary<string, Lateness> _late = new(StringComparer.Ordinal);
    private readonly HashSet<string> _origins = new(StringComparer.Ordinal);

    // Those that did anything in the faulty run: whoever is never started there holds no fault.
    private readonly HashSet<string> _ran = new(StringComparer.Ordinal);

    // Of the steps that are kept, those that differ in more than time.
    private int _keptInMore;

    // Until when both runs went on in the stretch that is compared: the world outside may wait longer in one of them.
    private long _bothUntil = long.MaxValue;

    // Isolated only: those of the others that have not done as in golden.
    private readonly HashSet<string> _reacted = new(StringComparer.Ordinal);

    // The steps of all stretches that were equal as a whole.
    private long _told;

    /// <summary>Ways on which the answer is part of the question, and not told by itself.</summary>
    private static readonly string[] answered = ["hypercall", "call"];

    /// <summary>The way of what nobody answers in isolation: whoever has asked waits for ever.</summary>
    private const string Unanswered = "unanswered";

    /// <summary>The world outside: it gives the workload's commands, and waits.</summary>
    public const string World = "operator";

    /// <summary>The steps compared so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The steps that differed so far.</summary>
    public long DivergentSteps { get; private set; }

    /// <summary>Of these, the steps that are only late or early.</summary>
    public long LateSteps { get; private set; }

    /// <summary>The components that were late or early, in the order in which they were first.</summary>
    public IEnumerable<Lateness> Late => _late.Values.OrderBy(each => each.Step);

    /// <summary>The steps that differ, the first ones.</summary>
    public IReadOnlyList<DivergentStep> Divergent => _divergent;

    /// <summary>The infected components in the order of infection.</summary>
    public IReadOnlyList<Infection> Infections => _infections;

    /// <summary>The messages that differ.</summary>
    public IReadOnlyList<MessageDifference> Messages => _messages;

    /// <summary>The components that run in the faulty execution and in which the fault was activated, and the one whose infection came first: it may have been made by them.</summary>
    public IReadOnlySet<string> Origins
    {
        get
        {
            var origins = _origins.Where(_ran.Contains).ToHashSet(StringComparer.Ordinal);
            if (_infections is [var first, ..])
            {
                origins.Add(first.Component);
            }

            return origins;
        }
    }

    /// <summary>Whether the stretch compared last was equal in everything, times included, and no field differs.</summary>
    public bool IsEqualNow { get; private set; } = true;

    /// <summary>How many messages differ, by sender, receiver, way and manner.</summary>
    public ImmutableArray<MessageCount> Counts =>
    [
        .. _counts.Select(each => new MessageCount(each.Key.Item1, each.Key.Item2, each.Key.Item3, each.Key.Item4, each.Value))
            .OrderByDescending(each => each.Count).ThenBy(each => each.From, StringComparer.Ordinal).ThenBy(each => each.To, StringComparer.Ordinal)
            .ThenBy(each => each.Kind, StringComparer.Ordinal).ThenBy(each => each.Change),
    ];

    /// <summary>Every field that differs now.</summary>
    public ImmutableArray<StateDifference> Damage => DamageIn(_states);

    /// <summary>Every field that would differ after some more steps of both, in the middle of a stretch.</summary>
    public ImmutableArray<StateDifference> DamageAfter(IEnumerable<Rendezvous> golden, IEnumerable<Rendezvous> faulty)
    {
        var states = _states.ToDictionary(each => each.Key, each => each.Value.Copy(), StringComparer.Ordinal);
        foreach (var step in golden)
        {
            StateOf(states, step.Of).Apply(step.State, null);
        }

        foreach (var step in faulty)
        {
            StateOf(states, step.Of).Apply(null, step.State);
        }

        return DamageIn(states);
    }

    private static ImmutableArray<StateDifference> DamageIn(Dictionary<string, StateMap> states) =>
    [
        .. states.OrderBy(each => each.Key, StringComparer.Ordinal).SelectMany(each => each.Value.Differing.Select(entry =>
            new StateDifference(each.Key, entry.Key, entry.Value.Golden, entry.Value.Faulty))),
    ];

    private static StateMap StateOf(Dictionary<string, StateMap> states, string component)
    {
        if (!states.TryGetValue(component, out var state))
        {
            states.Add(component, state = new StateMap());
        }

        return state;
    }

    /// <summary>The fault was activated while this component ran.</summary>
    public void Activated(string component) => _origins.Add(component);

    /// <summary>A component has done something in the faulty run, told or not.</summary>
    public void Ran(string component) => _ran.Add(component);

    /// <summary>Whether the fault was activated in a component that runs in the faulty execution.</summary>
    private bool HoldsFault(string component) => _origins.Contains(component) && _ran.Contains(component);

    /// <summary>The steps that both told alike before the first that differs; null while none does.</summary>
    public long? EqualSteps { get; private set; }

    /// <summary>It has come back because a faulty component asks what golden never asks.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>Isolated only: the first of the others that does not do as in golden; null while all do.</summary>
    public Reaction? Reaction { get; private set; }

    /// <summary>A faulty component has heard something that golden does not say: what it does from now on is not its own damage alone.</summary>
    public bool HasComeBack { get; private set; }

    /// <summary>The steps that had been compared when the faulty run came to the step with which it was noticed.</summary>
    public long StepsUntilNoticed { get; private set; }

    /// <summary>Compares a stretch of both runs.</summary>
    /// <param name="golden">Golden's steps.</param>
    /// <param name="faulty">The faulty run's.</param>
    /// <param name="noticed">Of these, the last before somebody noticed that something is wrong; null for none.</param>
    public void Compare(IReadOnlyList<Rendezvous> golden, IReadOnlyList<Rendezvous> faulty, Rendezvous? noticed = null)
    {
        StepsUntilNoticed = Steps;
        _ran.UnionWith(faulty.Select(each => each.Of));
        var divergentBefore = DivergentSteps;
        if (EqualSteps is null)
        {
            var common = golden.Zip(faulty).TakeWhile(pair => pair.First.TellsTheSameAs(pair.Second)).Count();
            EqualSteps = common == Math.Max(golden.Count, faulty.Count) ? null : _told + common;
            _told += common;
        }

        var (goldenEnd, faultyEnd) = (EndOf(golden), EndOf(faulty));
        _bothUntil = goldenEnd == faultyEnd ? long.MaxValue : Math.Min(goldenEnd, faultyEnd);
        List<(Rendezvous? Golden, Rendezvous? Faulty)> pairs = [.. StepPairing.Of(golden, faulty)];
        var messages = MessageComparison.Of(pairs);
        foreach (var (index, (left, right)) in pairs.Index())
        {
            if (mode is PropagationMode.Isolated && (HasComeBack || !IsFollowed((right ?? left)!, left, right, golden, faulty)))
            {
                continue;
            }

            Steps++;
            CompareStep(left, right, messages[index]);
            if (right is not null && ReferenceEquals(right, noticed))
            {
                StepsUntilNoticed = Steps;
            }
        }

        IsEqualNow = DivergentSteps == divergentBefore && _states.Values.All(each => each.Differing.Count == 0);
    }

    private static long EndOf(IReadOnlyList<Rendezvous> stretch) => stretch.Count == 0 ? 0 : stretch[^1].At;

    /// <summary>
    /// Whether an isolated execution would have this step: one of a faulty component, caused in both runs and by the same. Equal steps of others are
    /// passed over; one of theirs that differs is their answer, which shows in what they say to the faulty component. A step that is missing is the component's own doing, unless who would have caused it does not
    /// do as in golden; and one that is there in part has been caused.
    /// </summary>
    private bool IsFollowed(Rendezvous step, Rendezvous? golden, Rendezvous? faulty, IReadOnlyList<Rendezvous> inGolden, IReadOnlyList<Rendezvous> inFaulty)
    {
        if (!_origins.Contains(step.Of))
        {
            if (DivergentSteps > 0 && !_reacted.Contains(step.Of) && (golden is null || faulty is null || !golden.TellsTheSameAs(faulty)))
            {
                _reacted.Add(step.Of);
                Reaction ??= new Reaction(step.Of, new Times(golden?.At, faulty?.At), Steps);
            }

            // What a party that answers at once says wrongly is heard within the caller's step.
            HasComeBack |= DivergentSteps > 0 && faulty is not null && golden?.Content != faulty.Content
                && faulty.Messages.Any(message => _origins.Contains(message.To) && !(golden?.Messages.Contains(message) ?? false));
            return false;
        }

        var isCausedByOthers = DivergentSteps > 0 && step.From.Length > 0 && !_origins.Contains(step.From);
        HasComeBack |= isCausedByOthers && (golden is null ? !IsPieceOfOne(step, inGolden) : faulty is null && _reacted.Contains(step.From) && !IsPieceOfOne(step, inFaulty));
        return !HasComeBack;
    }

    /// <summary>Whether there is a piece of the same step among others.</summary>
    private static bool IsPieceOfOne(Rendezvous piece, IEnumerable<Rendezvous> others) =>
        others.Any(each => each.At == piece.At && each.Of == piece.Of && each.On == piece.On && each.From == piece.From);

    private void CompareStep(Rendezvous? golden, Rendezvous? faulty, ImmutableArray<MessageDifference> messages)
    {
        var step = (faulty ?? golden)!;
        var own = _stepsOf[step.Of] = _stepsOf.GetValueOrDefault(step.Of) + 1;
        var state = StateOf(_states, step.Of);
        var isSame = golden is not null && faulty is not null && (ReferenceEquals(golden, faulty) || golden.TellsTheSameAs(faulty));
        if (isSame && state.Differing.Count == 0)
        {
            state.Apply(golden!);
            return;
        }

        messages = [.. messages.Select(each => each with { Step = Steps })];
        var heard = mode is PropagationMode.Isolated ? FirstHeard(step.Of, messages) : -1;
        if (heard >= 0)
        {
            // What the component says and remembers from here on rests on an answer that golden does not give.
            HasComeBack = true;
            IsBlocked = messages[heard] is { Change: MessageChange.Extra } question && question.From == step.Of;
            messages = UntilHeard(messages, heard);
        }

        var (fields, healed) = heard >= 0 ? ([], 0) : state.Apply(golden?.State, isSame ? golden!.State : faulty?.State);
        MessageChange? execution = golden is null ? MessageChange.Extra : faulty is null ? MessageChange.Missing : golden.At != faulty.At ? MessageChange.Retimed : null;
        if (isSame && fields.Count == 0 && healed == 0)
        {
            return;
        }

        var times = new Times(golden?.At, faulty?.At);
        ImmutableArray<StateDifference> differences = [.. fields.Select(field => new StateDifference(step.Of, field, state.Differing[field].Golden, state.Differing[field].Faulty))];
        foreach (var message in messages)
        {
            _messages.Add(message);
            var key = (message.From, message.To, message.Kind, message.Change);
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
        }

        Keep(new DivergentStep(step.Of, step.On, times, Steps, execution, messages, differences, healed));
        if (execution is MessageChange.Retimed)
        {
            _late.TryAdd(step.Of, new Lateness(step.Of, times, Steps));
        }

        // To be late alone is no infection; but what it says late can infect others.
        var damaged = differences.Length > 0 || execution is MessageChange.Missing or MessageChange.Extra
            || messages.Any(each => each.From == step.Of && each.Change is not MessageChange.Retimed);
        if (damaged && !_infected.ContainsKey(step.Of))
        {
            Infect(step, times, own, messages, differences);
        }
    }

    private void Keep(DivergentStep step)
    {
        DivergentSteps++;
        LateSteps += step.IsOnlyLate ? 1 : 0;
        if (step.IsOnlyLate ? _divergent.Count < KeptSteps : _keptInMore < KeptSteps)
        {
            _divergent.Add(step);
            _keptInMore += step.IsOnlyLate ? 0 : 1;
        }
    }

    /// <summary>
    /// What a component has said before it heard something that golden does not say. What is missing at the same place stands in front, and is not known to be: it may have been to come.
    /// </summary>
    private static ImmutableArray<MessageDifference> UntilHeard(ImmutableArray<MessageDifference> messages, int heard)
    {
        var extra = heard;
        while (extra > 0 && messages[extra - 1].Change is MessageChange.Extra)
        {
            extra--;
        }

        var missing = extra;
        while (messages[heard].Change is MessageChange.Extra && missing > 0 && messages[missing - 1].Change is MessageChange.Missing)
        {
            missing--;
        }

        return [.. messages[..missing], .. messages[extra..(messages[heard].Kind == Unanswered ? heard : heard + 1)]];
    }

    /// <summary>
    /// Where in its step a component first hears what golden does not say: a party that answers at once told it something else, or was asked what golden
    /// never asks. -1 if nowhere.
    /// </summary>
    private static int FirstHeard(string component, ImmutableArray<MessageDifference> messages)
    {
        for (var i = 0; i < messages.Length; i++)
        {
            var each = messages[i];
            if (each is { Kind: Unanswered, Change: MessageChange.Extra })
            {
                return i;
            }

            var isAnswer = each.To == component && each.From != component && each.Change is MessageChange.Altered or MessageChange.Extra;
            if (isAnswer || (each.Change is MessageChange.Extra && each.From == component && answered.Contains(each.Kind)))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether a component was infected, or late, before something took place, by the clock of each run that has both.</summary>
    private bool IsAffected(string component, Times by) =>
        (_infected.TryGetValue(component, out var infection) && !infection.Times.IsAfter(by)) || (_late.TryGetValue(component, out var late) && !late.Times.IsAfter(by));

    private void Infect(Rendezvous step, Times times, long own, ImmutableArray<MessageDifference> messages, ImmutableArray<StateDifference> differences)
    {
        // The latest message from an infected component that differs and was meant for this one; what it was woken by comes after that.
        var isFirst = HoldsFault(step.Of) && _infections.Count == 0;
        var by = isFirst ? null : CalledBy(step, times) ?? Told(each => each.Change is not MessageChange.Retimed);
        by ??= HoldsFault(step.Of) ? null : HandedOn(step.Of, times, messages, []);

        // The same words at another time explain it only where nothing else does.
        by ??= isFirst ? null : Told(_ => true);
        var (cause, from) = by is not null ? (InfectionCause.Message, by.From)
            : HoldsFault(step.Of) ? (InfectionCause.Fault, null)
            : CauseWithoutMessage(step, times, messages);
        if (by is not null && !IsAffected(by.From, times))
        {
            InfectCarriers(by.From, times, []);
        }

        Add(new Infection(step.Of, times, Steps, own, cause, from, by, differences.FirstOrDefault()));

        MessageDifference? Told(Func<MessageDifference, bool> which) =>
            _messages.LastOrDefault(each => each.To == step.Of && each.From != step.Of && which(each) && !each.Times.IsAfter(times) && IsAffected(each.From, times));
    }

    /// <summary>A step that only one of the runs has is there, or not, because of the call or the event that caused it, whatever else the component has heard.</summary>
    private MessageDifference? CalledBy(Rendezvous step, Times times)
    {
        MessageChange? alone = times.Golden is null ? MessageChange.Extra : times.Faulty is null ? MessageChange.Missing : null;
        return alone is null || step.From.Length == 0 || step.From == step.Of ? null
            : _messages.LastOrDefault(each => each.Change == alone && each.From == step.From && each.To == step.Of && each.Kind is not "state" && !each.Times.IsAfter(times) && IsAffected(each.From, times));
    }

    private (InfectionCause, string?) CauseWithoutMessage(Rendezvous step, Times times, ImmutableArray<MessageDifference> messages)
    {
        if (step.From.Length > 0 && step.From != step.Of && IsAffected(step.From, times))
        {
            return (InfectionCause.Step, step.From);
        }

        // An answer of a passive party, such as a hypercall's result, is part of the call: whoever called a party that is infected has heard of it.
        var asked = messages.Select(each => each.From).Concat(step.Messages.Reverse().SelectMany(each => new[] { each.To, each.From }))
            .FirstOrDefault(each => each != step.Of && IsAffected(each, times));
        return asked is not null ? (InfectionCause.Answer, asked)
            : _infections.Count == 0 ? (InfectionCause.Fault, null)
            : step.At > _bothUntil ? (InfectionCause.Wait, World)
            : (InfectionCause.Unexplained, null);
    }

    private void Add(Infection infection)
    {
        _infected.Add(infection.Component, infection);
        _infections.Add(infection);
    }

    /// <summary>
    /// The latest message that differs, from somebody whose own state shows nothing but who was told something that differs: memory and the answers of passive parties hold
    /// damage that is seen only when it is handed on. Who first asked something else itself does not count, since the answer may rest on that.
    /// </summary>
    private MessageDifference? HandedOn(string component, Times times, ImmutableArray<MessageDifference> now, HashSet<string> seen)
    {
        seen.Add(component);
        var asked = now.FirstOrDefault(each => each.From == component && each.Change is not MessageChange.Retimed);
        return _messages.LastOrDefault(each => each.To == component && each.From != component && each.Change is not MessageChange.Retimed && !each.Times.IsAfter(times)
            && (asked is null || now.IndexOf(each) < now.IndexOf(asked)) && !seen.Contains(each.From) && !_infected.ContainsKey(each.From) && WasTold(each.From, times, seen) is not null);
    }

    private MessageDifference? WasTold(string party, Times times, HashSet<string> seen) =>
        _messages.LastOrDefault(each => each.To == party && each.From != party && each.Change is not MessageChange.Retimed && !each.Times.IsAfter(times) && IsAffected(each.From, times))
        ?? HandedOn(party, times, [], seen);

    /// <summary>Whoever hands damage on holds it: those between the one that was infected and the new one, the first before the next.</summary>
    private void InfectCarriers(string party, Times times, HashSet<string> seen)
    {
        if (WasTold(party, times, seen) is not { } by)
        {
            return;
        }

        if (!IsAffected(by.From, times))
        {
            InfectCarriers(by.From, times, []);
        }

        Add(new Infection(party, times, Steps, _stepsOf.GetValueOrDefault(party), InfectionCause.Message, by.From, by, null));
    }
}
