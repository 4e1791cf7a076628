using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Harness.Tests.Cluster;

/// <summary>A real Slurm on this machine: one controller, one node with two cores, on loopback, all its files in a folder of its own.</summary>
internal sealed class SlurmCluster : IDisposable
{
    private const string Packages = "slurmctld slurmd slurm-client munge";

    private readonly ScratchFolder folder = new();
    private readonly List<Process> daemons = [];
    private Process node;

    public SlurmCluster()
    {
        var name = Dns();
        var memory = long.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024 * 9 / 10;
        folder.Write("slurm.conf", $"""
            ClusterName=test
            SlurmctldHost={name}(127.0.0.1)
            SlurmctldPort=16817
            SlurmdPort=16818
            AuthType=auth/munge
            AuthInfo=socket={folder.Path}/munge.socket
            CredType=cred/munge
            SlurmUser=root
            SlurmdUser=root
            StateSaveLocation={folder.Path}/state
            SlurmdSpoolDir={folder.Path}/spool
            SlurmctldPidFile={folder.Path}/slurmctld.pid
            SlurmdPidFile={folder.Path}/slurmd.pid
            SlurmctldLogFile={folder.Path}/slurmctld.log
            SlurmdLogFile={folder.Path}/slurmd.log
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            ReturnToService=2
            NodeName={name} NodeAddr=127.0.0.1 CPUs=2 RealMemory={memory} State=UNKNOWN
            PartitionName=all Nodes={name} Default=YES MaxTime=INFINITE State=UP

            """);
        Directory.CreateDirectory(folder.Path + "/state");
        Directory.CreateDirectory(folder.Path + "/spool");

        // The daemon that signs for the others refuses folders that others can write.
        Run("chmod", "755", folder.Path);
        File.WriteAllBytes(folder.Path + "/munge.key", RandomNumberGenerator.GetBytes(128));
        Run("chmod", "600", folder.Path + "/munge.key");
        daemons.Add(Start("munged", "--foreground", "--force", "--num-threads=2", $"--key-file={folder.Path}/munge.key", $"--socket={folder.Path}/munge.socket",
            $"--pid-file={folder.Path}/munged.pid", $"--log-file={folder.Path}/munged.log", $"--seed-file={folder.Path}/munged.seed"));
        Until("munged answers", () => File.Exists(folder.Path + "/munge.socket"));
        daemons.Add(Start("slurmctld", "-D", "-f", Configuration));
        node = StartNode();
        Until("the node is idle", () => Run("sinfo", "-h", "-o", "%T").Output.Trim() == "idle");
    }

    /// <summary>The configuration file, for the variable SLURM_CONF.</summary>
    public string Configuration => folder.Path + "/slurm.conf";

    /// <summary>Installs what is missing; why that is not possible, or null.</summary>
    public static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return "Slurm's daemons need Linux and root.";
        }

        if (!File.Exists("/usr/sbin/slurmctld"))
        {
            if (!File.Exists("/usr/bin/apt-get"))
            {
                return "There is no apt-get to install Slurm with.";
            }

            using var update = Process.Start("apt-get", ["update", "-qq"]);
            update.WaitForExit();
            var install = new ProcessStartInfo("apt-get", ["install", "-y", "-qq", .. Packages.Split(' ')]) { RedirectStandardOutput = true, RedirectStandardError = true };
            install.Environment["DEBIAN_FRONTEND"] = "noninteractive";
            using var installing = Process.Start(install)!;
            installing.ErrorDataReceived += (_, _) => { };
            installing.BeginErrorReadLine();
            installing.StandardOutput.ReadToEnd();
            installing.WaitForExit();
        }

        return File.Exists("/usr/sbin/slurmctld") ? null : $"Debian's packages {Packages} cannot be installed.";
    }

    /// <summary>Runs one of Slurm's commands, or another, with the cluster's configuration.</summary>
    public (int ExitCode, string Output) Run(string command, params string[] arguments)
    {
        using var process = Process.Start(Info(command, arguments))!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    /// <summary>Ends the node's daemon and starts it again; jobs that run there go on meanwhile.</summary>
    public void RestartNode()
    {
        End(node);
        daemons.Remove(node);
        node = StartNode();
        Until("the node is back", () => Run("sinfo", "-h", "-o", "%T").Output.Trim() is "idle" or "mixed" or "allocated");
    }

    /// <summary>Asks until it is so; each question starts a process, which is pause enough.</summary>
    public void Until(string what, Func<bool> isSo)
    {
        var started = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.IsTrue(started.Elapsed < TimeSpan.FromMinutes(10), $"waited in vain until {what}\n{Logs()}");
            Run("sleep", "0.2");
        }
    }

    /// <summary>What the daemons say.</summary>
    public string Logs() => string.Join('\n', Directory.EnumerateFiles(folder.Path, "*.log").SelectMany(file => File.ReadLines(file).TakeLast(15).Prepend(file)));

    public void Dispose()
    {
        Run("scancel", "--user=root");
        foreach (var daemon in Enumerable.Reverse(daemons))
        {
            End(daemon);
        }

        folder.Dispose();
    }

    private static string Dns() => Environment.MachineName.Split('.')[0];

    private Process StartNode()
    {
        var started = Start("slurmd", "-D", "-f", Configuration);
        daemons.Add(started);
        return started;
    }

    private Process Start(string daemon, params string[] arguments)
    {
        var process = Process.Start(Info("/usr/sbin/" + daemon, arguments))!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private ProcessStartInfo Info(string command, string[] arguments)
    {
        var info = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path };
        info.Environment["SLURM_CONF"] = Configuration;
        return info;
    }

    private static void End(Process daemon)
    {
        if (!daemon.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", daemon.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
            if (!daemon.WaitForExit(TimeSpan.FromSeconds(20)))
            {
                daemon.Kill();
                daemon.WaitForExit();
            }
        }

        daemon.Dispose();
    }
}
