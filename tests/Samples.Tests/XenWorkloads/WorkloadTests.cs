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
        for (ulong seed = 0; seed < (ulong)seeds; seed++) Health.AssertHealthy(new WorkloadOptions(workload, seed, 1 + (int)(seed % 3), 6));
    }

    [TestMethod]
    public void A_longer_workload_does_more()
    {
        var brief = WorkloadRun.Execute(new WorkloadOptions("mixed", 1, 1, 1));
        var extensive = WorkloadRun.Execute(new WorkloadOptions("mixed", 1, 1, 10));
        Assert.IsGreaterThan(brief.Output.Count, extensive.Output.Count);
    }
}
