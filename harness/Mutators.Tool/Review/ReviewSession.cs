using System.Runtime.InteropServices;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Reviews;
using Mutators.Reporting.Review;

namespace Mutators.Tool.Review;

/// <summary>A reviewer at a terminal, who walks through mutants and decides about them, one key at a time.</summary>
/// <param name="items">The mutants.</param>
/// <param name="notes">Where decisions are kept.</param>
/// <param name="actions">What can be done beside deciding.</param>
internal sealed class ReviewSession(IReadOnlyList<ReviewItem> items, DecisionNotes notes, ReviewActions actions)
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);

    private readonly List<ReviewItem> _items = [.. items];
    private readonly ReviewScreen _screen = new(Console.Out, Environment.GetEnvironmentVariable("NO_COLOR") is null or "");

    // The terminal's size changes at any time, and the process is told to end at any time: signals come on threads of their own.
    private readonly Lock _drawing = new();
    private int _index;
    private int _scroll;
    private string _message = "";
    private bool _isShown;
    private bool _isAway;

    /// <summary>How many decisions were taken or taken back.</summary>
    internal int Decided { get; private set; }

    /// <summary>Walks until the reviewer has enough, or the process is told to end.</summary>
    internal void Run()
    {
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var lost = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        using var resized = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Redraw());
        _screen.Alone(() =>
        {
            // Puts the terminal's echo off before the first page: a key typed between that page and the first read would stand in it.
            _ = Console.KeyAvailable;
            _isShown = true;
            var goesOn = true;
            while (goesOn)
            {
                Redraw();
                var key = NextKey();
                _message = "";
                goesOn = Obey(key);
            }

            lock (_drawing)
            {
                _isShown = false;
            }
        });
    }

    private ReviewItem Item => _items[_index];

    private bool Obey(ConsoleKeyInfo key)
    {
        switch (key)
        {
            case { KeyChar: 'q' } or { Key: ConsoleKey.Escape }:
                return false;
            case { KeyChar: 'n' or ' ' or '\r' or '\n' } or { Key: ConsoleKey.RightArrow }:
                Go(_index + 1);
                break;
            case { KeyChar: 'p' } or { Key: ConsoleKey.LeftArrow }:
                Go(_index - 1);
                break;
            case { KeyChar: 'j' } or { Key: ConsoleKey.DownArrow }:
                _scroll++;
                break;
            case { KeyChar: 'k' } or { Key: ConsoleKey.UpArrow }:
                _scroll--;
                break;
            case { Key: ConsoleKey.PageDown }:
                _scroll += Math.Max(1, Console.WindowHeight / 2);
                break;
            case { Key: ConsoleKey.PageUp }:
                _scroll -= Math.Max(1, Console.WindowHeight / 2);
                break;
            case { KeyChar: 'e' }:
                Dismiss(Dismissal.Equivalent);
                break;
            case { KeyChar: 'a' }:
                Dismiss(Dismissal.Accepted);
                break;
            case { KeyChar: 'u' }:
                Withdraw();
                break;
            case { KeyChar: 'o' }:
                _message = "a moment …";
                Redraw();
                _message = actions.Open(Item.Result.Mutant);
                break;
            case { KeyChar: 'r' }:
                Leave(() => actions.RunAgain(Item.Result.Mutant));
                break;
            case { KeyChar: 't' }:
                Leave(() => actions.Trace(Item.Result.Mutant));
                break;
            default:
                _message = "No such key.";
                break;
        }

        return true;
    }

    private void Go(int index)
    {
        if (index < 0 || index >= _items.Count)
        {
            _message = index < 0 ? "This is the first one." : "This is the last one: q quits.";
            return;
        }

        _index = index;
        _scroll = 0;
    }

    private void Dismiss(Dismissal dismissal)
    {
        if (Ask($"{ReviewDecision.Key(dismissal)}, because: ") is not { } reason)
        {
            _message = "Nothing was decided: a decision needs a reason.";
            return;
        }

        var mutant = Item.Result.Mutant;
        lock (_drawing)
        {
            _items[_index] = Item with { Decision = notes.Dismiss(mutant.Id, mutant.Commit, dismissal, reason) };
        }

        Decided++;
        var decided = _message = $"{mutant.Id} is {_items[_index].Decision!.InWords}";
        if (_index + 1 < _items.Count)
        {
            Go(_index + 1);
            _message = decided;
        }
    }

    private void Withdraw()
    {
        lock (_drawing)
        {
            if (!notes.Withdraw(Item.Result.Mutant.Id))
            {
                _message = "There is no decision to take back.";
                return;
            }
        }

        _items[_index] = Item with { Decision = null };
        Decided++;
        _message = "The decision is taken back.";
    }

    /// <summary>A line of text; null if it is left empty, or given up with Escape.</summary>
    private string? Ask(string question)
    {
        var typed = "";
        while (true)
        {
            _message = question + typed + "_";
            Redraw();
            var key = NextKey();
            switch (key.Key)
            {
                case ConsoleKey.Escape:
                    return null;
                case ConsoleKey.Enter:
                    return string.IsNullOrWhiteSpace(typed) ? null : typed;
                case ConsoleKey.Backspace when typed.Length > 0:
                    typed = typed[..^1];
                    break;
                default:
                    typed += char.IsControl(key.KeyChar) ? "" : key.KeyChar.ToString();
                    break;
            }
        }
    }

    /// <summary>Lets another command have the terminal, until the reviewer has read what it says.</summary>
    private void Leave(Action work)
    {
        lock (_drawing)
        {
            (_isShown, _isAway) = (false, true);
        }

        Console.Out.Write("\e[2J\e[H");
        work();
        _isAway = false;
        Console.Out.Write("\nAny key goes back to the review. ");
        NextKey();
        _isShown = true;
    }

    /// <summary>
    /// Ends the process, since the thread that waits for a key cannot be asked to stop: .NET reads keys by blocking, and keys that were typed
    /// between two readings on another thread would be echoed or lost. Nothing is left to do: each decision is in git once it is taken.
    /// </summary>
    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (signal.Signal is PosixSignal.SIGINT && _isAway)
        {
            // Ctrl-C is meant for the command that has the terminal, which is told too.
            return;
        }

        // Not while a decision is being written. But a terminal that takes no more text keeps whoever draws for ever.
        var isFree = _drawing.TryEnter(patience);
        actions.Stop();
        if (isFree && signal.Signal is not PosixSignal.SIGHUP)
        {
            _screen.Leave();
            Console.Error.WriteLine("interrupted: every decision so far is kept.");
        }

        Environment.Exit((int)ExitCode.Interrupted);
    }

    private void Redraw()
    {
        lock (_drawing)
        {
            if (!_isShown)
            {
                return;
            }

            string[] keys = ["n next", "p previous", "e equivalent", "a accept", "u undo", "o open", "r run again", "t trace", "q quit"];
            var page = new Page($"{_index + 1} of {_items.Count}  {Item.Result.Mutant.Id}  {Item.Outcome.Mode.Words}", ReviewPage.Of(Item), _message, keys);
            try
            {
                _scroll = _screen.Draw(page, Console.WindowWidth, Console.WindowHeight, _scroll);
            }
            catch (IOException)
            {
                // The terminal is gone, and with it whoever reads and whoever could be told.
                Environment.Exit((int)ExitCode.Interrupted);
            }
        }
    }

    private static ConsoleKeyInfo NextKey()
    {
        try
        {
            return Console.ReadKey(intercept: true);
        }
        catch (Exception lost) when (lost is IOException or InvalidOperationException)
        {
            // As above; .NET says either, by what it was about.
            Environment.Exit((int)ExitCode.Interrupted);
            throw;
        }
    }
}
