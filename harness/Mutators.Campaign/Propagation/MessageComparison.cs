using System.Collections.Immutable;

namespace Mutators.Campaign.Propagation;

/// <summary>Compares the messages of two counterparts.</summary>
internal static class MessageComparison
{
    /// <summary>The messages that differ between a step of golden and its counterpart; one of the two may be missing.</summary>
    private static IEnumerable<MessageDifference> Of(Rendezvous? golden, Rendezvous? faulty)
    {
        var times = new Times(golden?.At, faulty?.At);
        var retimed = golden is not null && faulty is not null && golden.At != faulty.At;
        var differences = new List<MessageDifference>();
        foreach (var (left, right) in SideBySide(golden?.Messages ?? [], faulty?.Messages ?? []))
        {
            var message = (right ?? left)!;
            MessageChange? change = left is null ? MessageChange.Extra : right is null ? MessageChange.Missing : left != right ? MessageChange.Altered : retimed ? MessageChange.Retimed : null;
            if (change is { } how)
            {
                differences.Add(new MessageDifference(how, message.From, message.To, message.Kind, left?.Text, right?.Text, times, 0));
            }
        }

        return Reordered(differences);
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

        void Join(List<int>? pieces)
        {
            if (pieces is { Count: > 1 })
            {
                var joined = Reordered([.. pieces.SelectMany(piece => all[piece].Select(each => each with { Step = piece }))]).ToLookup(each => each.Step);
                pieces.ForEach(piece => all[piece] = [.. joined[piece]]);
            }
        }
    }

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
