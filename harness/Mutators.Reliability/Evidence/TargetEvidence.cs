using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Evidence;

/// <summary>
/// What a fault injection campaign counted for one target (a component of Dom0, such as the toolstack or a driver). The three
/// consequences exclude each other: the worst one counts.
/// </summary>
/// <param name="Target">The target's name.</param>
/// <param name="Injected">Faults that were injected.</param>
/// <param name="Activated">Of these, those that were activated.</param>
/// <param name="HostLost">Activated faults after which the host was lost, with all its guests.</param>
/// <param name="ServiceLost">Those after which the host lived and a guest failed, or its data were damaged.</param>
/// <param name="ManagementLost">Those after which host and guests lived and an operation failed, hung, crashed or left an inconsistent state.</param>
public sealed record TargetEvidence(string Target, int Injected, int Activated, int HostLost, int ServiceLost, int ManagementLost)
{
    /// <summary>P(host crash | fault).</summary>
    public Share Host => new(HostLost, Activated);

    /// <summary>P(guest failure | fault).</summary>
    public Share Service => new(ServiceLost, Activated);

    /// <summary>P(guests do not get their service | fault): with the host, or without.</summary>
    public Share HostOrService => new(HostLost + ServiceLost, Activated);

    /// <summary>P(management fails | fault).</summary>
    public Share Management => new(ManagementLost, Activated);

    /// <summary>The target as a module's name: letters, digits, dashes.</summary>
    public string ModuleName
    {
        get
        {
            var name = new string([.. Target.Select(character => char.IsLetterOrDigit(character) ? char.ToLowerInvariant(character) : '-')]).Trim('-');

            // A number at the end would make it a member of a family.
            return name.Length == 0 || !char.IsLetter(name[0]) || char.IsDigit(name[^1]) ? $"target-{name}-" : name;
        }
    }
}
