using System.Text.Json;
using Harness.Tests.Campaigns;
using Mutators.Campaign;
using Mutators.Campaign.Faultloads;

namespace Harness.Tests.Faultloads;

/// <summary>Which faults the command line chooses, on a program that has sites of every kind of filter.</summary>
[TestClass]
public sealed class FaultloadCommandTests
{
    private static Tree tree = null!;

    [ClassInitialize]
    public static void Make(TestContext context) => tree = new Tree("has_sites_of_every_kind");

    [ClassCleanup]
    public static void Clean() => tree.Dispose();

    [TestMethod]
    [DataRow("", "MFC")]
    [DataRow("--profile classic", "C-STMT")]
    [DataRow("--profile dotnet", "N-")]
    [DataRow("--profile classic --operators MIA", "MIA")]
    [DataRow("--classes checking", "MIA")]
    public void Operators_are_chosen_by_profile_class_or_id(string options, string expected)
    {
        var operators = Listed(options).Select(site => site.Operator).Distinct().ToArray();

        Assert.Contains(each => each.StartsWith(expected, StringComparison.Ordinal), operators, string.Join(' ', operators));
        Assert.AreEqual(options.Contains("classic", StringComparison.Ordinal) && !options.Contains("MIA", StringComparison.Ordinal), operators.Any(each => each.StartsWith("C-", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("--members Simple", "Kinds.Simple")]
    [DataRow("--member Kinds.Simple", "Kinds.Simple")]
    [DataRow("--member Sim*", "Kinds.Simple")]
    [DataRow("--complexity 4..", "Kinds.Forked")]
    [DataRow("--in App/K*.cs --complexity 4..9", "Kinds.Forked")]
    public void Sites_are_filtered_by_member_complexity_and_path(string options, string member) =>
        Assert.AreSequenceEqual([member], Listed(options).Select(site => site.Member).Distinct());

    [TestMethod]
    [DataRow("--include-generated", "Generated.Made")]
    [DataRow("--include-excluded-from-coverage", "Kinds.Untested")]
    public void What_is_left_out_by_default_can_be_asked_for(string options, string member)
    {
        Assert.DoesNotContain(member, Listed("").Select(site => site.Member));
        Assert.Contains(member, Listed(options).Select(site => site.Member));
    }

    [TestMethod]
    public void A_comment_takes_sites_out_and_one_without_a_reason_is_told()
    {
        var (code, output, error) = Tool("list");

        Assert.AreEqual(0, code, error);
        Assert.DoesNotContain("in Kinds.Silenced", output);
        Assert.Contains("in Kinds.Unreasoned", output);
        Assert.Contains("App/Kinds.cs:", error);
        Assert.Contains("this comment takes no site out", error);
    }

    [TestMethod]
    [DataRow("--profile clasic", "Did you mean classic?")]
    [DataRow("--classes chekcing", "Did you mean checking?")]
    [DataRow("--member Simpel", "Did you mean 'Simple'?")]
    [DataRow("--complexity many", "range of complexities")]
    [DataRow("--sampling field", "Did you mean field-weights?")]
    [DataRow("--sample 5 --margin 5%", "Give one of them")]
    [DataRow("--margin 500%", "no share between 0 and 1")]
    [DataRow("--confidence 99%", "Give --margin as well")]
    [DataRow("--sampling uniform", "Give its size as well")]
    [DataRow("--sample 2 --profile dotnet --sample-by field-weights", "no published field data")]
    [DataRow("--confidence 100% --margin 5%", "Write it as 95%")]
    [DataRow("--operators ,", "--operators names nothing")]
    [DataRow("--seed 1 --seed 2", "--seed is given 2 times, and can be given once")]
    [DataRow("--seed -1", "a whole number from 0 to 18446744073709551615, and '-1' is none")]
    [DataRow("--format yaml", "--format takes one of text, json")]
    [DataRow("--sample", "--sample is given without a value: it takes a whole number")]
    [DataRow("--sampel 5", "'list' has no option --sampel. Did you mean --sample?")]
    [DataRow("--faultload missing.json", "cannot be read")]
    [DataRow("--faultload missing.json --seed 3", "and so does --seed")]
    public void What_has_no_meaning_is_told_in_two_lines(string options, string part)
    {
        var (code, output, error) = Tool(["list", .. Words(options)]);

        Assert.AreEqual((int)ExitCode.Usage, code, error);
        Assert.Contains(part, error);
        Assert.AreEqual("", output);
    }

    [TestMethod]
    [DataRow("{}", "it lacks 'schemaVersion'")]
    [DataRow("{ \"schemaVersion\": \"one\" }", "schemaVersion has a value of another kind at line 1")]
    [DataRow("{ \"seed\" }", "no JSON at line 1")]
    public void A_file_that_is_no_faultload_is_told_without_types_of_ours(string text, string part)
    {
        using var folder = new ScratchFolder();
        folder.Write("other.json", text);

        var problem = Assert.ThrowsExactly<UsageException>(() => FaultloadFile.Read(Path.Combine(folder.Path, "other.json")));

        Assert.Contains(part, problem.Message);
        Assert.DoesNotContain("Mutators.Campaign", problem.Message);
    }

    [TestMethod]
    public void A_saved_faultload_gives_the_same_branches_on_the_same_golden()
    {
        using var here = new Tree("has_sites_of_every_kind");
        var file = Path.Combine(here.Root, "drawn.json");
        var (code, listed, error) = ToolProcess.Run(here.Root, "list", "--sample", "5", "--seed", "18446744073709551557", "--sample-by", "uniform", "--class", "algorithm,checking", "--save", file);
        Assert.AreEqual(0, code, error);
        Assert.HasCount(5, listed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var drawn = Branches(here, "emit", "--sample", "5", "--seed", "18446744073709551557", "--sample-by", "uniform", "--class", "algorithm,checking");
        here.Git("for-each-ref", "--format=delete %(refname)", "refs/heads/mutants").Split('\n').ToList().ForEach(line => here.Git("update-ref", "-d", line["delete ".Length..]));

        // The file says it all: the configuration has changed since.
        here.Write("mutators.json", """{ "targets": ["App"], "workloads": [{ "name": "app", "project": "App" }], "sample": 1, "seed": 7, "in": ["none/**"] }""");
        var again = Branches(here, "emit", "--faultload", file);

        Assert.AreEqual(drawn, again);
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        Assert.AreEqual(18446744073709551557UL, json.RootElement.GetProperty("seed").GetUInt64());
        Assert.AreEqual(here.Git("rev-parse", "HEAD"), json.RootElement.GetProperty("golden").GetString());
        Assert.AreEqual("uniform", json.RootElement.GetProperty("rule").GetString());
    }

    [TestMethod]
    public void On_another_golden_the_mutants_that_vanished_are_named()
    {
        using var here = new Tree("has_sites_of_every_kind");
        var file = Path.Combine(here.Root, "drawn.json");
        ToolProcess.Run(here.Root, "list", "--operators", "MFC", "--save", file);
        var source = File.ReadAllText(Path.Combine(here.Root, "App", "Kinds.cs"));
        here.Write("App/Kinds.cs", source.Replace("Note(\"simple\");", "", StringComparison.Ordinal));
        here.Commit();

        var (code, output, error) = ToolProcess.Run(here.Root, "list", "--faultload", file);

        Assert.AreEqual(0, code, error);
        Assert.Contains("vanished   MFC-", error);
        Assert.Contains("was drawn from", error);
        Assert.DoesNotContain("simple", output);
    }

    [TestMethod]
    public void A_file_that_names_what_its_own_golden_lacks_is_refused()
    {
        using var here = new Tree("has_sites_of_every_kind");
        var file = Path.Combine(here.Root, "drawn.json");
        ToolProcess.Run(here.Root, "list", "--operators", "MFC", "--save", file);
        var text = File.ReadAllText(file);
        var first = text.IndexOf("\"MFC-", StringComparison.Ordinal);
        File.WriteAllText(file, text[..first] + "\"MFC-0123456789" + text[(first + 15)..]);

        var (code, _, error) = ToolProcess.Run(here.Root, "emit", "--faultload", file);

        Assert.AreEqual((int)ExitCode.Usage, code, error);
        Assert.Contains("MFC-0123456789", error);
    }

    private static string Branches(Tree here, params ReadOnlySpan<string> arguments)
    {
        var (code, _, error) = ToolProcess.Run(here.Root, arguments);
        Assert.AreEqual(0, code, error);
        return here.Git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/mutants");
    }

    private static IEnumerable<(string Operator, string Member)> Listed(string options)
    {
        var (code, output, error) = Tool(["list", "--format", "json", .. Words(options)]);
        Assert.AreEqual(0, code, error);
        using var json = JsonDocument.Parse(output);
        return [.. json.RootElement.EnumerateArray().Select(site => (site.GetProperty("operator").GetString()!, site.GetProperty("member").GetString()!))];
    }

    /// <summary>One at a time: a repository bears one command that reads its projects.</summary>
    private static (int ExitCode, string Output, string Error) Tool(params ReadOnlySpan<string> arguments)
    {
        lock (tree)
        {
            return ToolProcess.Run(tree.Root, arguments);
        }
    }

    private static string[] Words(string options) => options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
