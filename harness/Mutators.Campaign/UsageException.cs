namespace Mutators.Campaign;

/// <summary>A problem that the user can mend: two lines, no stack trace.</summary>
/// <param name="message">What is wrong, in one line.</param>
/// <param name="remedy">What to do about it, in one line.</param>
/// <param name="exitCode">What the tool's exit code says of it.</param>
public sealed class UsageException(string message, string remedy, ExitCode exitCode = ExitCode.Usage) : Exception(message)
{
    /// <summary>What to do about it.</summary>
    public string Remedy { get; } = remedy;

    /// <summary>What the tool's exit code says of it.</summary>
    public ExitCode ExitCode { get; } = exitCode;
}
