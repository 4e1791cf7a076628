namespace Harness.Tests.Campaigns;

/// <summary>The help texts are what a newcomer reads first; each is a golden file.</summary>
[TestClass]
public sealed class HelpTests
{
    [TestMethod]
    [DataRow("")]
    [DataRow("list")]
    [DataRow("explain")]
    [DataRow("emit")]
    [DataRow("run")]
    [DataRow("show")]
    [DataRow("report")]
    [DataRow("clean")]
    public void Help_of(string verb)
    {
        var (code, output, error) = ToolProcess.Run(Path.GetTempPath(), verb.Length == 0 ? ["--help"] : [verb, "--help"]);

        Assert.AreEqual(0, code, error);
        Snapshot.Verify($"tests/Harness.Tests/Reporting/Snapshots/help{(verb.Length == 0 ? "" : "." + verb)}.txt", output);
    }
}
