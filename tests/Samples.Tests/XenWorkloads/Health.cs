using System.Text.Json;
using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

/// <summary>What a run without a fault must look like: every command ends as it should, every check holds, nothing dies.</summary>
internal static class Health
{
    /// <summary>Commands that an administrator gets wrong on purpose, by name or by the name's last words, with the exit codes that they must have.</summary>
    private static readonly (string Workload, string Command, int Code)[] Refused =
    [
        ("lifecycle", "xl create homeless", 3),
        ("lifecycle", "xl create broken", 1),
        ("lifecycle", "xl destroy nobody", 1),
        ("lifecycle", " again", 6),
        ("mixed", "refused", 1),
        ("migration", "without image", 1),
        ("migration", "to nowhere", 1),
        ("network", " colour", 1),
        ("network", " 7", 1),
        ("network", "xl create lost", 3),
    ];

    /// <summary>Runs a workload and sees that everything holds; the failure names the command that repeats it.</summary>
    public static WorkloadRun AssertHealthy(WorkloadOptions options)
    {
        var run = WorkloadRun.Execute(options);
        var command = $"{options.Workload} --seed {options.Seed} --domains {options.Domains} --length {options.Length}{(options.DriverDomain ? " --driver-domain" : "")}";
        Assert.AreEqual(WorkloadRun.Completed, run.ExitCode, command);
        foreach (var line in run.Output.SkipLast(1))
        {
            Assert.IsTrue(IsHealthy(options.Workload, JsonDocument.Parse(line).RootElement), $"{command}: {line}");
        }
        return run;
    }

    private static bool IsHealthy(string workload, JsonElement line)
    {
        switch (line.GetProperty("observe").GetString())
        {
            case "component":
                return false;
            case "operation":
                return line.GetProperty("code").GetInt32() == CodeOf(workload, line.GetProperty("name").GetString()!);
            default:
                return !line.TryGetProperty("ok", out var ok) || ok.GetBoolean();
        }
    }

    private static int CodeOf(string workload, string command) =>
        Refused.FirstOrDefault(each => each.Workload == workload && command.EndsWith(each.Command, StringComparison.Ordinal)).Code;
}
