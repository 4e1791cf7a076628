using System.Diagnostics;
using Xen.XenHost;
using Xen.XenWorkloads;

namespace Samples.Tests.XenHost;

/// <summary>A host on real sockets in a folder of its own; its clock goes on by a millisecond with every turn, whatever the wall says.</summary>
internal sealed class LiveHost : IDisposable
{
    /// <summary>Nothing here takes longer, unless it hangs.</summary>
    private const int MaxTurns = 60_000;

    private readonly HostLoop loop;

    public LiveHost()
    {
        Folder = new RunFolder(Directory.CreateTempSubdirectory("xs").FullName);
        Machine = PlayHost.Boot(1);
        loop = new HostLoop(Machine, Folder, new SteppingTime());
    }

    public RunFolder Folder { get; }

    public Machine Machine { get; }

    public HostLoop Loop => loop;

    public RawClient Connect() => new(this);

    public void Turn() => loop.Turn(1);

    public void TurnUntil(Func<bool> condition, string what)
    {
        for (var turn = 0; !condition(); turn++)
        {
            Assert.IsLessThan(MaxTurns, turn, $"the host never comes to: {what}");
            loop.Turn(1);
        }
    }

    /// <summary>Runs one of Debian's xenstore tools against this host. The test is inconclusive where they cannot be had.</summary>
    public ToolRun Tool(string name, params IEnumerable<string> arguments)
    {
        using var process = Start(name, arguments);
        TurnUntil(() => process.Ended, $"the end of {name}");
        return process.Result();
    }

    public ToolProcess Start(string name, params IEnumerable<string> arguments) => new(Folder, name, arguments);

    /// <summary>Runs an xl command as samples/xl does.</summary>
    public ToolRun Xl(string directory, params IReadOnlyList<string> arguments)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var command = Task.Run(() => new XlCommand(Folder, directory, output, error).Run(arguments));
        TurnUntil(() => command.IsCompleted, $"the end of xl {string.Join(' ', arguments)}");
        return new ToolRun(command.Result, Text(output), Text(error));
    }

    public void Dispose()
    {
        loop.Dispose();
        Directory.Delete(Folder.Path, recursive: true);
    }

    private static string Text(MemoryStream stream) => System.Text.Encoding.UTF8.GetString(stream.ToArray());

    private sealed class SteppingTime : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => now++;
    }
}

/// <summary>What a command has printed, and how it ended.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error);

/// <summary>A client tool that is running.</summary>
internal sealed class ToolProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    public ToolProcess(RunFolder folder, string name, IEnumerable<string> arguments)
    {
        if (Find(name) is not { } path)
        {
            Assert.Inconclusive($"{name} is not installed: apt-get install xenstore-utils");
            throw new InvalidOperationException("not reached");
        }
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XENSTORED_RUNDIR"] = folder.Path;
        process = Process.Start(start)!;
        output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEndAsync();
    }

    public bool Ended => process.HasExited;

    public ToolRun Result()
    {
        process.WaitForExit();
        return new ToolRun(process.ExitCode, output.Result, error.Result);
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':')
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}
