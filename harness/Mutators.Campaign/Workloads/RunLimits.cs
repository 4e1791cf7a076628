namespace Mutators.Campaign.Workloads;

/// <summary>What a run may spend before it is ended.</summary>
/// <param name="Time">Wall time.</param>
/// <param name="MemoryBytes">The managed heap's hard limit; 0 for none.</param>
/// <param name="OutputBytes">Bytes of standard output and standard error together.</param>
public sealed record RunLimits(TimeSpan Time, long MemoryBytes, long OutputBytes);
