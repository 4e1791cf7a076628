using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Mutators.Campaign.Projects;

namespace Harness.Tests.Review;

/// <summary>The built tool on a pseudo-terminal: keys go in, and what a person would see comes out.</summary>
internal sealed partial class Terminal : IDisposable
{
    /// <summary>Longer than a process takes to draw a page on a loaded machine.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly FileStream _master;
    private readonly Process _process;
    private readonly StringBuilder _seen = new();
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _more = new(0);
    private readonly Task _reading;
    private readonly string _name;
    private volatile bool _isGone;

    public Terminal(string directory, int columns, int rows, params ReadOnlySpan<string> arguments)
    {
        var descriptor = PosixOpenPt(ReadWrite | NoControllingTerminal | CloseOnExec);
        Assert.IsGreaterThanOrEqualTo(0, descriptor);
        Assert.AreEqual(0, GrantPt(descriptor));
        Assert.AreEqual(0, UnlockPt(descriptor));
        var name = new byte[LongestName];
        Assert.AreEqual(0, PtsName(descriptor, name, (nuint)name.Length));
        _name = Encoding.UTF8.GetString(name).TrimEnd('\0');
        _master = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        Resize(columns, rows);

        // A session of its own, of which the pseudo-terminal is the terminal: as a shell in a window starts a program. What starts the tests
        // in the background may have Ctrl-C ignored, which would be inherited.
        var start = new ProcessStartInfo("sh") { WorkingDirectory = directory };
        foreach (var argument in (string[])["-c", "exec setsid --ctty --wait env --default-signal=INT,HUP \"$@\" <\"$0\" >\"$0\" 2>&1", _name, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "dotnet-mutators.dll"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var variable in MSBuildEnvironment.Variables)
        {
            start.Environment.Remove(variable);
        }

        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        _process = Process.Start(start)!;
        _reading = Task.Run(Read);
    }

    /// <summary>What was drawn last, line by line, without colours: the last page that is whole, or what another command has written behind it.</summary>
    public IReadOnlyList<string> Screen
    {
        get
        {
            lock (_gate)
            {
                var all = _seen.ToString();
                var begun = all.LastIndexOf("\e[?2026h", StringComparison.Ordinal);
                all = begun > all.LastIndexOf("\e[?2026l", StringComparison.Ordinal) ? all[..begun] : all;
                var cleared = all.LastIndexOf("\e[2J", StringComparison.Ordinal);
                return [.. Escapes().Replace(cleared < 0 ? all : all[cleared..], "").ReplaceLineEndings("\n").Split('\n')];
            }
        }
    }

    /// <summary>All that was ever written, colours included.</summary>
    public string Everything
    {
        get
        {
            lock (_gate)
            {
                return _seen.ToString();
            }
        }
    }

    public void Send(string keys) => _master.Write(Encoding.UTF8.GetBytes(keys));

    public void Resize(int columns, int rows)
    {
        var size = new WindowSize { Rows = (ushort)rows, Columns = (ushort)columns };
        Assert.AreEqual(0, IoCtl((int)_master.SafeFileHandle.DangerousGetHandle(), SetWindowSize, ref size));
    }

    /// <summary>Sends the process a signal, named as <c>kill</c> does.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>The window is closed: the terminal is no more.</summary>
    public void Close()
    {
        // The reader holds the terminal open until there is something to read.
        _isGone = true;
        Resize(90, 30);
        Assert.IsTrue(_reading.Wait(patience));
        _master.Dispose();
    }

    /// <summary>How the terminal is set, as <c>stty -a</c> says it: <c>echo</c>, <c>-icanon</c>.</summary>
    public IReadOnlyList<string> Settings
    {
        get
        {
            var start = new ProcessStartInfo("stty", ["-a", "-F", _name]) { RedirectStandardOutput = true };
            using var stty = Process.Start(start)!;
            return stty.StandardOutput.ReadToEnd().Split([' ', '\n', ';'], StringSplitOptions.RemoveEmptyEntries);
        }
    }

    /// <summary>Waits until the screen shows a text, and returns it.</summary>
    public IReadOnlyList<string> Until(string text) => Until(screen => screen.Any(line => line.Contains(text, StringComparison.Ordinal)), text);

    /// <summary>Waits until the screen is as wanted, and returns it.</summary>
    public IReadOnlyList<string> Until(Func<IReadOnlyList<string>, bool> wanted, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Screen is var screen && wanted(screen))
            {
                return screen;
            }

            Assert.IsTrue(_more.Wait(patience) && Stopwatch.GetElapsedTime(began) < patience, $"Never shown: {what}. Last:\n{string.Join('\n', Screen)}");
        }
    }

    /// <summary>Waits for the end.</summary>
    public int End()
    {
        Assert.IsTrue(_process.WaitForExit(patience), $"It does not end. Last:\n{string.Join('\n', Screen)}");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _reading.Wait(patience);
        _master.Dispose();
        _process.Dispose();
        _more.Dispose();
    }

    private void Read()
    {
        var buffer = new byte[1 << 14];
        var decoder = Encoding.UTF8.GetDecoder();
        var characters = new char[1 << 14];
        try
        {
            while (!_isGone && _master.Read(buffer) is > 0 and var count)
            {
                var length = decoder.GetChars(buffer.AsSpan(0, count), characters, flush: false);
                lock (_gate)
                {
                    _seen.Append(characters, 0, length);
                }

                _more.Release();
            }
        }
        catch (IOException)
        {
            // The other side is closed: the program has ended.
        }
    }

    private const int LongestName = 64;
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;

    /// <summary>A program that held both sides of its own terminal would never see it closed.</summary>
    private const int CloseOnExec = 0x80000;

    private const ulong SetWindowSize = 0x5414;

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelsWide;
        public ushort PixelsHigh;
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int PosixOpenPt(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int GrantPt(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int UnlockPt(int descriptor);

    /// <summary>Not <c>ptsname</c>, whose answer the next caller overwrites: two tests that began at once were given one terminal.</summary>
    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int PtsName(int descriptor, [Out] byte[] name, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoCtl(int descriptor, ulong request, ref WindowSize size);

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]|\e[=>]|\e\][^\a]*\a|\e[()][A-Z0-9]")]
    private static partial Regex Escapes();
}
