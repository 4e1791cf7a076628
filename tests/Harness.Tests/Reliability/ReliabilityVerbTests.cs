using Harness.Tests.Campaigns;
using Mutators.Campaign;
using Mutators.Campaign.Store;
using Mutators.Reporting;

namespace Harness.Tests.Reliability;

/// <summary>The verb as a user types it.</summary>
[TestClass]
public sealed class ReliabilityVerbTests
{
    [TestMethod]
    public void Every_command_prints_what_its_golden_file_holds()
    {
        var printed = new System.Text.StringBuilder();
        string[][] commands =
        [
            ["diagram", "H & V & (M1 | M2 | M3)", "H=0.9999", "V=0.999", "M=0.9"],
            ["diagram", "H & V & 2of(M1..M3)", "H=0.9999", "V=0.99..0.999", "M=36of40", "--common-cause", "M=0.1"],
            ["node", "RV=0.98"],
            ["bound", "1", "RM=0.1", "RV=0.3"],
            ["bound", "4", "RV=0.88"],
            ["bound", "3", "Rf=0.75", "RM=0.75", "n=6", "--format", "json"],
            ["simulate", "H & M", "H=0.9", "M=0.9", "--common-cause", "H,M=0.5"],
            ["agreement"],
            ["measured", "tests/Harness.Tests/Reliability/measured-missions.csv"],
            ["availability", "H & V & (M1 | M2 | M3)", "H=0.0001/0.1", "V=0.001/1", "M=0.01/0.5", "--crews", "1"],
            ["markov", "up>degraded=0.02", "degraded>up=0.5", "degraded>down=0.02", "down>up=0.1", "--up", "up,degraded"],
        ];
        foreach (var arguments in commands)
        {
            var (code, output, error) = ToolProcess.Run(Repository.Root, ["reliability", .. arguments]);
            Assert.AreEqual(0, code, error);
            printed.Append("$ dotnet mutators reliability ").AppendJoin(' ', arguments.Select(each => each.IndexOfAny([' ', '>']) >= 0 ? $"'{each}'" : each)).Append('\n').Append(output).Append('\n');
        }

        Snapshot.Verify("tests/Harness.Tests/Reliability/Snapshots/commands.txt", printed.ToString());
    }

    [TestMethod]
    public void Figures_are_written_and_their_paths_printed()
    {
        using var folder = new ScratchFolder();
        var (code, output, error) = ToolProcess.Run(folder.Path, "reliability", "figures", "--out", "figures");

        Assert.AreEqual(0, code, error);
        var files = output.TrimEnd().Split('\n');
        Assert.HasCount(15, files);
        Assert.IsTrue(files.All(File.Exists), output);
    }

    [TestMethod]
    public void A_campaign_says_what_Dom0_costs_the_node()
    {
        using var folder = new ScratchFolder();
        var fixture = CampaignFixture.Snapshot;
        using (var store = CampaignStore.Open(folder.Path))
        {
            store.Begin(fixture.Identity, [.. fixture.Golden.Select(golden => golden.Workload)]);
            store.AddMutants([.. fixture.Mutants.Select(each => each.Mutant)], fixture.Sources);
            store.AddGoldenRun(CampaignFixture.Golden);
            store.Record([.. fixture.Mutants.SelectMany(each => each.Outcomes).Select(each => each.Outcome)]);
        }

        var (code, output, error) = ToolProcess.Run(
            folder.Path, "reliability", "from-campaign", "RH=0.9999", "RV=0.999", "RM=0.9", "n=3", "--store", CampaignStore.FileName, "--faults", "toolstack=0.02,drivers=0.01");

        Assert.AreEqual(0, code, error);
        Snapshot.Verify("tests/Harness.Tests/Reliability/Snapshots/from-campaign.txt", output);

        (code, output, error) = ToolProcess.Run(
            folder.Path, "reliability", "from-campaign", "--store", CampaignStore.FileName, "--faults", "drivers=0.01", "--workload", "lifecycle", "--isolated-workload", "lifecycle");
        Assert.AreEqual(0, code, error);
        Assert.Contains("Drivers: 6 faults; the host is lost by 1 in Dom0, by 1 in a domain of their own (by the same fault 1).", output);

        (code, _, error) = ToolProcess.Run(folder.Path, "reliability", "from-campaign", "--store", CampaignStore.FileName, "--workload", "storage");
        Assert.AreEqual((int)ExitCode.Usage, code);
        Assert.StartsWith("error: The campaign has no workload 'storage'.", error);
        Assert.Contains("lifecycle", error);
    }

    [TestMethod]
    [DataRow("reliability bound 1 RM=1.2 RV=0.3", "error: R_M = 1.2 is no probability.")]
    [DataRow("reliability bound one RM=0.1", "error: number is a whole number, and 'one' is none.")]
    [DataRow("reliability bound 9 RM=1.2", "error: There is no inequality (9).")]
    [DataRow("reliability bound 1 RM=0.1 n=0", "error: n = 0 is no number of VMs.")]
    [DataRow("reliability diagram H&X H=0.1 Y=0.2", "error: There is no module 'Y' in the diagram.")]
    [DataRow("reliability node RX=1", "error: A node has no parameter RX.")]
    [DataRow("reliability from-campaign --store nothing.db", "holds no campaign.")]
    [DataRow("reliability measured nothing.csv", "error: There is no file nothing.csv.")]
    [DataRow("reliability", "error: Required command was not provided.")]
    [DataRow("reliability figures", "error: Option '--out' is required.")]
    public void A_mistake_costs_two_lines(string line, string message)
    {
        var (code, output, error) = ToolProcess.Run(Path.GetTempPath(), line.Split(' '));

        Assert.AreEqual((int)ExitCode.Usage, code);
        Assert.AreEqual("", output);
        Assert.HasCount(2, error.TrimEnd().Split('\n'));
        Assert.Contains(message, error);
    }
}
