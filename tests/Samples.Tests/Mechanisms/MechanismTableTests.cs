using Xen.Mechanisms;

namespace Samples.Tests.Mechanisms;

[TestClass]
public sealed class MechanismTableTests
{
    public static IEnumerable<string> Names => MechanismRun.Experiments.Select(experiment => experiment.Name);

    [TestMethod]
    [TestCategory("Slow")]
    [DynamicData(nameof(Names))]
    public void Every_property_holds_with_the_mechanism_and_fails_as_it_must_without_its_precondition(string name)
    {
        var output = new StringWriter();
        Assert.AreEqual(0, MechanismRun.Execute(MechanismOptions.Parse([name])!, output), output.ToString());
    }
}
