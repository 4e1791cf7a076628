namespace Mutators.Campaign.Propagation;

/// <summary>Puts the steps of both runs side by side, for each component by itself, and in an order in which causes stand before their effects.</summary>
internal static class StepPairing
{
    /// <summary>All steps in their order: the faulty run's, with golden's own steps at their time, behind what they rest on.</summary>
    public static IEnumerable<(Rendezvous? Golden, Rendezvous? Faulty)> Of(IReadOnlyList<Rendezvous> golden, IReadOnlyList<Rendezvous> faulty)
    {
        // What both begin with needs no search for its counterpart; mostly that is all.
        var common = 0;
        while (common < golden.Count && common < faulty.Count && golden[common].TellsTheSameAs(faulty[common]))
        {
            common++;
        }

        var same = golden.Take(common).Select(each => ((Rendezvous?)each, (Rendezvous?)each));
        if (common == golden.Count && common == faulty.Count)
        {
            return same;
        }

        var faultyOf = faulty.Skip(common).ToLookup(each => each.Of, StringComparer.Ordinal);
        var goldenOf = golden.Skip(common).ToLookup(each => each.Of, StringComparer.Ordinal);
        var pairs = goldenOf.Select(group => group.Key).Union(faultyOf.Select(group => group.Key), StringComparer.Ordinal)
            .SelectMany(component => Pairing.Of<Rendezvous>([.. goldenOf[component]], [.. faultyOf[component]], step => step.Content, step => $"{step.At}\n{step.From}\n{LastSaid(step)}", LastSaid, step => step.On))
            .ToList();
        return same.Concat(InOrder(WithMoved(pairs), faulty, common));
    }

    /// <summary>
    /// The same step at the same moment is one step, wherever it stands among the others of its component: in which order others come to it at one moment is nobody's doing. Not so where another step of that moment changes the same state, which then depends on the order.
    /// </summary>
    private static List<(Rendezvous? Golden, Rendezvous? Faulty)> WithMoved(List<(Rendezvous? Golden, Rendezvous? Faulty)> pairs)
    {
        var inFaulty = pairs.Where(each => each.Golden is null).Select(each => each.Faulty!).ToLookup(each => (each.Of, each.At, each.Content));
        var moved = new Dictionary<Rendezvous, Rendezvous>(ReferenceEqualityComparer.Instance);
        foreach (var step in pairs.Where(each => each.Faulty is null).Select(each => each.Golden!))
        {
            if (inFaulty[(step.Of, step.At, step.Content)].FirstOrDefault(each => !moved.ContainsKey(each)) is { } same
                && IsOnlyWriter(step, pairs.Select(each => each.Golden)) && IsOnlyWriter(same, pairs.Select(each => each.Faulty)))
            {
                moved.Add(same, step);
            }
        }

        if (moved.Count == 0)
        {
            return pairs;
        }

        var joined = moved.Values.ToHashSet<object>(ReferenceEqualityComparer.Instance);
        return
        [
            .. pairs.Where(each => each.Faulty is not null || !joined.Contains(each.Golden!))
                .Select(each => each is { Golden: null, Faulty: { } step } && moved.TryGetValue(step, out var golden) ? (golden, step) : each),
        ];
    }

    /// <summary>Whether no other step of its component at its moment changes a field that it changes.</summary>
    private static bool IsOnlyWriter(Rendezvous step, IEnumerable<Rendezvous?> all) =>
        step.State.IsEmpty || !all.Any(each => each is not null && each != step && each.Of == step.Of && each.At == step.At && each.State.Any(field => step.State.Any(own => own.Key == field.Key)));

    /// <summary>
    /// What a piece of a step consumed, and whom it ends with a word to, and how: a call that only one run makes is not put beside the end of the other's. State that is handed over stands behind the word,
    /// and is no word.
    /// </summary>
    private static string LastSaid(Rendezvous step) =>
        step.Messages.LastOrDefault(each => each.From == step.Of && each.Kind is not "state") is { } last ? $"{step.On}\n{last.To}\n{last.Kind}" : $"{step.On}\n";

    /// <summary>
    /// The faulty run's steps as they come. What only golden has stands at its time, before what follows it there in golden, and behind what its component and who caused it had done before: many steps share
    /// a time, and what rests on a missing one must not come before it.
    /// </summary>
    private static IEnumerable<(Rendezvous? Golden, Rendezvous? Faulty)> InOrder(List<(Rendezvous? Golden, Rendezvous? Faulty)> pairs, IReadOnlyList<Rendezvous> faulty, int next)
    {
        var placed = pairs.Where(each => each.Faulty is not null).Select(each => (Order: each.Faulty!.Number, Tie: 0L, each)).ToList();
        var inGolden = pairs.Where(each => each is { Golden: not null, Faulty: not null }).ToDictionary(each => each.Faulty!.Number, each => each.Golden!.Number);
        var latest = new Dictionary<string, long>(StringComparer.Ordinal);
        var inTime = 0L;
        foreach (var pair in pairs.Where(each => each.Golden is not null).OrderBy(each => each.Golden!.Number))
        {
            var step = pair.Golden!;
            for (; next < faulty.Count && IsBefore(faulty[next], step); next++)
            {
                inTime = faulty[next].Number;
            }

            var order = pair.Faulty?.Number ?? Math.Max(inTime, Math.Max(latest.GetValueOrDefault(step.Of), latest.GetValueOrDefault(step.From)));
            latest[step.Of] = Math.Max(order, latest.GetValueOrDefault(step.Of));
            if (pair.Faulty is null)
            {
                placed.Add((order, step.Number, pair));
            }
        }

        return placed.OrderBy(each => each.Order).ThenBy(each => each.Tie).Select(each => each.each);

        bool IsBefore(Rendezvous faultyStep, Rendezvous goldenStep) =>
            faultyStep.At < goldenStep.At || (faultyStep.At == goldenStep.At && inGolden.GetValueOrDefault(faultyStep.Number, -1) < goldenStep.Number);
    }
}
