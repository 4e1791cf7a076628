using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Mutators.Campaign.Workloads;

/// <summary>How a process ended.</summary>
public enum ProcessEnd
{
    /// <summary>It exited by itself with a code.</summary>
    Exited,

    /// <summary>It died by an unhandled exception, FailFast, a stack overflow or a signal.</summary>
    Crashed,

    /// <summary>It was ended because it ran beyond its time limit.</summary>
    TimedOut,

    /// <summary>It was ended, or died, because it went beyond its memory limit.</summary>
    OutOfMemory,

    /// <summary>It was ended because it wrote more than its output limit.</summary>
    OutputLimit,
}

/// <summary>What one execution of a workload gave.</summary>
/// <param name="End">How the process ended.</param>
/// <param name="ExitCode">Its exit code; on Unix 128 + signal where a signal ended it.</param>
/// <param name="Output">The lines of standard output, in order; cut at the output limit.</param>
/// <param name="Error">The first and the last lines of standard error, for people: not compared.</param>
/// <param name="Duration">Wall time; never part of a comparison.</param>
public sealed partial record WorkloadRun(
    ProcessEnd End,
    int ExitCode,
    ImmutableArray<string> Output,
    ImmutableArray<string> Error,
    TimeSpan Duration)
{
    /// <summary>Whether a run that was ended at its time limit had used the processor until then: it spins, where another one waits.</summary>
    public bool IsBusy { get; init; }

    private const string UnhandledException = "Unhandled exception. ";

    /// <summary>
    /// How the process died, in one line for people, as far as its standard error tells:
    /// <c>System.NullReferenceException: Object reference not set … at Xen.Toolstack.Xl.Create</c>; null where it exited by itself.
    /// </summary>
    public string? Death => End switch
    {
        ProcessEnd.Crashed => LastWords ?? SignalName,
        ProcessEnd.OutOfMemory => "went beyond its memory limit",
        ProcessEnd.TimedOut => "ran beyond its time limit",
        ProcessEnd.OutputLimit => "wrote more than its output limit",
        _ => null,
    };

    private string SignalName => ExitCode switch
    {
        128 + 4 => "illegal instruction",
        128 + 6 => "aborted",
        128 + 9 => "killed from outside",
        128 + 11 => "segmentation fault",
        128 + 15 => "terminated from outside",
        _ => $"exit code {ExitCode}",
    };

    private string? LastWords
    {
        get
        {
            for (var i = 0; i < Error.Length; i++)
            {
                var line = Error[i];
                if (line.StartsWith(UnhandledException, StringComparison.Ordinal))
                {
                    return WithPlace(line[UnhandledException.Length..], i);
                }

                // FailFast's message stands on the line below.
                if (line == "Process terminated." && i + 1 < Error.Length)
                {
                    return WithPlace(Error[i + 1], i + 1);
                }

                if (line.StartsWith("Stack overflow", StringComparison.Ordinal) || line.StartsWith("Fatal error", StringComparison.Ordinal))
                {
                    return WithPlace(line, i);
                }
            }

            return null;
        }
    }

    /// <summary>Adds the innermost method that is not the class library's: there the program's own fault shows.</summary>
    private string WithPlace(string words, int from)
    {
        var frames = Frames(Error.Skip(from + 1));
        var frame = (words.StartsWith("Stack overflow", StringComparison.Ordinal) ? InCycle(from) : null) ?? frames.Find(IsPrograms) ?? frames.FirstOrDefault();
        var parenthesis = frame?.IndexOf('(', StringComparison.Ordinal) ?? -1;
        return frame is null ? words : $"{words.TrimEnd('.')} {AsWritten(parenthesis < 0 ? frame : frame[..parenthesis])}";
    }

    /// <summary>
    /// Of methods that call each other without end, the first by name: which of them meets the end of the stack changes from run to run. The runtime prints
    /// the frames that repeat between two lines of dashes.
    /// </summary>
    private string? InCycle(int from)
    {
        var rule = Error.Skip(from + 1).SkipWhile(line => !line.StartsWith("Repeat ", StringComparison.Ordinal)).Skip(1).ToList();
        return rule is [var dashes, ..] && dashes.StartsWith("---", StringComparison.Ordinal)
            ? Frames(rule.Skip(1).TakeWhile(line => line != dashes)).Where(IsPrograms).Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
    }

    private static List<string> Frames(IEnumerable<string> lines) =>
        lines.Select(line => line.TrimStart()).Where(line => line.StartsWith("at ", StringComparison.Ordinal)).ToList();

    private static bool IsPrograms(string frame) => !frame.StartsWith("at System.", StringComparison.Ordinal);

    /// <summary>
    /// A frame under the name that its programmer knows: of a lambda or a local function it is that of the method they stand in. The numbers in
    /// the compiler's names count what else stands in the type, so the same fault would have another name from build to build.
    /// </summary>
    private static string AsWritten(string frame) => LocalName().Replace(Closure().Replace(frame, ""), match => match.Groups[2] is { Success: true } local ? $"{match.Groups[1]}.{local}" : match.Groups[1].Value);

    /// <summary><c>.&lt;&gt;c</c> and <c>.&lt;&gt;c__DisplayClass1_0</c>: the compiler's classes for what a lambda captures.</summary>
    [GeneratedRegex(@"\.<>c(__DisplayClass\d+_\d+)?(`\d+)?(?=\.)")]
    private static partial Regex Closure();

    /// <summary><c>&lt;Method&gt;b__1_0</c> is a lambda, <c>&lt;Method&gt;g__Local|1_0</c> a local function.</summary>
    [GeneratedRegex(@"<([^<>]+)>(?:b__\d+(?:_\d+)?|g__([^|]+)\|\d+_\d+)")]
    private static partial Regex LocalName();
}
