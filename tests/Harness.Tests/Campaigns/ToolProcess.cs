using System.Diagnostics;
using Mutators.Campaign.Projects;

namespace Harness.Tests.Campaigns;

/// <summary>The built tool in a process of its own, as a user starts it.</summary>
internal static class ToolProcess
{
    /// <summary>Longer than any command of a test takes on a loaded machine.</summary>
    private const int PatienceMilliseconds = 300_000;

    /// <summary>Runs a command to its end.</summary>
    public static (int ExitCode, string Output, string Error) Run(string directory, params ReadOnlySpan<string> arguments) => ToItsEnd(Start(directory, arguments));

    /// <summary>Runs a command to its end where programs are looked for in a folder first, or only there: stand-ins for what is not installed.</summary>
    public static (int ExitCode, string Output, string Error) RunWithPrograms(string programs, string directory, ReadOnlySpan<string> arguments, bool onlyThese = false) =>
        ToItsEnd(Start(directory, arguments, onlyThese ? programs : programs + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH")));

    private static (int ExitCode, string Output, string Error) ToItsEnd(Process started)
    {
        using var process = started;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        Assert.IsTrue(process.WaitForExit(PatienceMilliseconds), "the tool does not end");
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts a command and kills it, with all it started, after some time; it may have ended before.</summary>
    public static void RunAndKill(string directory, int milliseconds, params ReadOnlySpan<string> arguments)
    {
        using var process = Start(directory, arguments);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit(milliseconds);
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Starts a command and interrupts it, as Ctrl-C does, when it has written a line that begins so on standard error.</summary>
    public static (int ExitCode, string Error) RunAndInterrupt(string directory, string atLine, params ReadOnlySpan<string> arguments)
    {
        using var process = Start(directory, arguments, hearsInterrupts: true);
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var error = new System.Text.StringBuilder();
        var isInterrupted = false;
        while (process.StandardError.ReadLine() is { } line)
        {
            error.Append(line).Append('\n');
            if (!isInterrupted && line.StartsWith(atLine, StringComparison.Ordinal))
            {
                isInterrupted = true;
                using var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                kill.WaitForExit();
            }
        }

        Assert.IsTrue(process.WaitForExit(PatienceMilliseconds), "the tool does not end");
        return (process.ExitCode, error.ToString());
    }

    private static Process Start(string directory, ReadOnlySpan<string> arguments, string? path = null, bool hearsInterrupts = false)
    {
        // What starts the tests in the background may have Ctrl-C ignored, which would be inherited.
        var start = new ProcessStartInfo(hearsInterrupts ? "env" : "dotnet", hearsInterrupts ? ["--default-signal=INT", "dotnet"] : [])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "dotnet-mutators.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var variable in MSBuildEnvironment.Variables)
        {
            start.Environment.Remove(variable);
        }

        if (path is not null)
        {
            start.Environment["PATH"] = path;
        }

        return Process.Start(start)!;
    }
}
