namespace Mutators.Campaign.Engines;

/// <summary>A build failed, and not because of the compiler: nothing is known of the mutant.</summary>
/// <param name="message">What the build said.</param>
public sealed class BuildEnvironmentException(string message) : Exception(message);
