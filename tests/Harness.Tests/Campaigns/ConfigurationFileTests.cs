using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;

namespace Harness.Tests.Campaigns;

[TestClass]
public sealed class ConfigurationFileTests
{
    [TestMethod]
    public void Comments_and_trailing_commas_are_allowed()
    {
        var read = ConfigurationFile.Parse(
            """
            {
              // what, and by which program
              "targets": ["src/A", "src/B",],
              "workloads": [{ "name": "w", "project": "src/P", "arguments": ["--seed", "1"] }],
              "sample": 7, "sampling": "uniform", "seed": 3,
            }
            """,
            "mutators.json");

        Assert.AreSequenceEqual(["src/A", "src/B"], read.Targets);
        Assert.AreSequenceEqual(["--seed", "1"], read.Workloads.Single().Arguments);
        Assert.AreEqual((7, SamplingRule.Uniform, 3UL), (read.Sample, read.Sampling, read.Seed));
    }

    [TestMethod]
    public void What_is_left_out_has_its_default()
    {
        var read = ConfigurationFile.Parse("{ }", "mutators.json");

        Assert.IsEmpty(read.Targets);
        Assert.IsNull(read.Sample);
        Assert.AreEqual(new CampaignConfiguration().TimeFactor, read.TimeFactor);
    }

    [TestMethod]
    [DataRow("""{ "sampel": 5 }""", "'sampel'", "Did you mean 'sample'")]
    [DataRow("""{ "sample": "many" }""", "sample is not a number", "Give a number")]
    [DataRow("""{ "sample": 0 }""", "sample is not a number from 1", "Give a number")]
    [DataRow("""{ "sampling": "biased" }""", "one of all, uniform, field-weighted", "Give one of")]
    [DataRow("""{ "targets": "src" }""", "targets is not a list", "Give a list")]
    [DataRow("""{ "workloads": [{ "name": "w" }] }""", "workloads[0].project is not a text", "Give a text")]
    [DataRow("""{ "workloads": [{ "project": "p", "argumnets": [] }] }""", "'workloads[0].argumnets'", "Did you mean 'arguments'")]
    [DataRow("""{ "workloads": [{ "name": "../up", "project": "p" }] }""", "'../up' is no name", "letters, digits")]
    [DataRow("""{ "workloads": [{ "name": "w", "project": "p" }, { "name": "W", "project": "q" }] }""", "Two workloads", "a name of its own")]
    [DataRow("[]", "the file is not an object", "Give an object")]
    [DataRow("", "not valid JSON", "Mend that line")]
    public void What_has_no_meaning_is_an_error_with_a_remedy(string json, string message, string remedy)
    {
        var error = Assert.ThrowsExactly<UsageException>(() => ConfigurationFile.Parse(json, "mutators.json"));

        Assert.Contains(message, error.Message);
        Assert.Contains(remedy, error.Remedy);
        Assert.AreEqual(ExitCode.Usage, error.ExitCode);
    }
}
