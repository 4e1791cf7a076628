using Harness.Tests.Campaigns;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Outcomes;

namespace Harness.Tests.Engines;

/// <summary>Programs that the reload engine cannot take as they are: it finds another way by itself, says why, and the outcomes are the same.</summary>
[TestClass]
public sealed class FallbackTests
{
    private static readonly CampaignConfiguration reload = Tree.Configuration with { Engine = CampaignEngine.Reload };

    [TestMethod]
    [DataRow("<StartupHookSupport>false</StartupHookSupport>", "rebuild (the program does not start with an agent in it)")]
    [DataRow("<MetadataUpdaterSupport>false</MetadataUpdaterSupport>", "reload")]
    [DataRow("<Optimize>true</Optimize>", "reload")]
    [DataRow("<DebugType>none</DebugType>", "reload")]
    [DataRow("<DebugType>embedded</DebugType>", "reload")]
    public void A_project_with(string property, string engine)
    {
        using var tree = new Tree("leans_on_a_library");
        tree.Write("Directory.Build.props", $"<Project><PropertyGroup>{property}</PropertyGroup></Project>");
        tree.Commit();

        AssertOutcomes(tree, engine);
    }

    [TestMethod]
    public void A_program_that_sees_that_its_library_is_optimised_runs_with_the_library_as_it_was_built()
    {
        using var tree = new Tree("leans_on_a_library");
        tree.Write("Lib/Seen.cs", """
            using System.Diagnostics;
            using System.Reflection;
            public static class Seen
            {
                public static bool IsOptimised => !typeof(Seen).Assembly.GetCustomAttribute<DebuggableAttribute>()!.IsJITOptimizerDisabled;
            }
            """);
        tree.Write("App/Program.cs", "Console.WriteLine(Seen.IsOptimised);\nConsole.WriteLine(Work.Count());\nConsole.WriteLine(Work.Ask());\nConsole.WriteLine(Work.Look());\n");
        tree.Commit();

        AssertOutcomes(tree, "reload");
    }

    [TestMethod]
    [TestCategory("Slow")]
    [DataRow("public static string Name { get; } = \"first\";", "reload:emit (the initialiser of a property changes)")]
    [DataRow("public static readonly string Name = \"first\";", "reload:emit (the initialiser of a field changes)")]
    public void An_initialiser_of_a_library_is_no_declaration_that_needs_a_build(string member, string engine)
    {
        using var tree = new Tree("leans_on_a_library");
        tree.Write("Lib/Named.cs", $"public static class Named {{ {member} }}\n");
        tree.Write("App/Program.cs", "Console.WriteLine(Named.Name);\n");
        tree.Commit();
        var campaign = tree.Run(reload with { Targets = ["Lib"], Operators = ["C-STRING"], In = ["Lib/Named.cs"] });
        var outcome = campaign.Mutants.Single().Headline!;
        Assert.AreEqual(FailureMode.SilentDataFailure, outcome.Mode);
        Assert.AreEqual(engine, outcome.Engine);
    }

    private static void AssertOutcomes(Tree tree, string engine)
    {
        var campaign = tree.Run(reload);
        Outcome Of(string call, string member) =>
            campaign.Mutants.Single(each => each.Mutant.Change == $"drop call {call}" && each.Mutant.Member.StartsWith(member, StringComparison.Ordinal)).Headline!;

        Assert.AreEqual(FailureMode.NoImpact, Of("Registry.Reset()", "Work.Count").Mode);
        Assert.AreEqual(FailureMode.SilentDataFailure, Of("text.Add(Registry.Looked())", "Work.Look").Mode);
        var crash = Of("Registry.Add(\"asked\")", "Work.Ask");
        Assert.AreEqual(FailureMode.ControlCrash, crash.Mode);
        Assert.EndsWith("at Registry.Known", crash.Reason);
        foreach (var result in campaign.Mutants.Where(each => each.Mutant.Member.StartsWith("Work.", StringComparison.Ordinal)))
        {
            Assert.AreEqual(engine, result.Headline!.Engine, result.Mutant.Change);
        }
    }
}
