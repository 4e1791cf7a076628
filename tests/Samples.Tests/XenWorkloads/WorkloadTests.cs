using System.Text.Json;
using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

[TestClass]
public sealed class WorkloadTests
{
    [TestMethod]
    [DataRow("storage")]
    [DataRow("migration")]
    [DataRow("mixed")]
    public void The_same_seed_prints_the_same_lines(string workload)
    {
        var options = new WorkloadOptions(workload, 5, 2, 4);
        CollectionAssert.AreEqual(WorkloadRun.Execute(options).Output.ToArray(), WorkloadRun.Execute(options).Output.ToArray());
    }

    [TestMethod]
    [DataRow("storage", 6)]
    [DataRow("migration", 6)]
    [DataRow("mixed", 6)]
    public void Without_faults_everything_holds_for_the_first_seeds(string workload, int seeds)
    {
        for (ulong seed = 0; seed < (ulong)seeds; seed++) AssertHealthy(new WorkloadOptions(workload, seed, 1 + (int)(seed % 3), 6));
    }

    [TestMethod]
    [TestCategory("Slow")]
    [DataRow("storage")]
    [DataRow("migration")]
    [DataRow("mixed")]
    public void Without_faults_everything_holds_for_200_seeds(string workload)
    {
        for (ulong seed = 0; seed < 200; seed++) AssertHealthy(new WorkloadOptions(workload, seed, 1 + (int)(seed % 4)));
    }

    [TestMethod]
    public void A_longer_workload_does_more()
    {
        var brief = WorkloadRun.Execute(new WorkloadOptions("mixed", 1, 1, 1));
        var extensive = WorkloadRun.Execute(new WorkloadOptions("mixed", 1, 1, 10));
        Assert.IsGreaterThan(brief.Output.Count, extensive.Output.Count);
    }

    private static void AssertHealthy(WorkloadOptions options)
    {
        var run = WorkloadRun.Execute(options);
        var command = $"{options.Workload} --seed {options.Seed} --domains {options.Domains} --length {options.Length}";
        Assert.AreEqual(WorkloadRun.Completed, run.ExitCode, command);
        foreach (var line in run.Output.SkipLast(1)) Assert.IsTrue(IsHealthy(JsonDocument.Parse(line).RootElement), $"{command}: {line}");
    }

    /// <summary>Commands that must be refused say so in their names.</summary>
    private static bool IsHealthy(JsonElement line)
    {
        switch (line.GetProperty("observe").GetString())
        {
            case "component":
                return false;
            case "operation":
                var name = line.GetProperty("name").GetString()!;
                var refused = name.EndsWith("refused", StringComparison.Ordinal) || name.EndsWith("without image", StringComparison.Ordinal)
                    || name.EndsWith("to nowhere", StringComparison.Ordinal);
                return line.GetProperty("code").GetInt32() == (refused ? 1 : 0);
            default:
                return !line.TryGetProperty("ok", out var ok) || ok.GetBoolean();
        }
    }
}
