namespace Xen.Hypervisor;

/// <summary>The programs of Dom0 that are executed by their path, and the processes that run them, by process id.</summary>
public sealed class Executables(Host host)
{
    private const int FirstProcessId = 1000;
    private const string ProcessKind = "process";

    private readonly SortedDictionary<string, Action<Component, IReadOnlyList<string>>> programs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, Component> processes = [];
    private int lastProcessId = FirstProcessId;

    /// <summary>Puts a program at a path: what it does as a process, with which arguments.</summary>
    public void Install(string path, Action<Component, IReadOnlyList<string>> main) => programs[path] = main;

    public bool Remove(string path) => programs.Remove(path);

    /// <summary>access(path, X_OK).</summary>
    public bool IsExecutable(string path) => programs.ContainsKey(path);

    /// <summary>fork and execv. The process runs its program in its first turn; null when there is nothing to execute at the path.</summary>
    public Component? Start(string path, IReadOnlyList<string> arguments, string name, out int processId)
    {
        processId = 0;
        if (!programs.TryGetValue(path, out var main))
        {
            return null;
        }

        lastProcessId++;
        var id = lastProcessId;
        var process = host.CreateProcess(name);
        processes.Add(id, process);
        process.Ended += _ => processes.Remove(id);
        host.Simulation.Post(process, "main", () => main(process, arguments));
        processId = id;
        if (host.Simulation is { Tap: { } tap, Current: { } parent })
        {
            tap.Send(parent, host.Dom0Kernel, ProcessKind, $"exec {path} {string.Join(' ', arguments)}");
            tap.Send(tap.NameOf(host.Dom0Kernel), tap.NameOf(parent), ProcessKind, $"pid {id}");
        }

        return process;
    }

    /// <summary>kill(2): 0, or ESRCH when no process of this id lives.</summary>
    public int Kill(int processId, string signal)
    {
        var found = processes.TryGetValue(processId, out var process) && process.Alive;
        if (host.Simulation is { Tap: { } tap, Current: { } killer })
        {
            tap.Send(killer, host.Dom0Kernel, ProcessKind, $"kill {processId} {signal}");
            tap.Send(tap.NameOf(host.Dom0Kernel), tap.NameOf(killer), ProcessKind, found ? "killed" : "killed nobody");
        }

        if (!found)
        {
            return -Errno.ESRCH;
        }

        process!.Kill(signal);
        return 0;
    }
}
