using Mutators.Campaign.Propagation;

namespace Mutators.Reporting.Propagation;

/// <summary>A message that differs, for as many as come like it in turn: a loop says the same way after way, and a reader wants to see it once.</summary>
/// <param name="Message">The first of them.</param>
/// <param name="Times">How often its like comes, with whatever stands between two of them each time.</param>
/// <param name="LastStep">The step of the last of all that are folded with it.</param>
internal sealed record RepeatedMessage(MessageDifference Message, int Times, long LastStep);

/// <summary>Folds what repeats: stretches of one to four messages of the same ways that come again and again.</summary>
internal static class RepeatedMessages
{
    private const int LongestCycle = 4;

    /// <summary>The messages in their order, each repetition of a cycle left out.</summary>
    public static IEnumerable<RepeatedMessage> Of(IReadOnlyList<MessageDifference> messages)
    {
        for (var start = 0; start < messages.Count;)
        {
            var (length, times) = LongestRepetition(messages, start);
            var last = messages[start + (length * times) - 1].Step;
            for (var i = 0; i < length; i++)
            {
                yield return new RepeatedMessage(messages[start + i], times, times > 1 ? last : messages[start + i].Step);
            }

            start += length * times;
        }
    }

    private static (int Length, int Times) LongestRepetition(IReadOnlyList<MessageDifference> messages, int start)
    {
        var best = (Length: 1, Times: 1);
        for (var length = 1; length <= LongestCycle; length++)
        {
            var times = 1;
            while (IsRepeated(messages, start, length, times))
            {
                times++;
            }

            // Two of a kind need no shorter form; a longer cycle has to fold more than a shorter one that it is made of.
            if (times > 2 && length * times > best.Length * best.Times)
            {
                best = (length, times);
            }
        }

        return best;
    }

    private static bool IsRepeated(IReadOnlyList<MessageDifference> messages, int start, int length, int times)
    {
        var next = start + (length * times);
        return next + length <= messages.Count && Enumerable.Range(0, length).All(i => IsLike(messages[start + i], messages[next + i]));
    }

    private static bool IsLike(MessageDifference left, MessageDifference right) =>
        left.Change == right.Change && left.Kind == right.Kind && PropagationGraph.Group(left.From) == PropagationGraph.Group(right.From) && PropagationGraph.Group(left.To) == PropagationGraph.Group(right.To);
}
