using System.Text.RegularExpressions;

namespace Mutators.Campaign.Outcomes;

/// <summary>Faults in how threads wait for each other: what they do depends on chance, so that one run of a test says little.</summary>
internal static partial class Synchronisation
{
    /// <summary>Whether the lines that a mutant changes have to do with it.</summary>
    /// <param name="diff">The change as a unified diff.</param>
    public static bool IsChangedBy(string diff) => diff.Split('\n').Any(line =>
        line is ['-' or '+', ..] && !line.StartsWith("---", StringComparison.Ordinal) && !line.StartsWith("+++", StringComparison.Ordinal) && Words().IsMatch(line));

    [GeneratedRegex(@"\b(lock|await|volatile|Volatile|Interlocked|Monitor|Mutex|Semaphore(Slim)?|SpinLock|Barrier|CountdownEvent|ReaderWriterLock(Slim)?|\w*ResetEvent(Slim)?|Thread|Task|Parallel|Concurrent\w+|EnterScope|WaitAsync|WaitOne|WhenAll)\b")]
    private static partial Regex Words();
}
