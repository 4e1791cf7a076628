namespace Mutators.Campaign.Outcomes;

/// <summary>One piece of evidence for one failure mode.</summary>
/// <param name="Mode">What it is evidence for.</param>
/// <param name="Detection">Who noticed it.</param>
/// <param name="Detector">The name of the monitor, operation, invariant or check that noticed; empty for a mere difference from golden.</param>
/// <param name="Reason">What was observed, in words.</param>
/// <param name="Round">1 while the fault is active, 2 after it was taken away.</param>
/// <param name="At">The virtual time of the observation; null where it has none.</param>
public sealed record Finding(FailureMode Mode, Detection Detection, string Detector, string Reason, int Round, long? At)
{
    /// <summary>The findings that a store keeps of one run: a run that goes wrong everywhere needs no more.</summary>
    public const int Maximum = 100;

    internal const string WrongCode = ", a wrong code: golden's is ";
    internal const string WrongMessage = ", a wrong message: golden's is ";

    /// <summary>Whether an operation failed as it should, but with another code or other words than golden's: what names the wrong cause hinders.</summary>
    public bool IsWrongAnswer => Reason.Contains(WrongCode, StringComparison.Ordinal) || Reason.Contains(WrongMessage, StringComparison.Ordinal);
}
