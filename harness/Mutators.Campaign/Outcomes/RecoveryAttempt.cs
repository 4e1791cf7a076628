using System.Text.Json;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>
/// What a workload tried after a drastic failure, to bring back the system that it runs: measures of growing cost, each after the ones before had not sufficed. It is no evidence of a
/// failure, since the run was over. The line is
/// <c>{"observe":"recovery","name":"micro-reboot","ok":true,"guests":3,"kept":3,"restarted":0,"value":1000}</c>.
/// </summary>
/// <param name="Measure">What was done.</param>
/// <param name="IsBack">Whether the system then did again what it is for.</param>
/// <param name="Detail">What it still lacked, or what one of its users did; empty if nothing.</param>
/// <param name="Guests">Users of the system that there were.</param>
/// <param name="Kept">Those of them that ran on unharmed.</param>
/// <param name="Restarted">Those that had to be started anew.</param>
/// <param name="DurationNs">How long it took, in virtual nanoseconds.</param>
public sealed record RecoveryAttempt(string Measure, bool IsBack, string Detail, int Guests, int Kept, int Restarted, long DurationNs)
{
    /// <summary>More measures than any workload knows: a damaged program may print without end.</summary>
    public const int Maximum = 20;

    /// <summary>The attempt that an observation of kind <see cref="ObservationKind.Recovery"/> tells of.</summary>
    internal static RecoveryAttempt Of(Observation observation)
    {
        using var json = JsonDocument.Parse(observation.Text);
        return new RecoveryAttempt(
            observation.Name, observation.Ok is true, observation.Detail ?? "", Number("guests"), Number("kept"), Number("restarted"), (long)(observation.Amount ?? 0));

        int Number(string key) => json.RootElement.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;
    }
}
