using System.Text.Json;
using Mutators.Campaign.Store;

namespace Harness.Tests.Campaigns;

/// <summary>A program that knows nothing of rendezvous, traced from the command line.</summary>
[TestClass]
public sealed class TraceTests
{
    private const string Configuration =
        """{ "targets": ["App"], "workloads": [{ "name": "app", "project": "App" }, { "name": "telling", "project": "App", "rendezvous": ["--rendezvous"] }], "operators": ["MFC"], "sampling": "uniform" }""";

    [TestMethod]
    [TestCategory("Slow")]
    public void A_plain_program_is_followed_by_its_members_alone_and_in_a_campaign()
    {
        using var tree = new Tree("hands_damage_on");
        tree.Write("mutators.json", Configuration);
        Assert.AreEqual(0, ToolProcess.Run(tree.Root, "run").ExitCode);
        var dropped = CampaignStore.Read(Path.Combine(tree.Root, ".mutators")).Mutants.Single(each => each.Mutant.Diff.Contains("-        items.Add(item);", StringComparison.Ordinal)).Mutant.Id;

        var (code, story, error) = ToolProcess.Run(tree.Root, "trace", dropped.ToString());
        Assert.AreEqual(0, code, error);
        Assert.Contains("Activated after 2 steps in Basket.Add", story);
        Assert.Contains("State differs first at step", story);
        Assert.Contains("Basket.Total", story);
        Assert.Contains("Receipt.Print", story);
        Assert.DoesNotContain("unexplained", story);

        using var trace = JsonDocument.Parse(ToolProcess.Run(tree.Root, "trace", dropped.ToString(), "--format", "json").Output);
        var mutant = trace.RootElement.GetProperty("mutant");
        Assert.AreEqual(
            ("MFC", "App/Basket.cs", "Basket.Add"),
            (mutant.GetProperty("operator").GetString(), mutant.GetProperty("file").GetString(), mutant.GetProperty("member").GetString()));
        Assert.AreEqual(dropped.ToString(), mutant.GetProperty("id").GetString());
        Assert.Contains("items.Add(item)", mutant.GetProperty("change").GetString()!);
        Assert.AreEqual(0, trace.RootElement.GetProperty("leftOut").GetProperty("divergent").GetInt64());

        var page = ToolProcess.Run(tree.Root, "trace", dropped.ToString(), "--format", "html").Output.Trim();
        Assert.AreEqual($"trace-{dropped}-app.html", Path.GetFileName(page));
        Assert.Contains("-        items.Add(item);", File.ReadAllText(page));
        Assert.Contains("followed by its members, and these cannot be isolated", ToolProcess.Run(tree.Root, "trace", dropped.ToString(), "--mode", "isolated").Error);

        // The first trace of a workload may be an isolated one.
        var isolated = ToolProcess.Run(tree.Root, "trace", dropped.ToString(), "--mode", "isolated", "--workload", "telling");
        Assert.AreEqual(0, isolated.ExitCode, isolated.Error);

        var first = ToolProcess.Run(tree.Root, "trace", "--sample", "2");
        var again = ToolProcess.Run(tree.Root, "trace", "--sample", "3");
        Assert.AreEqual((0, 0), (first.ExitCode, again.ExitCode), first.Error + again.Error);
        Assert.Contains("3 of 3", again.Output);
        Assert.DoesNotContain("2 of 3", again.Output);

        using var report = JsonDocument.Parse(ToolProcess.Run(tree.Root, "report", "--format", "json").Output);
        Assert.AreEqual(3, report.RootElement.GetProperty("propagation").GetProperty("traced").GetInt32());
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void A_trace_wants_a_mutant_or_a_sample()
    {
        using var tree = new Tree("hands_damage_on");
        var (code, _, error) = ToolProcess.Run(tree.Root, "trace");
        Assert.AreEqual(1, code);
        Assert.Contains("trace takes a mutant's id or --sample N", error);
    }

    [TestMethod]
    [DataRow("takes a number of mutants, 1 or more, and not 0", "0")]
    [DataRow("takes a number of mutants, 1 or more, and not -1", "-1")]
    [DataRow("--mode is for a single mutant", "2", "--mode", "isolated")]
    [DataRow("--format is for a single mutant", "2", "--format", "json")]
    [DataRow("--workload is for a single mutant", "2", "--workload", "app")]
    public void A_sample_takes_a_number_and_nothing_that_is_said_of_one_mutant(string told, params string[] arguments)
    {
        var (code, _, error) = ToolProcess.Run(Path.GetTempPath(), ["trace", "--sample", .. arguments]);

        Assert.AreEqual(1, code);
        Assert.Contains(told, error);
    }
}
