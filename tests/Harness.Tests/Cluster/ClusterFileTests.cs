using Harness.Tests.Campaigns;
using YamlDotNet.RepresentationModel;

namespace Harness.Tests.Cluster;

/// <summary>What batch engines are given: a golden file each, and a parser that has read it.</summary>
[TestClass]
public sealed class ClusterFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public ClusterFileTests()
    {
        folder.BeginRepository();
        folder.Run("git", "remote", "add", "origin", "https://somebody:secret@git.example.org/team/project.git");
    }

    [TestMethod]
    [DataRow("slurm", "mutators-slurm.sh")]
    [DataRow("kubernetes", "mutators-kubernetes.yaml")]
    [DataRow("github", ".github/workflows/mutators.yml")]
    [DataRow("gitlab", "mutators.gitlab-ci.yml")]
    public void Each_engine_has_its_golden_file(string engine, string file)
    {
        var text = Write(engine, file, "--run-option=--profile", "--run-option=it's classic");

        Assert.DoesNotContain("secret", text);
        var commit = folder.Run("git", "rev-parse", "HEAD").Trim();
        Snapshot.Verify(
            $"tests/Harness.Tests/Cluster/Snapshots/{engine}{Path.GetExtension(file)}",
            text.Replace(folder.Path, "/srv/project", StringComparison.Ordinal).Replace(commit, "0123456789abcdef", StringComparison.Ordinal).Replace(commit[..12], "0123456789ab", StringComparison.Ordinal));
    }

    [TestMethod]
    public void The_Slurm_script_is_one_that_bash_reads()
    {
        Write("slurm", "mutators-slurm.sh", "--run-option=a 'quoted' $word");

        Assert.AreEqual("", folder.Run("bash", "-n", "mutators-slurm.sh"));
    }

    [TestMethod]
    public void The_Kubernetes_file_has_an_indexed_job_with_limits_and_a_merge_job()
    {
        var jobs = Documents(Write("kubernetes", "mutators-kubernetes.yaml")).Where(each => Scalar(each, "kind") == "Job").ToList();

        Assert.AreSequenceEqual(["mutators", "mutators-merge"], jobs.Select(each => Scalar(each, "metadata", "name")));
        Assert.AreEqual(("Indexed", "12", "3"), (Scalar(jobs[0], "spec", "completionMode"), Scalar(jobs[0], "spec", "completions"), Scalar(jobs[0], "spec", "parallelism")));
        foreach (var job in jobs)
        {
            var container = (YamlMappingNode)((YamlSequenceNode)At(job, "spec", "template", "spec", "containers"))[0];
            Assert.IsNotEmpty(Scalar(container, "resources", "limits", "memory"));
            Assert.AreEqual("Never", Scalar(job, "spec", "template", "spec", "restartPolicy"), "what the limit of retries for each index asks for");
        }
    }

    [TestMethod]
    public void The_GitHub_file_has_a_matrix_of_all_shards_and_a_merge_job_that_needs_it()
    {
        var workflow = Documents(Write("github", ".github/workflows/mutators.yml")).Single();

        Assert.HasCount(12, ((YamlSequenceNode)At(workflow, "jobs", "shard", "strategy", "matrix", "shard")).Children);
        Assert.AreEqual(("3", "false", "shard"), (Scalar(workflow, "jobs", "shard", "strategy", "max-parallel"), Scalar(workflow, "jobs", "shard", "strategy", "fail-fast"), Scalar(workflow, "jobs", "merge", "needs")));
    }

    [TestMethod]
    public void The_GitLab_file_has_a_parallel_job_and_a_merge_job_that_needs_it()
    {
        var pipeline = Documents(Write("gitlab", "mutators.gitlab-ci.yml")).Single();

        Assert.AreEqual("12", Scalar(pipeline, "mutators", "parallel"));
        Assert.AreEqual("mutators", ((YamlScalarNode)((YamlSequenceNode)At(pipeline, "mutators-merge", "needs"))[0]).Value);
    }

    [TestMethod]
    public void An_engine_that_nobody_knows_and_one_without_a_command_are_said_so()
    {
        Assert.Contains("Did you mean kubernetes?", ToolProcess.Run(folder.Path, "cluster", "kubernets").Error);
        Assert.Contains("github has no command", ToolProcess.Run(folder.Path, "cluster", "github", "--submit").Error);
    }

    [TestMethod]
    [DataRow("slurm", "mutators-slurm.sh", "options=(--campaign campaigns/long.json --matrix)")]
    [DataRow("kubernetes", "mutators-kubernetes.yaml", "--campaign campaigns/long.json --matrix")]
    [DataRow("github", ".github/workflows/mutators.yml", "--campaign campaigns/long.json --matrix")]
    [DataRow("gitlab", "mutators.gitlab-ci.yml", "--campaign campaigns/long.json --matrix")]
    public void Each_shard_runs_by_the_campaign_file_that_was_named(string engine, string file, string words)
    {
        folder.Write("campaigns/long.json", "{}");

        Assert.Contains(words, Write(engine, file, "--campaign", "./campaigns/long.json", "--run-option=--matrix"));
    }

    [TestMethod]
    [DataRow("kubernetes", "mutators-kubernetes.yaml")]
    [DataRow("github", ".github/workflows/mutators.yml")]
    [DataRow("gitlab", "mutators.gitlab-ci.yml")]
    public void The_tool_is_restored_from_the_manifest_unless_nodes_have_one_of_their_own(string engine, string file)
    {
        Assert.Contains("dotnet tool restore", Write(engine, file));
        Assert.DoesNotContain("manifest", Write(engine, file, "--tool", "mutators"));
    }

    [TestMethod]
    public void On_Kubernetes_campaigns_of_another_commit_number_of_shards_or_option_share_no_folder()
    {
        var folders = new[] { Folder(), Folder("--run-option=--matrix"), Folder("--run-option=--residual"), Folder("--shards", "13") };

        Assert.AreSequenceEqual(folders.Distinct(), folders);
        Assert.AreEqual(folders[0], Folder());

        string Folder(params string[] more) => Documents(Write("kubernetes", "mutators-kubernetes.yaml", more)).Where(each => Scalar(each, "kind") == "Job")
            .SelectMany(job => (YamlSequenceNode)At(((YamlSequenceNode)At(job, "spec", "template", "spec", "containers"))[0], "env"))
            .Where(each => Scalar(each, "name") == "CAMPAIGN").Select(each => Scalar(each, "value")).Distinct().Single();
    }

    [TestMethod]
    public void A_campaign_file_that_no_node_has_is_refused()
    {
        using var elsewhere = new ScratchFolder();
        elsewhere.Write("long.json", "{}");

        var (code, _, error) = ToolProcess.Run(folder.Path, "cluster", "slurm", "--campaign", elsewhere["long.json"]);

        Assert.AreEqual(1, code);
        Assert.Contains("is outside of the repository", error);
    }

    [TestMethod]
    [DataRow("slurm", 1000, "the default MaxArraySize")]
    [DataRow("github", 256, "a matrix has")]
    [DataRow("gitlab", 200, "'parallel' allows")]
    public void More_shards_than_an_engine_takes_are_refused_and_never_the_default(string engine, int most, string limit)
    {
        var (code, _, error) = ToolProcess.Run(folder.Path, "cluster", engine, "--shards", $"{most + 1}");
        var byDefault = ToolProcess.Run(folder.Path, "cluster", engine, "--workers", "9000");

        Assert.AreEqual(1, code);
        Assert.Contains($"--shards {most + 1} is more than {engine} takes", error);
        Assert.Contains($"Give at most {most}, which is what {limit}", error);
        Assert.StartsWith($"{most} shards", byDefault.Error);
    }

    [TestMethod]
    public void A_file_of_another_name_is_called_so()
    {
        folder.Write("jobs/readme.txt", "");
        var (_, output, error) = ToolProcess.Run(folder["jobs"], "cluster", "slurm", "-o", "nightly run.sh");

        Assert.Contains("Submit it: bash 'nightly run.sh'", error);
        Assert.Contains("#   bash 'jobs/nightly run.sh'", File.ReadAllText(output.Trim()));
        Assert.Contains("include: ci/mutants.yml", ToolProcess.Run(folder.Path, "cluster", "gitlab", "-o", "ci/mutants.yml").Error);
    }

    public void Dispose() => folder.Dispose();

    private string Write(string engine, string file, params string[] more)
    {
        var (code, _, error) = ToolProcess.Run(folder.Path, ["cluster", engine, "--workers", "3", .. more.Contains("--shards") ? more : ["--shards", "12", .. more]]);
        Assert.AreEqual(0, code, error);
        return File.ReadAllText(Path.Combine(folder.Path, file));
    }

    private static List<YamlMappingNode> Documents(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    private static YamlNode At(YamlNode node, params string[] path) => path.Aggregate(node, (at, key) => ((YamlMappingNode)at).Children[new YamlScalarNode(key)]);

    private static string Scalar(YamlNode node, params string[] path) => ((YamlScalarNode)At(node, path)).Value!;
}
