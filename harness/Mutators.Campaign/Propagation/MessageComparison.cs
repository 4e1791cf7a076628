using System.Collections.Immutable;

namespace Mutators.Campaign.Propagation;

/// <summary>Compares the messages of two counterparts.</summary>
internal static class MessageComparison
{
    /// <summary>The messages that differ between a step of golden and its counterpart; one of the two may be missing.</summary>
    private static IEnumerable<MessageDifference> Of(Rendezvous? golden, Rendezvous? faulty)
    {
        var times = new Times(golden?.At, faulty?.At);
        return Reordered([.. SideBySide(golden?.Messages ?? [], faulty?.Messages ?? []).Select(pair => Difference(pair.Golden, pair.Faulty, times)).OfType<MessageDifference>()]);
    }

    /// <summary>In what two counterparts differ; null where they are equal.</summary>
    private static MessageDifference? Difference(Message? golden, Message? faulty, Times times)
    {
        var message = (faulty ?? golden)!;
        MessageChange? change = golden is null ? MessageChange.Extra : faulty is null ? MessageChange.Missing : golden != faulty ? MessageChange.Altered : times.Golden != times.Faulty ? MessageChange.Retimed : null;
        return change is { } how ? new MessageDifference(how, message.From, message.To, message.Kind, golden?.Text, faulty?.Text, times, 0) : null;
    }

    /// <summary>Most steps say the same in both runs, or only one of them is there.</summary>
    private static IEnumerable<(Message? Golden, Message? Faulty)> SideBySide(ImmutableArray<Message> golden, ImmutableArray<Message> faulty) =>
        golden.AsSpan().SequenceEqual(faulty.AsSpan()) ? golden.Select(each => ((Message?)each, (Message?)each)) : Pairing.Of(golden, faulty, Content, Kind);

    private static string Content(Message message) => $"{message.From}\n{message.To}\n{message.Kind}\n{message.Text}";

    /// <summary>Ways on which every message is of the same type: what members are called with, give back, read and write.</summary>
    private static readonly string[] ofOneType = ["call", "return", "state"];

    /// <summary>The way on which the type has the name of a file behind it: another file is no altered one.</summary>
    private const string OfFiles = "file";

    /// <summary>What makes two messages counterparts: sender, receiver, way and the first word, which is a message's type.</summary>
    private static string Kind(Message message)
    {
        if (ofOneType.Contains(message.Kind))
        {
            return $"{message.From}\n{message.To}\n{message.Kind}";
        }

        var word = message.Text.IndexOf(' ', StringComparison.Ordinal);
        if (word >= 0 && message.Kind == OfFiles)
        {
            word = message.Text.IndexOf(' ', word + 1);
        }

        return $"{message.From}\n{message.To}\n{message.Kind}\n{(word < 0 ? message.Text : message.Text[..word])}";
    }

    /// <summary>
    /// The messages that differ in each of some pairs of steps, whose places they do not know. A step that calls another component is told in pieces: what is missing in one piece and extra in another of the same step has only changed places.
    /// </summary>
    public static ImmutableArray<MessageDifference>[] Of(IReadOnlyList<(Rendezvous? Golden, Rendezvous? Faulty)> pairs)
    {
        var all = new ImmutableArray<MessageDifference>[pairs.Count];
        var open = new Dictionary<string, (Step Step, List<int> Pieces)>(StringComparer.Ordinal);
        for (var i = 0; i < all.Length; i++)
        {
            var (golden, faulty) = pairs[i];
            all[i] = golden is not null && faulty is not null && golden.TellsTheSameAs(faulty) ? [] : [.. Of(golden, faulty)];
            if (all[i].IsEmpty)
            {
                continue;
            }

            var piece = (faulty ?? golden)!;
            var step = new Step(piece.On, piece.From, piece.At);
            if (!open.TryGetValue(piece.Of, out var before) || before.Step != step)
            {
                Join(before.Pieces);
                open[piece.Of] = before = (step, []);
            }

            before.Pieces.Add(i);
            if (piece.Messages.Any(each => each.From == piece.Of && each.Kind == "return"))
            {
                Join(before.Pieces);
                open.Remove(piece.Of);
            }
        }

        foreach (var (_, pieces) in open.Values)
        {
            Join(pieces);
        }

        return all;

        // What one run says at the end of a piece the other may say at the beginning of the next: the pieces are compared as the one step that they are.
        void Join(List<int>? pieces)
        {
            if (pieces is { Count: > 1 })
            {
                var golden = pieces.SelectMany(piece => Said(pairs[piece].Golden, piece)).ToList();
                var faulty = pieces.SelectMany(piece => Said(pairs[piece].Faulty, piece)).ToList();
                var joined = new List<MessageDifference>();
                foreach (var (left, right) in Pairing.Of(golden, faulty, each => Content(each.Message), each => Kind(each.Message)))
                {
                    var times = new Times(pairs[(left ?? right)!.Piece].Golden?.At, pairs[(right ?? left)!.Piece].Faulty?.At);
                    if (Difference(left?.Message, right?.Message, times) is { } difference)
                    {
                        joined.Add(difference with { Step = (right ?? left)!.Piece });
                    }
                }

                var of = Reordered(joined).ToLookup(each => each.Step);
                pieces.ForEach(piece => all[piece] = [.. of[piece]]);
            }
        }

        static IEnumerable<PieceOfStep> Said(Rendezvous? step, int piece) => step is null ? [] : step.Messages.Select(each => new PieceOfStep(each, piece));
    }

    /// <summary>A message and the pair of pieces that it belongs to.</summary>
    private sealed record PieceOfStep(Message Message, int Piece);

    /// <summary>What the pieces of one step have in common.</summary>
    private readonly record struct Step(string On, string From, long At);

    /// <summary>What is missing at one place and extra at another has only changed places.</summary>
    private static IEnumerable<MessageDifference> Reordered(List<MessageDifference> differences)
    {
        var missing = differences.Where(each => each.Change is MessageChange.Missing).ToList();
        var moved = new HashSet<MessageDifference>(ReferenceEqualityComparer.Instance);
        var result = new List<MessageDifference>();
        foreach (var difference in differences)
        {
            var place = difference.Change is not MessageChange.Extra ? -1
                : missing.FindIndex(each => (each.From, each.To, each.Kind, each.Golden) == (difference.From, difference.To, difference.Kind, difference.Faulty));
            if (place >= 0)
            {
                moved.Add(missing[place]);
                missing.RemoveAt(place);
            }

            result.Add(place < 0 ? difference : difference with { Change = MessageChange.Reordered, Golden = difference.Faulty });
        }

        return result.Where(each => !moved.Contains(each));
    }
}
