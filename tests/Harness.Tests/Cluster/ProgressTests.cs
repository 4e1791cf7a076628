using Harness.Tests.Campaigns;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Store;
using Mutators.Reporting;

namespace Harness.Tests.Cluster;

/// <summary><c>progress</c> over stores that are there, are of several campaigns, or are not there.</summary>
[TestClass]
public sealed class ProgressTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public ProgressTests() => folder.BeginRepository();

    [TestMethod]
    public void A_store_that_is_not_there_is_told_as_merge_tells_it()
    {
        var (code, output, error) = ToolProcess.Run(folder.Path, "progress", folder["nowhere.db"]);
        var merge = ToolProcess.Run(folder.Path, "merge", folder["nowhere.db"]);

        Assert.AreEqual((1, ""), (code, output));
        Assert.Contains($"There is no store {folder["nowhere.db"]}", error);
        Assert.AreEqual((merge.ExitCode, merge.Error), (code, error));
    }

    [TestMethod]
    public void Each_campaign_is_counted_by_itself()
    {
        var identity = CampaignFixture.Snapshot.Identity with { GoldenCommit = "0123456789abcdef" };
        Begin(identity, new FaultloadShard(1, 3));
        Begin(identity, new FaultloadShard(2, 3));
        Begin(identity with { GoldenCommit = "fedcba9876543210" }, new FaultloadShard(1, 8));

        var output = ToolProcess.Run(folder.Path, "progress").Output;
        var json = ToolProcess.Run(folder.Path, "progress", "--format", "json").Output;

        Assert.AreSequenceEqual(
            ["golden 0123456789ab", "1/3", "2/3", "not begun: 3/3", "golden fedcba987654", "1/8", "not begun: 2/8, 3/8, 4/8, 5/8, 6/8, 7/8, 8/8"],
            output.Split('\n').Where(line => line.Length > 0 && (char.IsDigit(line[0]) || line[0] is 'g' or 'n')).Select(line => line[0] == 'n' ? line : line.Split(' ', ',') is ["golden", var commit, ..] ? "golden " + commit : line.Split(' ')[0]));
        Assert.Contains("0 of 3 done", output);
        Assert.Contains("0 of 8 done", output);
        Assert.AreEqual(2, System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("campaigns").GetArrayLength());
    }

    [TestMethod]
    public void Stores_of_one_commit_and_another_configuration_are_another_campaign()
    {
        var identity = CampaignFixture.Snapshot.Identity;
        Begin(identity, new FaultloadShard(1, 2));
        Begin(identity with { Configuration = identity.Configuration.Replace("{", "{ ", StringComparison.Ordinal) }, new FaultloadShard(2, 2));

        var output = ToolProcess.Run(folder.Path, "progress").Output;

        Assert.Contains("not begun: 2/2", output);
        Assert.Contains("not begun: 1/2", output);
    }

    public void Dispose() => folder.Dispose();

    private void Begin(CampaignIdentity identity, FaultloadShard shard)
    {
        using var store = CampaignStore.Open(Path.Combine(folder.Path, ".mutators", shard.OwnFolder));
        store.Begin(identity, [.. CampaignFixture.Snapshot.Golden.Select(golden => golden.Workload)], shard);
    }
}
