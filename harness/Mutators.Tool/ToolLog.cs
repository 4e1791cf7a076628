using Microsoft.Extensions.Logging;

namespace Mutators.Tool;

/// <summary>Progress for people: messages as they are, on standard error, so that standard output holds nothing but data.</summary>
internal sealed class ToolLog : ILoggerProvider, ILogger
{
    private static readonly Lock gate = new();

    /// <summary>The logger that every verb uses.</summary>
    internal static ILogger Create() => LoggerFactory.Create(builder => builder.AddProvider(new ToolLog())).CreateLogger("mutators");

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (gate)
            {
                Console.Error.WriteLine(formatter(state, exception));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
