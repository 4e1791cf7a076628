using System.Text.Json;
using Json.Schema;
using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Workloads;

namespace Harness.Tests.Campaigns;

/// <summary>Option over environment over file over default; and what <c>init</c> writes means what it says.</summary>
[TestClass]
public sealed class ConfigurationSourcesTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    [TestMethod]
    public void Every_value_of_a_configuration_has_a_key() => Assert.AreSequenceEqual(
        typeof(CampaignConfiguration).GetProperties().Where(each => each.CanWrite).Select(each => each.Name.ToLowerInvariant()).Order(),
        ConfigurationKey.All.Select(key => key.Name.ToLowerInvariant()).Order());

    [TestMethod]
    public void The_environment_wins_over_the_file_in_every_kind_of_value()
    {
        var read = Read(
            """{ "operators": ["MFC"], "sample": 5, "seed": 1, }""",
            ("MUTATORS_PROFILE", "classic"), ("MUTATORS_MARGIN", "5%"), ("MUTATORS_TIME_FACTOR", "2.5"), ("MUTATORS_IN", "src/**, lib/**"), ("MUTATORS_EQUIVALENCE", "false"),
            ("MUTATORS_WORKLOADS", """[{ "project": "src/P" }]"""), ("MUTATORS_AGENT_PIPE", "not ours"), ("PATH", "/bin"));

        Assert.AreEqual((FaultProfile.Classic, null, 0.05, 2.5, false, 1UL), (read.Configuration.Profile, read.Configuration.Sample, read.Configuration.Margin, read.Configuration.TimeFactor, read.Configuration.Equivalence, read.Configuration.Seed));
        Assert.IsEmpty(read.Configuration.Operators, "who names a profile does not mean the file's operators any more");
        Assert.AreSequenceEqual(["src/**", "lib/**"], read.Configuration.In);
        Assert.AreEqual("src/P", read.Configuration.Workloads.Single().Project);
        Assert.AreSequenceEqual(["seed"], read.InFile.Order());
        Assert.HasCount(6, read.InEnvironment);
    }

    [TestMethod]
    [DataRow("MUTATORS_SAMPEL", "5", "MUTATORS_SAMPEL means nothing", "MUTATORS_SAMPLE")]
    [DataRow("MUTATORS_SAMPLE", "many", "In the environment, sample is not a number", "Give a number")]
    [DataRow("MUTATORS_RESIDUAL", "perhaps", "In the environment, residual is not true or false", "Give true or false")]
    [DataRow("MUTATORS_WORKLOADS", "src/P", "MUTATORS_WORKLOADS is no JSON", "as in the file")]
    public void A_variable_that_has_no_meaning_is_an_error_with_a_remedy(string variable, string value, string message, string remedy)
    {
        var error = Assert.ThrowsExactly<UsageException>(() => Read("{}", (variable, value)));

        Assert.Contains(message, error.Message);
        Assert.Contains(remedy, error.Remedy);
    }

    [TestMethod]
    public void The_schema_has_its_golden_file_and_takes_this_repositorys_configurations()
    {
        Snapshot.Verify("tests/Harness.Tests/Campaigns/Snapshots/mutators.schema.json", ConfigurationText.Schema());
        var schema = JsonSchema.FromText(ConfigurationText.Schema());
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Trees"), "mutators.json", SearchOption.AllDirectories).Append(Path.Combine(Repository.Root, "mutators.json")))
        {
            Assert.IsTrue(IsValid(schema, File.ReadAllText(file)), file);
        }
    }

    [TestMethod]
    [DataRow("""{ "sampel": 5 }""")]
    [DataRow("""{ "sample": "many" }""")]
    [DataRow("""{ "sample": 0 }""")]
    [DataRow("""{ "profile": "clasic" }""")]
    [DataRow("""{ "classes": ["chekcing"] }""")]
    [DataRow("""{ "margin": "five" }""")]
    [DataRow("""{ "targets": "src" }""")]
    [DataRow("""{ "workloads": [{ "name": "w" }] }""")]
    [DataRow("""{ "workloads": [{ "name": "../up", "project": "p" }] }""")]
    public void The_schema_refuses_what_the_tool_refuses(string json)
    {
        Assert.IsFalse(IsValid(JsonSchema.FromText(ConfigurationText.Schema()), json));
        Assert.ThrowsExactly<UsageException>(() => ConfigurationFile.Parse(json, "mutators.json"));
    }

    [TestMethod]
    public void The_file_that_init_writes_says_what_it_was_given_and_has_every_key()
    {
        var given = new CampaignConfiguration { Targets = ["src/A/A.csproj"], Workloads = [new Workload("w", "src/P/P.csproj", ["--seed", "1"])] };
        var text = ConfigurationText.Commented(given);

        var read = ConfigurationFile.Parse(text, "mutators.json");
        Assert.AreSequenceEqual(given.Targets, read.Targets);
        Assert.AreSequenceEqual(given.Workloads[0].Arguments, read.Workloads.Single().Arguments);
        Assert.IsTrue(ConfigurationKey.All.All(key => text.Contains($"\"{key.Name}\":", StringComparison.Ordinal)));

        // Every default is one that the tool itself takes; those that stand for nothing are not written as a value.
        var uncommented = string.Join('\n', text.Split('\n').Select(line => line.StartsWith("  // \"", StringComparison.Ordinal) && !line.EndsWith("null,", StringComparison.Ordinal) && !line.Contains("$schema", StringComparison.Ordinal) ? line.Replace("// ", "", StringComparison.Ordinal) : line));
        Assert.AreEqual(new CampaignConfiguration().TimeFactor, ConfigurationFile.Parse(uncommented, "mutators.json").TimeFactor);
    }

    public void Dispose() => folder.Dispose();

    private static bool IsValid(JsonSchema schema, string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return schema.Evaluate(document.RootElement).IsValid;
    }

    private ConfigurationSources Read(string json, params (string, string)[] variables)
    {
        folder.Write("mutators.json", json);
        return ConfigurationSources.Read(Path.Combine(folder.Path, "mutators.json"), variables.Select(each => KeyValuePair.Create(each.Item1, each.Item2)));
    }
}
