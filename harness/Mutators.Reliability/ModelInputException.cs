namespace Mutators.Reliability;

/// <summary>A model cannot be evaluated with what was given: two lines for the user, no stack trace.</summary>
/// <param name="message">What is wrong, in one line.</param>
/// <param name="remedy">What to do about it, in one line.</param>
public sealed class ModelInputException(string message, string remedy) : Exception(message)
{
    /// <summary>What to do about it.</summary>
    public string Remedy { get; } = remedy;
}
