using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Mutators.Agent;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>
/// What a run of tests says of a mutant. The way in which the process ended comes first: a test that takes it down cannot tell. Then the tests
/// that failed; where all were run, the first of them in the order of <see cref="FailureMode"/> is the headline.
/// </summary>
internal static partial class TestOutcomes
{
    /// <summary>Judges a run.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="workload">The workload's name.</param>
    /// <param name="tests">What golden shows.</param>
    /// <param name="run">The mutant's run.</param>
    /// <param name="engine">How it was run.</param>
    public static Outcome Classify(MutantId mutant, string workload, TestRecord tests, WorkloadRun run, string engine)
    {
        var seen = TestRun.Read(run.Output);
        if (seen.Results.FirstOrDefault(each => each.Value.State == TestProtocol.Flaky && tests.Judges(each.Key)) is { Value: { } unsteady } differs)
        {
            return OutcomeClassifier.Flaky(mutant, workload, $"{tests.Tests[differs.Key].Name}: {unsteady.Text}", engine);
        }

        var failed = seen.Results.Where(each => each.Value.IsFailed && tests.Judges(each.Key))
            .Select(each => (Test: tests.Tests[each.Key].Name, Failure: each.Value.State == TestProtocol.Died ? OfDeath(each.Value.Text) : Of(each.Value.Text)))
            .ToList();
        var findings = failed.Select(each => (each.Failure.Mode, each.Test, Reason: $"{each.Test}: {each.Failure.Words}")).ToList();
        if (!seen.IsRepeating && OfProcess(run) is { } death)
        {
            var test = seen.Last is { } last && last < tests.Tests.Length ? tests.Tests[last].Name : "before the first test";
            findings.Insert(0, (death.Mode, test, $"{test}: {death.Words}"));
        }

        if (findings.Count == 0)
        {
            var reach = tests.Of(mutant).Tests.Count(tests.Judges);
            if (reach == 0)
            {
                return OutcomeClassifier.Flaky(mutant, workload, "only tests reach the site that golden itself does not pass each time");
            }

            return new Outcome(mutant, workload, FailureMode.Survived, [FailureMode.Survived], Detection.None, [],
                $"{(reach == 1 ? "the test that executes" : $"all {reach} tests that execute")} the site pass{(reach == 1 ? "es" : "")}", engine, []);
        }

        ImmutableArray<FailureMode> flags = [.. findings.Select(each => each.Mode).Distinct().Order()];
        return new Outcome(mutant, workload, flags[0], flags, Detection.Test, [.. findings.Select(each => each.Test).Distinct()],
            OneLine(findings.First(each => each.Mode == flags[0]).Reason), engine, []);
    }

    /// <summary>What a failed test's message says: an assertion, or an exception and its type.</summary>
    internal static (FailureMode Mode, string Words) Of(string text)
    {
        var message = text.Trim();
        var first = message.Split('\n', 2)[0].Trim();
        if (Thrown().Match(message) is { Success: true } thrown && thrown.Groups["type"].Value is var type && !IsAssertion(type))
        {
            return type.EndsWith("OutOfMemoryException", StringComparison.Ordinal)
                ? (FailureMode.MemoryExhausted, type)
                : (FailureMode.UnexpectedException, $"{type}: {Cut(thrown.Groups["rest"].Value)}");
        }

        return TimedOut().IsMatch(first)
            ? (FailureMode.IdleHang, Cut(first))
            : (FailureMode.FailedAssertion, first.Length > 0 ? Cut(string.Join(' ', message.Split('\n').Take(3).Select(line => line.Trim()))) : "the test fails");
    }

    /// <summary>
    /// The line that keeps in which test a run's process ended, and how, so that a run of the tests behind it can follow; null where the process came to its own end,
    /// or no test was under way.
    /// </summary>
    internal static string? DeathLine(WorkloadRun run)
    {
        var seen = TestRun.Read(run.Output);
        return !seen.IsRepeating && OfProcess(run) is { } death && seen.Last is { } test
            ? string.Create(CultureInfo.InvariantCulture, $"{TestProtocol.Sign}{TestProtocol.Ended} {test} {TestProtocol.Died} 0 0 {death.Mode} {OneLine(death.Words)}")
            : null;
    }

    /// <summary>Whether a process ended while tests were repeated, and not of what made them fail before: memory, for one, may be there for an exception and be gone for the next.</summary>
    internal static bool DiesRepeating(WorkloadRun run) =>
        OfProcess(run) is { } death && !TestRun.Read(run.Output).Results.Values.Any(result => result.State == TestProtocol.Failed && Of(result.Text).Mode == death.Mode);

    private static (FailureMode Mode, string Words) OfDeath(string text) =>
        text.Split(' ', 2) is [var mode, var words] ? (Enum.Parse<FailureMode>(mode), words) : throw new FormatException(text);

    private static (FailureMode Mode, string Words)? OfProcess(WorkloadRun run) => run.End switch
    {
        ProcessEnd.Exited when run.ExitCode == 0 && HasEnded(run) => null,
        ProcessEnd.Exited => (FailureMode.UnexpectedExit, $"the process exits with code {run.ExitCode} in the middle of the tests"),
        ProcessEnd.TimedOut when run.IsBusy => (FailureMode.BusyHang, "runs beyond its limit and does not wait"),
        ProcessEnd.TimedOut => (FailureMode.IdleHang, "waits beyond its time limit"),
        ProcessEnd.OutputLimit => (FailureMode.BusyHang, "prints without end"),
        ProcessEnd.OutOfMemory => (FailureMode.MemoryExhausted, "goes beyond its memory limit"),
        _ => run.Death is { } death && death.Contains("OutOfMemory", StringComparison.OrdinalIgnoreCase) | run.Death!.Contains("Out of memory", StringComparison.OrdinalIgnoreCase)
            ? (FailureMode.MemoryExhausted, death)
            : (FailureMode.ControlCrash, run.Death ?? $"exit code {run.ExitCode}"),
    };

    /// <summary>Whether the host came to its own end: the last thing that it prints.</summary>
    private static bool HasEnded(WorkloadRun run) => run.Output.Any(line => line is [TestProtocol.Sign, TestProtocol.Through, ..]);

    private static bool IsAssertion(string type) =>
        type.StartsWith("Xunit.Sdk.", StringComparison.Ordinal)
        || type.Contains("Assert", StringComparison.Ordinal)
        || type.EndsWith(".AssertionException", StringComparison.Ordinal)
        || type.StartsWith("NUnit.Framework.", StringComparison.Ordinal)
        || type.StartsWith("Shouldly.", StringComparison.Ordinal)
        || type.Contains("FluentAssertions", StringComparison.Ordinal);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static string Cut(string text)
    {
        const int Width = 160;
        var line = OneLine(text.Trim());
        return line.Length <= Width ? line : line[..(Width - 1)] + "…";
    }

    /// <summary>
    /// <c>System.FormatException : text</c> of xUnit and NUnit, behind what NUnit says of its place; <c>Test method A.B threw exception: System.FormatException: text</c> of MSTest.
    /// </summary>
    [GeneratedRegex(@"^(?:(?:\w*SetUp|\w*TearDown) : )?(?:[^\n]*threw exception[.:]?\s+)?(?<type>[A-Za-z_][\w]*(?:[.+`][\w]+)*(?:Exception|Error|Failure)\w*(?:`\d+)?)\s?:\s(?<rest>[^\n]*)")]
    private static partial Regex Thrown();

    [GeneratedRegex(@"(timed out|exceeded (the )?(execution )?timeout|Test exceeded Timeout)", RegexOptions.IgnoreCase)]
    private static partial Regex TimedOut();
}
