using System.Globalization;
using Harness.Tests.Campaigns;
using YamlDotNet.RepresentationModel;

namespace Harness.Tests.Cluster;

/// <summary>The scripts in the Kubernetes file, run by bash as a pod does: a folder as volume, a new folder as each pod's disk, and a stand-in for the tool.</summary>
[TestClass]
public sealed class KubernetesScriptTests : IDisposable
{
    private readonly ScratchFolder folder = new();
    private readonly ScratchFolder volume = new();
    private readonly Dictionary<string, string> scripts;
    private readonly string commit;

    public KubernetesScriptTests()
    {
        folder.BeginRepository();
        commit = folder.Run("git", "rev-parse", "HEAD").Trim();
        volume.Write("tool", $"""
            #!/bin/bash
            echo "$@" >> {volume.Path}/calls
            case $1 in
              run) echo outcome >> .mutators/shards/*/campaign.db ;;
              merge) mkdir .mutators; cat "$2"/*/campaign.db > .mutators/campaign.db ;;
            esac
            code=$(cat {volume.Path}/code)
            if [ "$code" = killed ]; then kill -KILL $$; fi
            exit "$code"

            """);
        volume.Run("chmod", "+x", "tool");
        var (code, output, error) = ToolProcess.Run(folder.Path, "cluster", "kubernetes", "--shards", "2", "--remote", folder.Path, "--tool", volume["tool"]);
        Assert.AreEqual(0, code, error);
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(output.Trim())));
        scripts = stream.Documents.Select(each => each.RootNode).Where(each => each["kind"].ToString() == "Job")
            .Select(job => job["spec"]["template"]["spec"]["containers"][0]).ToDictionary(each => each["name"].ToString(), each => each["args"][0].ToString());
    }

    [TestMethod]
    public void A_shard_that_is_killed_goes_on_in_its_store_and_is_done_once()
    {
        Assert.AreEqual(137, Shard(0, "killed"));
        Assert.AreEqual((false, false), Marks(1));
        Assert.AreEqual(0, Shard(0, "0", failures: 1));
        Assert.AreEqual(0, Shard(0, "0"), "a pod for a shard that is done has nothing to do");

        Assert.AreEqual((true, false), Marks(1));
        Assert.AreEqual("outcome\noutcome\n", File.ReadAllText(volume["c/shards/1-of-2/campaign.db"]));
        Assert.AreSequenceEqual(["run --shard 1/2 --reporter none", "run --shard 1/2 --reporter none"], File.ReadAllLines(volume["calls"]));
    }

    [TestMethod]
    [DataRow("4", 0, 90, DisplayName = "the tool says no")]
    [DataRow("killed", 3, 137, DisplayName = "killed at the last attempt")]
    public void A_shard_that_fails_for_good_says_so_and_can_be_run_again(string answer, int failures, int code)
    {
        Assert.AreEqual(code, Shard(1, answer, failures));
        Assert.AreEqual((false, true), Marks(2));

        Assert.AreEqual(0, Shard(1, "0"));
        Assert.AreEqual((true, false), Marks(2));
    }

    [TestMethod]
    public void The_merge_takes_what_there_is_keeps_its_store_and_forgets_what_failed()
    {
        Shard(0, "0");
        Shard(1, "6");
        File.WriteAllText(volume["c/shards/2-of-2/campaign.db"], "");

        Assert.AreEqual(3, Pod("merge", "3", "PATIENCE=86400"));

        Assert.AreEqual("outcome\n", File.ReadAllText(volume["c/campaign.db"]));
        Assert.AreEqual((true, false), Marks(1));
        Assert.AreEqual((false, false), Marks(2));
        Assert.IsFalse(File.Exists(volume["c/shards/2-of-2/campaign.db"]), "an empty store would be refused");
        Assert.Contains($"merge {volume["c/shards"]} --reporter html={volume["c/report.html"]},json={volume["c/campaign.json"]}", File.ReadAllText(volume["calls"]));
    }

    [TestMethod]
    public void The_merge_waits_no_longer_than_its_patience()
    {
        Shard(0, "0");

        Assert.AreEqual(0, Pod("merge", "0", "PATIENCE=0"));
        Assert.AreEqual("outcome\n", File.ReadAllText(volume["c/campaign.db"]));
    }

    public void Dispose()
    {
        folder.Dispose();
        volume.Dispose();
    }

    private (bool Done, bool Failed) Marks(int shard) => (File.Exists(volume[$"c/shards/{shard}-of-2/done"]), File.Exists(volume[$"c/shards/{shard}-of-2/failed"]));

    private int Shard(int index, string answer, int failures = 0) => Pod("shard", answer, $"JOB_COMPLETION_INDEX={index}", $"FAILURES={failures}");

    /// <summary>Runs a container's script where nothing is; what the tool answers is an exit code, or <c>killed</c>.</summary>
    private int Pod(string container, string answer, params string[] variables)
    {
        using var disk = new ScratchFolder();
        volume.Write("code", answer);
        var code = disk.Run("env", [.. variables, $"REMOTE={folder.Path}", $"COMMIT={commit}", "SHARDS=2", $"CAMPAIGN={volume["c"]}", "bash", "-c", "bash -euo pipefail -c \"$1\" > /dev/null; echo $?", "-", scripts[container]]);
        return int.Parse(code, CultureInfo.InvariantCulture);
    }
}
