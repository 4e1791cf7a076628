using Harness.Tests.Campaigns;

namespace Harness.Tests.Cluster;

/// <summary><c>cluster --submit</c> with stand-ins for the engines' commands: what they are given, and what they say.</summary>
[TestClass]
public sealed class SubmitTests : IDisposable
{
    private readonly ScratchFolder folder = new();
    private readonly ScratchFolder programs = new();

    public SubmitTests() => folder.BeginRepository();

    [TestMethod]
    public void Slurm_is_given_an_array_of_all_shards_and_a_merge_job_that_waits_for_it()
    {
        StandIn("sbatch", "echo $(wc -l < \"$0.log\")");

        var (code, output, error) = Submit("slurm");

        Assert.AreEqual(0, code, error);
        Assert.Contains("shards: job 1, merge: job 2", output);
        var (script, logs) = (folder["mutators-slurm.sh"], folder[".mutators/slurm"]);
        Assert.AreSequenceEqual(
            [$"--parsable --array=1-6%2 --output={logs}/shard-%A_%a.log {script} shard", $"--parsable --dependency=afterany:1 --output={logs}/merge-%j.log {script} merge"], Calls("sbatch"));
        Assert.AreEqual("?? mutators-slurm.sh", folder.Run("git", "status", "--porcelain").Trim(), "where logs go, git sees nothing");
    }

    [TestMethod]
    public void On_Slurm_a_shard_looks_for_the_campaign_file_in_the_repository_wherever_the_job_was_submitted()
    {
        StandIn("sbatch", "echo 1");
        StandIn("tool", "pwd >> \"$0.log\"");
        folder.Write("campaigns/long.json", "{}");
        Submit("slurm", "--campaign", "campaigns/long.json", "--tool", programs["tool"]);

        programs.Run("env", "SLURM_ARRAY_TASK_ID=2", "bash", folder["mutators-slurm.sh"], "shard");

        Assert.AreSequenceEqual([$"run -C {folder.Path} --shard 2/6 --campaign campaigns/long.json", folder.Path], Calls("tool"));
    }

    [TestMethod]
    [DataRow("slurm", "sbatch")]
    [DataRow("kubernetes", "kubectl")]
    public void Where_an_engine_is_not_installed_one_line_says_so(string engine, string command)
    {
        var (code, _, error) = ToolProcess.RunWithPrograms(programs.Path, folder.Path, ["cluster", engine, "--remote", "https://git.example.org/project.git", "-o", "own/name", "--submit"], onlyThese: true);

        Assert.AreEqual(1, code);
        Assert.Contains($"'{command}' is not on this machine", error);
        Assert.Contains("Take the file to one that has it. Submit it: ", error);
        Assert.Contains(" own/name", error);
        Assert.DoesNotContain("command not found", error);
    }

    [TestMethod]
    public void Kubernetes_is_given_the_file()
    {
        StandIn("kubectl", "echo job.batch/mutators created");

        var (code, output, error) = Submit("kubernetes", "--remote", "https://git.example.org/project.git");

        Assert.AreEqual(0, code, error);
        Assert.Contains("job.batch/mutators created", output);
        Assert.AreSequenceEqual([$"apply -f {folder["mutators-kubernetes.yaml"]}"], Calls("kubectl"));
    }

    [TestMethod]
    [DataRow("slurm", "sbatch")]
    [DataRow("kubernetes", "kubectl")]
    public void An_engine_that_refuses_is_heard_and_the_file_is_kept(string engine, string command)
    {
        StandIn(command, "echo no such partition >&2; exit 3");

        var (code, _, error) = Submit(engine, "--remote", "https://git.example.org/project.git");

        Assert.AreEqual(1, code);
        Assert.Contains("no such partition", error);
        Assert.Contains("with exit code 3", error);
        Assert.HasCount(1, Directory.GetFiles(folder.Path, "mutators-*"));
    }

    public void Dispose()
    {
        folder.Dispose();
        programs.Dispose();
    }

    private (int ExitCode, string Output, string Error) Submit(string engine, params string[] more) =>
        ToolProcess.RunWithPrograms(programs.Path, folder.Path, ["cluster", engine, "--shards", "6", "--workers", "2", "--submit", .. more]);

    /// <summary>A program that keeps what it is given, one line for each call.</summary>
    private void StandIn(string name, string answer)
    {
        programs.Write(name, $"#!/bin/sh\necho \"$@\" >> \"$0.log\"\n{answer}\n");
        programs.Run("chmod", "+x", name);
    }

    private string[] Calls(string name) => File.ReadAllLines(programs[name + ".log"]);
}
