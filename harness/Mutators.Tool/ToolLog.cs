using System.Globalization;
using Microsoft.Extensions.Logging;
using Mutators.Reporting;

namespace Mutators.Tool;

/// <summary>
/// Progress for people: messages as they are, on standard error, so that standard output holds nothing but data. On a terminal the last line says what is
/// under way and is overwritten. A file, if there is one, has everything with its time.
/// </summary>
/// <param name="verbosity">How much of it is shown.</param>
/// <param name="file">The file; null for none.</param>
/// <param name="hasStatus">Whether a terminal shows what is under way.</param>
internal sealed class ToolLog(Verbosity verbosity, string? file = null, bool hasStatus = true) : ILogger, IDisposable
{
    /// <summary>Some terminals do not say how wide they are.</summary>
    private const int MinimumWidth = 20;

    /// <summary>Where a message's text begins, behind the word that says what it is about.</summary>
    private const int TextColumn = 11;

    /// <summary>The same, of a line that says what became of a mutant.</summary>
    private const int PlaceColumn = 21;

    private readonly Lock _gate = new();
    private readonly StreamWriter? _file = file is null ? null : new StreamWriter(file, append: false) { AutoFlush = true, NewLine = "\n" };
    private readonly bool _isTerminal = hasStatus && !Console.IsErrorRedirected && verbosity >= Verbosity.Minimal;
    private bool _hasStatus;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => _file is not null || IsShown(logLevel) || _isTerminal;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = formatter(state, exception);
        Keep(text);
        if (IsShown(logLevel))
        {
            Print(text, TextColumn);
        }
        else if (logLevel is LogLevel.Debug)
        {
            Status(text);
        }
    }

    /// <summary>Says what became of a mutant.</summary>
    internal void Mutant(string text)
    {
        Keep(text);
        if (verbosity >= Verbosity.Normal)
        {
            Print(text, PlaceColumn);
        }
    }

    /// <summary>Shows a line that the next one overwrites; nothing where there is no terminal.</summary>
    internal void Status(string text)
    {
        if (_isTerminal)
        {
            lock (_gate)
            {
                var width = Math.Max(MinimumWidth, Console.WindowWidth - 1);
                Console.Error.Write("\r" + (text.Length > width ? text[..(width - 1)] + "…" : text.PadRight(width)));
                _hasStatus = true;
            }
        }
    }

    /// <summary>Takes the overwritten line away.</summary>
    internal void ClearStatus()
    {
        lock (_gate)
        {
            if (_hasStatus)
            {
                Console.Error.Write("\r" + new string(' ', Math.Max(MinimumWidth, Console.WindowWidth - 1)) + "\r");
                _hasStatus = false;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ClearStatus();
        _file?.Dispose();
    }

    private bool IsShown(LogLevel level) => level >= verbosity switch
    {
        Verbosity.Quiet => LogLevel.Warning,
        Verbosity.Detailed => LogLevel.Debug,
        Verbosity.Diagnostic => LogLevel.Trace,
        _ => LogLevel.Information,
    };

    private void Print(string text, int column)
    {
        lock (_gate)
        {
            ClearStatus();
            Console.Error.WriteLine(Console.IsErrorRedirected ? text : HangingText.Wrap(text, Math.Max(MinimumWidth, Console.WindowWidth), column));
        }
    }

    private void Keep(string text)
    {
        if (_file is not null)
        {
            lock (_gate)
            {
                _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {text}"));
            }
        }
    }
}
