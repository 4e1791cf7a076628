using Harness.Tests.Campaigns;
using Microsoft.Extensions.Logging.Abstractions;
using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Store;
using Mutators.Reporting.Propagation;

namespace Harness.Tests.Engines;

/// <summary>The same library and the same tests under each framework: whole campaigns, and the verdicts of a real build and the SDK's own test runner.</summary>
[TestClass]
[TestCategory("Slow")]
public sealed class TestFrameworkTests
{
    [TestMethod]
    [DataRow(new[] { "a_shape", "its_tests_are_nunit" }, "Tests.ShapeTests.Name_is(3,\"triangle\")", 4)]
    [DataRow(new[] { "a_shape", "a_shape_under_xunit", "its_tests_are_xunit_2" }, "Tests.ShapeTests.Name_is(corners: 3, name: \"triangle\")", 2)]
    [DataRow(new[] { "a_shape", "a_shape_under_xunit", "its_tests_are_xunit_3" }, "Tests.ShapeTests.Name_is(corners: 3, name: \"triangle\")", 2)]
    [DataRow(new[] { "a_shape", "its_tests_are_mstest_under_vstest" }, "Tests.ShapeTests.Name_is (3,\"triangle\")", 2)]
    public void A_campaign_agrees_with_a_rebuild_and_hears_every_test(string[] folders, string row, int reaching)
    {
        using var tree = new Tree(folders);
        using var repository = MutantRepository.Open(tree.Root);
        var configuration = new CampaignConfiguration { Profile = FaultProfile.Classic, Members = ["Shape.Name", "Shape.Depth"], Operators = ["C-STRING", "C-REL", "C-ARITH"], Matrix = true };
        var runner = new CampaignRunner(repository, configuration, NullLogger.Instance);

        var campaign = runner.Run(fresh: false, CancellationToken.None, crossCheck: 100);

        Assert.AreEqual("", string.Join('\n', runner.CrossChecked!.Disagreements.Select(each => each.InWords())));
        Assert.AreEqual(campaign.Activated.Length, runner.CrossChecked.Compared);
        Assert.IsTrue(campaign.Activated.Any(each => each.Headline!.Mode is FailureMode.ControlCrash), "nothing overflows the stack");
        Assert.IsTrue(campaign.Activated.All(each => each.Headline!.Mode.IsOfTests || each.Headline.Mode is FailureMode.ControlCrash), string.Join('\n', campaign.Mutants.Select(each => each.Headline)));
        Assert.IsTrue(campaign.Activated.All(each => each.Headline!.Engine.StartsWith("reload", StringComparison.Ordinal)), string.Join('\n', campaign.Mutants.Select(each => each.Headline)));
        var noticed = campaign.Mutants.Where(each => each.Mutant.Member == "Shape.Name" && each.Headline!.Detectors.Contains(row)).ToList();
        Assert.IsNotEmpty(noticed, string.Join('\n', campaign.Mutants.Select(each => each.Headline)));
        Assert.IsTrue(noticed.Any(each => each.Headline!.Detectors.Length > 1), "no mutant is noticed by two rows, though every test is asked");

        // Who reaches a site is known test by test: two rows come as far as the last line, and of NUnit's tests two others.
        var survivor = campaign.Mutants.Single(each => each.Mutant.Member == "Shape.Name" && each.Headline!.Mode is FailureMode.Survived);
        Assert.AreEqual($"all {reaching} tests that execute the site pass", survivor.Headline!.Reason);
        RequireTraces(repository, configuration, campaign, noticed[0], row);
    }

    /// <summary>The tests that reach the site are what golden and the mutant execute, member by member.</summary>
    private static void RequireTraces(MutantRepository repository, CampaignConfiguration configuration, CampaignSnapshot campaign, MutantResult noticed, string row)
    {
        using var workspace = GoldenWorkspace.Open(repository, configuration, NullLogger.Instance, CancellationToken.None);
        workspace.BuildGolden(CancellationToken.None);
        var tracer = new DeltaTracer(repository, workspace, configuration);

        var delta = tracer.Trace(noticed.Mutant.Id, noticed.Mutant.Commit, workspace.Programs.Single(), campaign.Golden.Single(), PropagationMode.Full, null, CancellationToken.None);

        Assert.AreEqual("Shape.Name", delta.Infections[0].Component);
        CollectionAssert.AreEquivalent(noticed.Headline!.Detectors, delta.Outcome!.Detectors);
        CollectionAssert.Contains(delta.Outcome.Detectors, row);
        Assert.Contains("Noticed by the test ", string.Join('\n', DeltaStory.Sentences(delta)));
    }

    [TestMethod]
    public void What_the_program_computes_for_rows_of_data_is_computed_anew_for_each_mutant()
    {
        using var tree = new Tree("a_shape", "its_tests_are_nunit");

        var campaign = tree.Run(new CampaignConfiguration { Profile = FaultProfile.Classic, Members = ["Shape.Area"], Operators = ["C-ARITH"], Matrix = true });

        Assert.AreSequenceEqual(
            ["Tests.ShapeTests.Area_is_a_product", "Tests.ShapeTests.area of a source"], campaign.Mutants.Single().Headline!.Detectors.Where(each => each.Contains("rea")).Order(StringComparer.Ordinal));
    }
}
