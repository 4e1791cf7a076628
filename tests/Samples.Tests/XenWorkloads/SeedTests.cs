using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

/// <summary>The same seed gives the same run, and without a fault every run is a healthy one: for a thousand seeds of each workload.</summary>
[TestClass]
public sealed class SeedTests
{
    private const int Seeds = 1000;

    [TestMethod]
    [TestCategory("Slow")]
    [DataRow("lifecycle", false)]
    [DataRow("storage", false)]
    [DataRow("migration", false)]
    [DataRow("mixed", false)]
    [DataRow("network", false)]
    [DataRow("network", true)]
    [DataRow("devices", false)]
    [DataRow("devices", true)]
    public void A_thousand_seeds_run_twice_give_the_same_lines_and_everything_holds(string workload, bool driverDomain)
    {
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var options = new WorkloadOptions(workload, seed, 1 + (int)(seed % 4)) { DriverDomain = driverDomain };
            var first = Health.AssertHealthy(options);
            CollectionAssert.AreEqual(first.Output.ToArray(), WorkloadRun.Execute(options).Output.ToArray(), options.ToString());
        }
    }
}
