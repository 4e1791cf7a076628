using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Mutators.Agent;
using Mutators.Campaign.Outcomes;

namespace Mutators.Campaign.Workloads;

/// <summary>One test of a test project, and what golden shows of it.</summary>
/// <param name="Number">Its place among the tests, ordered by name.</param>
/// <param name="Class">The class that holds it.</param>
/// <param name="Name">Its full name, with the arguments of its row where it has some.</param>
/// <param name="Duration">How long it takes in golden.</param>
/// <param name="IsFlaky">Whether golden runs of it differ: it judges no mutant.</param>
/// <param name="IsSkipped">Whether the project itself skips it.</param>
public sealed record KnownTest(int Number, string Class, string Name, TimeSpan Duration, bool IsFlaky = false, bool IsSkipped = false);

/// <summary>The tests that reach the site of a mutant.</summary>
/// <param name="Tests">Their numbers, the fastest first; none where no test reaches it.</param>
/// <param name="WhyAlone">Why the mutant needs a process of its own: what its site computes once stays for all tests. Null if it does not.</param>
public sealed record Reach(ImmutableArray<int> Tests, string? WhyAlone);

/// <summary>What is known of a test project from its golden runs: the tests, how long they take, and which reach which mutant's site.</summary>
public sealed class TestRecord
{
    /// <summary><c>m MUTANT a|- TESTS</c>, beside the lines of <see cref="TestProtocol"/>: the tests that reach a mutant's site.</summary>
    private const char OfMutant = 'm';

    private const string Alone = "its site is reached while a type is initialised";

    private readonly ImmutableDictionary<MutantId, Reach> _reaches;
    private readonly ConcurrentDictionary<int, bool> _trust = [];

    private TestRecord(string digest, ImmutableArray<KnownTest> tests, ImmutableDictionary<MutantId, Reach> reaches)
    {
        Digest = digest;
        Tests = tests;
        _reaches = reaches;
        Usable = [.. tests.Where(test => !test.IsFlaky && !test.IsSkipped).OrderBy(test => test.Duration).ThenBy(test => test.Number).Select(test => test.Number)];
    }

    /// <summary>A digest of the tests' names: a process with another one has other tests.</summary>
    public string Digest { get; }

    /// <summary>All tests, by number.</summary>
    public ImmutableArray<KnownTest> Tests { get; }

    /// <summary>The tests that judge mutants, the fastest first.</summary>
    public ImmutableArray<int> Usable { get; }

    /// <summary>The tests that reach a mutant's site; of a mutant that nothing is recorded of, all.</summary>
    public Reach Of(MutantId mutant) => _reaches.TryGetValue(mutant, out var reach) ? reach : new Reach(Usable, null);

    /// <summary>Whether a test may judge mutants.</summary>
    public bool Judges(int test) => Tests[test] is { IsFlaky: false, IsSkipped: false } && _trust.GetValueOrDefault(test, true);

    /// <summary>Whether it is known by now that golden passes a test also when it runs by itself.</summary>
    internal bool IsTrusted(int test) => _trust.TryGetValue(test, out var isTrusted) && isTrusted;

    /// <summary>Keeps whether golden passes a test also when it runs by itself; one that does not depends on others, and judges nothing from now on.</summary>
    internal void Trust(int test, bool isTrusted) => _trust[test] = isTrusted;

    /// <summary>The tests that golden does not pass by themselves, as far as they were asked.</summary>
    internal IEnumerable<KnownTest> Distrusted => _trust.Where(each => !each.Value).Select(each => Tests[each.Key]).OrderBy(test => test.Number);

    /// <summary>By what the tests of two golden runs differ: which there are, and which are skipped. Their order, what they take, and whether chance has shown some of them to be flaky, may differ.</summary>
    internal static ImmutableArray<Difference> Compare(TestRecord first, TestRecord second)
    {
        string[] ours = [.. first.Tests.Select(InWords)], theirs = [.. second.Tests.Select(InWords)];
        return [.. ours.Except(theirs, StringComparer.Ordinal).Select(test => new Difference(test, null)), .. theirs.Except(ours, StringComparer.Ordinal).Select(test => new Difference(null, test))];

        static string InWords(KnownTest test) => test.IsSkipped ? $"{test.Name} (skipped)" : test.Name;
    }

    /// <summary>The lines of one golden run, with what several of them say of mutants: each shard knows who reaches the mutants of its own.</summary>
    /// <param name="lines">The golden run's lines.</param>
    /// <param name="all">The lines of all golden runs.</param>
    internal static ImmutableArray<string> United(ImmutableArray<string> lines, IEnumerable<ImmutableArray<string>> all) =>
    [
        .. OfTests(lines),
        .. all.SelectMany(each => each).Where(IsOfMutant).GroupBy(line => line.Split(' ')[1], StringComparer.Ordinal).Select(each => each.Min(StringComparer.Ordinal)!).Order(StringComparer.Ordinal),
    ];

    /// <summary>The lines of a golden run without what it says of mutants.</summary>
    internal static IEnumerable<string> OfTests(ImmutableArray<string> lines) => lines.Where(line => !IsOfMutant(line));

    private static bool IsOfMutant(string line) => line is [TestProtocol.Sign, OfMutant, ' ', ..];

    /// <summary>Reads what a golden run of tests has left in a store; null if it was a program's.</summary>
    internal static TestRecord? Of(ImmutableArray<string> lines)
    {
        if (!lines.Any(line => line.StartsWith(TestProtocol.Sign)))
        {
            return null;
        }

        var run = TestRun.Read(lines);
        var known = run.Known.Select(test => run.Results.TryGetValue(test.Number, out var result)
            ? test with { Duration = result.Duration, IsFlaky = result.State == TestProtocol.Flaky, IsSkipped = result.State == TestProtocol.Skipped }
            : test with { IsSkipped = true });
        var reaches = ImmutableDictionary.CreateBuilder<MutantId, Reach>();
        foreach (var line in lines.Where(IsOfMutant))
        {
            if (line.Split(' ') is [_, var id, var alone, var tests] && MutantId.TryParse(id, out var mutant))
            {
                reaches[mutant] = new Reach(TestRun.Numbers(tests), alone == "a" ? Alone : null);
            }
        }

        return new TestRecord(run.Digest, [.. known], reaches.ToImmutable());
    }

    /// <summary>The lines of a golden run without what the tests themselves have printed, flaky tests marked.</summary>
    internal static ImmutableArray<string> Lines(ImmutableArray<string> output, IReadOnlySet<int> flaky) =>
    [
        .. output
            .Where(line => line is [TestProtocol.Sign, TestProtocol.Count or TestProtocol.Known or TestProtocol.Ended, ..])
            .Select(line => line[1] == TestProtocol.Ended && line.Split(' ', 4) is [var sign, var number, _, var rest] && flaky.Contains(int.Parse(number, CultureInfo.InvariantCulture))
                ? $"{sign} {number} {TestProtocol.Flaky} {rest}" : line),
    ];

    /// <summary>The line that keeps which tests reach a mutant's site.</summary>
    internal static string Line(MutantId mutant, IEnumerable<int> tests, bool isAlone) =>
        $"{TestProtocol.Sign}{OfMutant} {mutant} {(isAlone ? "a" : "-")} {string.Join(',', tests)}";

    /// <summary>The outcomes of mutants that no test can judge.</summary>
    internal IEnumerable<Outcome> NotJudged(IEnumerable<MutantId> mutants, string workload)
    {
        foreach (var mutant in mutants)
        {
            var reach = Of(mutant);
            if (reach.Tests.IsEmpty)
            {
                yield return OutcomeClassifier.NotActivated(mutant, workload);
            }
            else if (!reach.Tests.Any(Judges))
            {
                yield return OutcomeClassifier.Flaky(mutant, workload, $"only flaky tests reach the site: {Tests[reach.Tests[0]].Name}");
            }
        }
    }
}
