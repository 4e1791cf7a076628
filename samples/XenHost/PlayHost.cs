using Xen.Hypervisor;
using Xen.XenWorkloads;

namespace Xen.XenHost;

/// <summary>A host that stays up for somebody to play with: Dom0 is booted, and there are images for the sample configurations.</summary>
public static class PlayHost
{
    /// <summary>The host has crashed, as the workloads say it.</summary>
    public const int CrashedCode = 3;

    private const int ImageBytes = 1024 * 1024;
    private const int TurnMs = 10;

    private static readonly string[] Images = ["web1.img", "web2.img", "data.img"];

    public static Machine Boot(ulong seed)
    {
        var machine = new Machine(seed);
        // It is up as long as its user likes.
        machine.Simulation.EventLimit = long.MaxValue;
        foreach (var image in Images) machine.Host.Files.Write($"{Machine.ImageDirectory}/{image}", new byte[ImageBytes]);
        return machine;
    }

    /// <summary>Runs until it is stopped or the host crashes; what happens goes to <paramref name="say"/>, line by line.</summary>
    public static int Run(Machine machine, RunFolder folder, TimeProvider time, Func<bool> stopped, Action<string> say)
    {
        using var loop = new HostLoop(machine, folder, time);
        machine.Host.DomainShutDown += domain => say($"{Seconds(machine)} domain {domain.Id} shut down: {domain.ShutdownCode}");
        machine.Simulation.Crashed += component => say($"{Seconds(machine)} {component.Name} crashed: {component.Death}");
        say($"The host is up: {machine.Host.Options.MemoryMib} MiB, {machine.Host.Options.Cpus} CPUs.");
        say($"  xenstored  {folder.StoreSocket}    export {RunFolder.Variable}={folder.Path}; xenstore-ls -f");
        say($"  xl         {folder.CommandSocket}    samples/xl create samples/XenHost/web1.cfg; samples/xl list");
        say("Ctrl-C ends it.");
        while (!stopped())
        {
            loop.Turn(TurnMs);
            if (!machine.Host.Crashed) continue;
            // Once more, so that whoever waits for a command learns of it.
            loop.Turn(TurnMs);
            say($"The host has crashed: {machine.Host.CrashReason}");
            return CrashedCode;
        }
        say("The host goes down.");
        return 0;
    }

    private static string Seconds(Machine machine) => $"[{machine.Simulation.Now / 1_000_000_000.0,9:0.000}]";
}
