using System.Collections.Immutable;
using System.Globalization;
using Mutators.Agent;

namespace Mutators.Campaign.Workloads;

/// <summary>How a test ended.</summary>
/// <param name="State">One of <see cref="TestProtocol"/>'s letters.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Text">The framework's message and stack of a test that failed.</param>
internal sealed record TestResult(string State, TimeSpan Duration, string Text)
{
    /// <summary>Whether it failed, or took its process down.</summary>
    public bool IsFailed => State is TestProtocol.Failed or TestProtocol.Died;
}

/// <summary>What a run of tests has said by its output, as <see cref="TestProtocol"/> has it; what the tests themselves print is left out.</summary>
internal sealed class TestRun
{
    private TestRun()
    {
    }

    /// <summary>A digest of the tests' names; empty if the host did not come so far.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>The tests, if the run was asked to name them.</summary>
    public List<KnownTest> Known { get; } = [];

    /// <summary>What became of tests, in the order of their end; a test of several rows that are no tests of their own has the worst of theirs.</summary>
    public Dictionary<int, TestResult> Results { get; } = [];

    /// <summary>The test that had begun last: where a process died, the one that was under way.</summary>
    public int? Last { get; private set; }

    /// <summary>The tests that had begun.</summary>
    public HashSet<int> Begun { get; } = [];

    /// <summary>Whether the tests were through, and some were being repeated: how the process ends then says nothing of the first time.</summary>
    public bool IsRepeating => _rounds.Count > 0;

    /// <summary>The first test that ended another way when it was repeated; null if none did.</summary>
    public int? Unsteady => _rounds.SelectMany(round => round)
        .Where(each => each.Value is { } isFailed && isFailed != (Results.TryGetValue(each.Key, out var first) && first.IsFailed))
        .Select(each => (int?)each.Key)
        .FirstOrDefault();

    /// <summary>What became of tests each time that they were repeated: of several rows one that fails is enough; null of a test that did not end.</summary>
    private readonly List<Dictionary<int, bool?>> _rounds = [];

    /// <summary>Each test with the sites it reaches; -1 for what was reached between tests.</summary>
    public List<(int Test, ImmutableArray<int> Sites)> Reached { get; } = [];

    /// <summary>The sites that were reached while a type was initialised.</summary>
    public HashSet<int> Initialising { get; } = [];

    /// <summary>How often each site was reached.</summary>
    public Dictionary<int, long> Hits { get; } = [];

    /// <summary>Reads a run's output.</summary>
    public static TestRun Read(IEnumerable<string> output)
    {
        var run = new TestRun();
        foreach (var line in output)
        {
            if (line is [TestProtocol.Sign, var kind, ' ', ..])
            {
                run.Add(kind, line[3..]);
            }
        }

        return run;
    }

    /// <summary>Numbers with commas between them.</summary>
    public static ImmutableArray<int> Numbers(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(each => int.Parse(each, CultureInfo.InvariantCulture))];

    private void Add(char kind, string rest)
    {
        switch (kind)
        {
            case TestProtocol.Count when rest.Split(' ') is [_, var digest]:
                Digest = digest;
                break;
            case TestProtocol.Known when rest.Split(' ', 2) is [var number, var named] && named.Split('|', 2) is [var type, var name]:
                Known.Add(new KnownTest(int.Parse(number, CultureInfo.InvariantCulture), type, name, TimeSpan.Zero));
                break;
            case TestProtocol.Started:
                Last = int.Parse(rest, CultureInfo.InvariantCulture);
                Begun.Add(Last.Value);
                break;
            case TestProtocol.Repeated:
                AddRepeat(rest.Split(' '));
                break;
            case TestProtocol.Ended when rest.Split(' ', 5) is [var number, var state, var micros, _, var text]:
                AddResult(int.Parse(number, CultureInfo.InvariantCulture),
                    new TestResult(state, TimeSpan.FromMicroseconds(long.Parse(micros, CultureInfo.InvariantCulture)), text.Replace(TestProtocol.LineEnd, '\n')));
                break;
            case TestProtocol.Reached when rest.Split(' ', 2) is [var number, var sites]:
                Reached.Add((int.Parse(number, CultureInfo.InvariantCulture), Numbers(sites)));
                break;
            case TestProtocol.Initialising:
                Initialising.UnionWith(Numbers(rest));
                break;
            case TestProtocol.Hits when rest.Split(' ') is [var site, var count]:
                Hits[int.Parse(site, CultureInfo.InvariantCulture)] = long.Parse(count, CultureInfo.InvariantCulture);
                break;
        }
    }

    private void AddRepeat(string[] words)
    {
        var test = int.Parse(words[0], CultureInfo.InvariantCulture);
        if (test == TestProtocol.NextRound)
        {
            _rounds.Add([]);
        }
        else if (_rounds is [.., var round])
        {
            round[test] = words.Length > 1 ? words[1] == TestProtocol.Failed || round.GetValueOrDefault(test) is true : round.GetValueOrDefault(test);
        }
    }

    private void AddResult(int number, TestResult result)
    {
        Begun.Add(number);
        if (!Results.TryGetValue(number, out var before) || (!before.IsFailed && result.State != TestProtocol.Skipped))
        {
            Results[number] = result;
        }
    }
}
