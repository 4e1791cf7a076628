namespace Harness.Tests.Campaigns;

/// <summary>The help texts are what a newcomer reads first; each is a golden file.</summary>
[TestClass]
public sealed class HelpTests
{
    [TestMethod]
    [DataRow("")]
    [DataRow("init")]
    [DataRow("config")]
    [DataRow("compare")]
    [DataRow("list")]
    [DataRow("explain")]
    [DataRow("emit")]
    [DataRow("run")]
    [DataRow("show")]
    [DataRow("trace")]
    [DataRow("report")]
    [DataRow("merge")]
    [DataRow("progress")]
    [DataRow("results")]
    [DataRow("review")]
    [DataRow("export")]
    [DataRow("cluster")]
    [DataRow("reliability")]
    [DataRow("reliability diagram")]
    [DataRow("reliability node")]
    [DataRow("reliability bound")]
    [DataRow("reliability figures")]
    [DataRow("reliability simulate")]
    [DataRow("reliability agreement")]
    [DataRow("reliability measured")]
    [DataRow("reliability availability")]
    [DataRow("reliability markov")]
    [DataRow("reliability from-campaign")]
    [DataRow("clean")]
    public void Help_of(string verb)
    {
        var (code, output, error) = ToolProcess.Run(Path.GetTempPath(), [.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.AreEqual(0, code, error);
        Snapshot.Verify($"tests/Harness.Tests/Reporting/Snapshots/help{(verb.Length == 0 ? "" : "." + verb.Replace(' ', '.'))}.txt", output);
    }
}
