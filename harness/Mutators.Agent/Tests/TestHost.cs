using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Mutators.Agent;

/// <summary>
/// A test project as a program: its arguments name tests, and what it prints says what became of them (<see cref="TestProtocol"/>). A test's number is its
/// place in the order of names, which is the same in every process.
/// </summary>
internal sealed class TestHost
{
    /// <summary>Tests of the first call of the adapter, and how much longer each next one is: a call costs a millisecond or more, and a failure ends the run only with the call.</summary>
    private const int FirstCall = 16;
    private const int Growth = 4;

    private readonly Assembly assembly;
    private readonly TestChoice choice;
    private readonly Stream output = Console.OpenStandardOutput();
    private readonly Func<long>? ticksUsed;
    private readonly Action<long>? allowTicks;
    private readonly Func<bool>? areTicksSpent;
    private TestAdapter? adapter;
    private FoundTest[] tests = [];
    private string[] names = [];
    private string digest = "";
    private int underWay = -1;
    private bool isGolden;
    private long[] goldenTicks = [];
    private SiteRecorder? sites;

    /// <param name="assembly">The tests.</param>
    /// <param name="choice">Which of them; there are no others.</param>
    /// <param name="ticksUsed">The ticks that were spent since some were allowed; null where nothing counts them.</param>
    /// <param name="allowTicks">Allows so many ticks from now on; 0 for any number.</param>
    /// <param name="areTicksSpent">Whether the run is beyond its ticks.</param>
    internal TestHost(Assembly assembly, TestChoice choice, Func<long>? ticksUsed = null, Action<long>? allowTicks = null, Func<bool>? areTicksSpent = null)
    {
        this.assembly = assembly;
        this.choice = choice;
        this.ticksUsed = ticksUsed;
        this.allowTicks = allowTicks;
        this.areTicksSpent = areTicksSpent;
    }

    /// <summary>Ticks that any test may spend: a test that is short in golden may rightly do much more.</summary>
    internal const long MinimumTicks = 20_000_000;

    /// <summary>How many times golden's ticks a test may spend: as many times as golden's time, with something to spare.</summary>
    internal const long TickFactor = 20;

    /// <summary>Where the tests' assemblies of the next run come from; null for those that the process holds.</summary>
    internal FreshContext? Context { get; set; }

    /// <summary>Runs tests.</summary>
    /// <param name="arguments">A mode and the tests; see <see cref="TestProtocol"/>.</param>
    /// <returns>0, whatever became of the tests; 2 if there are none that could be run.</returns>
    internal int Run(string[] arguments)
    {
        isGolden = arguments[0] == TestProtocol.Golden;
        var isFull = arguments[0] is TestProtocol.Golden or TestProtocol.Coverage;
        if (arguments[0] == TestProtocol.Coverage)
        {
            sites = new SiteRecorder();
        }

        var recorder = new TestRecorder(output, isFull, stopsAtFailure: arguments[0] == TestProtocol.UntilFailure)
        {
            Moved = Moved,
            Ticks = ticksUsed,
            Stop = () => adapter!.Cancel(),
        };
        if (adapter is null && !Discover())
        {
            Console.Error.WriteLine("No adapter of a test framework lies beside the tests.");
            return 2;
        }

        recorder.Print($"{TestProtocol.Count} {tests.Length} {digest}");
        if (isFull && arguments[1] == TestProtocol.All)
        {
            for (var i = 0; i < tests.Length; i++)
            {
                recorder.Print($"{TestProtocol.Known} {i} {tests[i].Method[..Math.Max(0, tests[i].Method.LastIndexOf('.'))]}|{names[i]}");
            }
        }

        using var scope = Context?.EnterContextualReflection();
        foreach (var call in Calls(arguments[0], arguments[1]))
        {
            adapter!.Run([.. call.Select(number => (number, tests[number]))], recorder);
            if (recorder.IsStopped || areTicksSpent?.Invoke() is true)
            {
                break;
            }
        }

        if (!isFull && areTicksSpent?.Invoke() is not true)
        {
            Repeat(arguments, recorder.Failed);
        }

        foreach (var line in sites?.Lines() ?? [])
        {
            recorder.Print(line);
        }

        recorder.Print($"{TestProtocol.Through} ");
        return 0;
    }

    /// <summary>
    /// A failure that does not come again, or comes only now and then, is no verdict: tests that failed are run once more, and where a race is possible
    /// those that passed as well. The harness looks into what differs.
    /// </summary>
    private void Repeat(string[] arguments, HashSet<int> failed)
    {
        var asked = arguments.Length > 2 ? int.Parse(arguments[2], CultureInfo.InvariantCulture) : 0;
        var numbers = failed.Count > 0 ? [.. failed.Order()] : asked > 0 ? Calls(TestProtocol.Matrix, arguments[1]).Single() : [];
        for (var round = 0; round < Math.Max(asked, TestProtocol.FailuresRepeated) && numbers.Length > 0 && areTicksSpent?.Invoke() is not true; round++)
        {
            var recorder = new TestRecorder(output, isFull: true, stopsAtFailure: false) { Moved = Moved, Ticks = ticksUsed, Repeats = true };
            recorder.Print($"{TestProtocol.Repeated} {TestProtocol.NextRound}");
            adapter!.Run([.. numbers.Select(number => (number, tests[number]))], recorder);
        }
    }

    private bool Discover()
    {
        sites?.IsDiscovering = true;
        adapter = TestAdapter.Beside(assembly);
        if (adapter is null)
        {
            return false;
        }

        var discovered = adapter.Discover();
        sites?.IsDiscovering = false;
        var found = discovered.Select(test => (Test: test, Name: Named(test))).Where(each => choice.Includes(each.Name)).OrderBy(each => each.Name, StringComparer.Ordinal).ToList();
        tests = [.. found.Select(each => each.Test)];

        // Rows of data that print alike are told apart by their place.
        names = new string[found.Count];
        for (var (i, same) = (0, 0); i < names.Length; i++)
        {
            same = i > 0 && found[i].Name == found[i - 1].Name ? same + 1 : 0;
            names[i] = same == 0 ? found[i].Name : string.Create(CultureInfo.InvariantCulture, $"{found[i].Name} #{same + 1}");
        }

        goldenTicks = new long[names.Length];
        digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', names))))[..16];
        return true;
    }

    private IEnumerable<int[]> Calls(string mode, string named)
    {
        var numbers = named == TestProtocol.All ? Enumerable.Range(0, tests.Length).ToArray() : [.. named.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        if (mode != TestProtocol.UntilFailure)
        {
            yield return numbers;
            yield break;
        }

        for (var (at, size) = (0, FirstCall); at < numbers.Length; at += size, size *= Growth)
        {
            yield return numbers[at..Math.Min(numbers.Length, at + size)];
        }
    }

    private void Moved(int? test)
    {
        sites?.Begin(test);
        if (test is { } number)
        {
            allowTicks?.Invoke(isGolden ? 0 : Math.Max(MinimumTicks, TickFactor * goldenTicks[number]));
            underWay = number;
        }
        else if (underWay >= 0)
        {
            if (isGolden && ticksUsed is not null)
            {
                goldenTicks[underWay] = Math.Max(goldenTicks[underWay], ticksUsed());
            }

            underWay = -1;
        }
    }

    /// <summary>Class, method and whatever tells the rows of one method apart.</summary>
    private static string Named(FoundTest test)
    {
        var (method, display) = (test.Method, test.Display);
        var plain = display.IndexOf('(', StringComparison.Ordinal) is var at and > 0 ? display[..at].TrimEnd() : display;
        var name = display.StartsWith(method, StringComparison.Ordinal) ? display
            : method.EndsWith('.' + plain, StringComparison.Ordinal) ? method[..^plain.Length] + display
            : $"{method}: {display}";
        return name.ReplaceLineEndings(" ");
    }
}
