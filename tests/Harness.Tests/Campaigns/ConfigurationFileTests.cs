using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Faultloads;

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
    public void Every_filter_of_the_command_line_is_a_key()
    {
        var read = ConfigurationFile.Parse(
            """
            {
              "profile": "classic", "in": ["src/**"], "members": ["Xl.Create"], "classes": ["checking", "Interface"], "complexity": "3..10",
              "includeGenerated": true, "includeExcludedFromCoverage": true, "margin": "5%", "confidence": 0.99, "sampling": "component",
            }
            """,
            "mutators.json");

        Assert.AreEqual(FaultProfile.Classic, read.Profile);
        Assert.AreSequenceEqual(["Xl.Create"], read.Members);
        Assert.AreSequenceEqual([FaultClass.Checking, FaultClass.Interface], read.Classes);
        Assert.AreEqual(new ComplexityRange(3, 10), read.Complexity);
        Assert.IsTrue(read.IncludeGenerated && read.IncludeExcludedFromCoverage);
        Assert.AreEqual((0.05, 0.99, SamplingRule.Component), (read.Margin, read.Confidence, read.Sampling));
    }

    [TestMethod]
    public void A_seed_keeps_all_its_digits() =>
        Assert.AreEqual(18446744073709551557UL, ConfigurationFile.Parse("""{ "seed": 18446744073709551557 }""", "mutators.json").Seed);

    [TestMethod]
    public void What_is_left_out_has_its_default()
    {
        var read = ConfigurationFile.Parse("{ }", "mutators.json");

        Assert.IsEmpty(read.Targets);
        Assert.IsNull(read.Sample);
        Assert.AreEqual(new CampaignConfiguration().TimeFactor, read.TimeFactor);
    }

    [TestMethod]
    [DataRow("""{ "sample": 5, "sample": 6 }""", "'sample'", "Mend that line")]
    [DataRow("""{ "sampel": 5 }""", "'sampel'", "Did you mean 'sample'")]
    [DataRow("""{ "sample": "many" }""", "sample is not a number", "Give a number")]
    [DataRow("""{ "sample": 0 }""", "sample is not a number from 1", "Give a number")]
    [DataRow("""{ "sampling": "biased" }""", "no sampling rule 'biased'", "field-weights, component, operator, uniform, all")]
    [DataRow("""{ "profile": "clasic" }""", "no profile 'clasic'", "Did you mean classic?")]
    [DataRow("""{ "classes": ["chekcing"] }""", "no fault class 'chekcing'", "Did you mean checking?")]
    [DataRow("""{ "complexity": "10..3" }""", "'10..3' is not a range", "both included")]
    [DataRow("""{ "margin": "five" }""", "margin is not a share", "Give a share")]
    [DataRow("""{ "margin": "5%", "sample": 7 }""", "both 'sample' and 'margin'", "Leave one of them out")]
    [DataRow("""{ "seed": -1 }""", "seed is not a whole number", "Give a whole number")]
    [DataRow("""{ "includeGenerated": "yes" }""", "includeGenerated is not true or false", "Give true or false")]
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
