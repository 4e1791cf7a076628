using System.Collections.Immutable;

namespace Mutators.Campaign.Propagation;

/// <summary>
/// Whether restarting the components that hold the fault, at the moment in which the failure was noticed, would have repaired everything. Compared
/// is with golden and not with a golden that had refused the same request, so damage that belongs to the failed request itself counts too: an
/// "unsafe" may be one request too strict. What both have half done at that moment is no difference: a "safe" says that others are unharmed.
/// </summary>
/// <param name="IsSafe">No damage lay outside of the component, and nothing wrong had been given to the outside; null where nothing was noticed.</param>
/// <param name="Components">Which they are: those in which the fault had been activated by then, and the one that was infected first.</param>
/// <param name="Outside">The damage that a restart leaves.</param>
/// <param name="Externalised">What had left to the outside by then and cannot be taken back.</param>
public sealed record RestartSafety(bool? IsSafe, ImmutableArray<string> Components, ImmutableArray<StateDifference> Outside, ImmutableArray<MessageDifference> Externalised)
{
    /// <summary>Ways on which a message leaves the system for good.</summary>
    private static readonly string[] external = ["disk", "frame", "stream", "output"];

    /// <summary>Judges a restart.</summary>
    /// <param name="detected">When the failure was noticed.</param>
    /// <param name="messages">All messages that differed until then.</param>
    internal static RestartSafety Of(Detected? detected, IEnumerable<MessageDifference> messages)
    {
        if (detected is null)
        {
            return new RestartSafety(null, [], [], []);
        }

        ImmutableArray<StateDifference> outside = [.. detected.Damage.Where(each => !detected.Origins.Contains(each.Component))];
        ImmutableArray<MessageDifference> gone =
        [
            .. messages.Where(each => each.Step <= detected.Step && each.Change is MessageChange.Altered or MessageChange.Extra && external.Contains(each.Kind)
                && !(each.Faulty ?? "").StartsWith("read", StringComparison.Ordinal)),
        ];
        return new RestartSafety(outside.IsEmpty && gone.IsEmpty, detected.Origins, outside, gone);
    }
}
