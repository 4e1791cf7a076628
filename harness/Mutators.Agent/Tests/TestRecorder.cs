using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Mutators.Agent;

/// <summary>Takes what an adapter tells of tests, and tells the harness.</summary>
/// <param name="output">The process's standard output, whatever the tests do to the console.</param>
/// <param name="isFull">Whether passed tests are told too.</param>
/// <param name="stopsAtFailure">Whether a failed test ends the run.</param>
internal sealed class TestRecorder(Stream output, bool isFull, bool stopsAtFailure)
{
    private readonly HashSet<int> started = [];
    private readonly Dictionary<int, (long Micros, long Ticks)> ended = [];
    private int current = -1;
    private long began;

    /// <summary>Told when a test begins, and when none is under way any more.</summary>
    internal Action<int?>? Moved { get; init; }

    /// <summary>The ticks that the test under way has spent.</summary>
    internal Func<long>? Ticks { get; init; }

    /// <summary>What ends the adapter's run.</summary>
    internal Action? Stop { get; init; }

    /// <summary>Whether the run is to end: a test has failed, and that is all there was to know.</summary>
    internal bool IsStopped { get; private set; }

    /// <summary>The tests that have failed.</summary>
    internal HashSet<int> Failed { get; } = [];

    /// <summary>Whether what is told are repetitions: <see cref="TestProtocol.Repeated"/>.</summary>
    internal bool Repeats { get; init; }

    internal void Started(int number)
    {
        if (!IsStopped)
        {
            Begin(number);
        }
    }

    internal void Ended()
    {
        if (current >= 0)
        {
            ended[current] = Spent();
            current = -1;
            Moved?.Invoke(null);
        }
    }

    internal void Result(int number, string state, string text)
    {
        if (IsStopped || number < 0)
        {
            return;
        }

        if (!started.Contains(number))
        {
            // An adapter may leave out the beginning of a test that fails before it begins.
            Begin(number);
        }

        if (Repeats)
        {
            Print($"{TestProtocol.Repeated} {number} {state}");
        }
        else if (isFull || state == TestProtocol.Failed)
        {
            var (micros, ticks) = ended.TryGetValue(number, out var spent) ? spent : Spent();
            Print(string.Create(CultureInfo.InvariantCulture, $"{TestProtocol.Ended} {number} {state} {micros} {ticks} {Escaped(text)}"));
        }

        if (state == TestProtocol.Failed)
        {
            Failed.Add(number);
            if (stopsAtFailure)
            {
                IsStopped = true;
                Stop?.Invoke();
            }
        }
    }

    /// <summary>Prints a line of the protocol, in one write, behind whatever a test has printed.</summary>
    internal void Print(string line)
    {
        output.Write(Encoding.UTF8.GetBytes($"\n{TestProtocol.Sign}{line}\n"));
        output.Flush();
    }

    private (long Micros, long Ticks) Spent() => ((long)Stopwatch.GetElapsedTime(began).TotalMicroseconds, Ticks?.Invoke() ?? 0);

    private void Begin(int number)
    {
        started.Add(number);
        current = number;
        if (number >= 0)
        {
            Print(Repeats ? $"{TestProtocol.Repeated} {number}" : $"{TestProtocol.Started} {number}");
            Moved?.Invoke(number);
        }

        began = Stopwatch.GetTimestamp();
    }

    private static string Escaped(string text)
    {
        const int Most = 4000;
        return (text.Length > Most ? text[..Most] : text).ReplaceLineEndings(TestProtocol.LineEnd.ToString());
    }
}
