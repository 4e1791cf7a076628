using System.Runtime.CompilerServices;

namespace Xen.Toolstack.Libxl;

public enum LogLevel
{
    Debug,
    Verbose,
    Detail,
    Progress,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
}

/// <summary>
/// The log of one process, in libxl's form: <c>libxl: error: File.cs:12:Function: Domain 4:text</c>. Errors also go to the
/// process's standard error, whose last line is what a user gets to see.
/// </summary>
public sealed class LibxlLog
{
    private readonly List<string> lines = [];
    private readonly List<string> errorLines = [];

    public IReadOnlyList<string> Lines => lines;

    /// <summary>The lowest level that goes to standard error.</summary>
    public LogLevel Shown { get; private set; } = LogLevel.Progress;

    /// <summary>What goes to standard error.</summary>
    public IReadOnlyList<string> ErrorLines => errorLines;

    /// <summary>The text of the latest error without the place in the source, which every edit moves; empty when there was none.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>One level more goes to standard error.</summary>
    public void ShowMore()
    {
        if (Shown > LogLevel.Debug) Shown--;
    }

    public void Debug(int? domid, string text, [CallerMemberName] string function = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Write(LogLevel.Debug, domid, text, function, file, line);

    public void Warning(int? domid, string text, [CallerMemberName] string function = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Write(LogLevel.Warning, domid, text, function, file, line);

    public void Error(int? domid, string text, [CallerMemberName] string function = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Write(LogLevel.Error, domid, text, function, file, line);

    /// <summary>A line of the control library below libxl.</summary>
    public void Xc(string text)
    {
        lines.Add($"xc: error: {text}: Internal error");
        LastError = $"xc: error: {text}: Internal error";
    }

    /// <summary>A line that is no error, and is only of interest to who reads the log.</summary>
    public void Info(string text) => lines.Add(text);

    /// <summary>A line of the program itself, not of the library.</summary>
    public void Program(string text)
    {
        lines.Add(text);
        errorLines.Add(text);
        LastError = text;
    }

    private void Write(LogLevel level, int? domid, string text, string function, string file, int line)
    {
        var domain = domid is { } id ? $"Domain {id}:" : "";
        var name = level.ToString().ToLowerInvariant();
        var source = file[(file.LastIndexOfAny(['/', '\\']) + 1)..];
        lines.Add($"libxl: {name}: {source}:{line}:{function}: {domain}{text}");
        if (level >= Shown) errorLines.Add(lines[^1]);
        if (level >= LogLevel.Error) LastError = $"libxl: {name}: {function}: {domain}{text}";
    }
}
