namespace Xen.Mechanisms;

/// <summary>
/// What an experiment showed about one property of a mechanism: measured without it and with it, from the same seed; and once more with the
/// mechanism's own precondition broken, when it has to fail, in the way that it must.
/// </summary>
/// <param name="Mechanism">Which one.</param>
/// <param name="Property">What was measured.</param>
/// <param name="Without">The measurement of the control run.</param>
/// <param name="With">The measurement with the mechanism.</param>
/// <param name="Holds">The property holds.</param>
/// <param name="Broken">Which precondition was broken then.</param>
/// <param name="Then">What was measured then.</param>
/// <param name="FailsAsItMust">It failed in the way that was expected.</param>
public sealed record Finding(string Mechanism, string Property, string Without, string With, bool Holds, string Broken, string Then, bool FailsAsItMust);

/// <summary>What an experiment printed and found.</summary>
/// <param name="Details">Lines for a reader.</param>
/// <param name="Findings">The rows of the table.</param>
public sealed record ExperimentResult(IReadOnlyList<string> Details, IReadOnlyList<Finding> Findings);
