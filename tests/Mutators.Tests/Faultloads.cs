using Mutators.Operators;

namespace Mutators.Tests;

[TestClass]
public sealed class Faultloads
{
    private static readonly FaultOperator Call = new MissingFunctionCall();
    private static readonly FaultOperator If = new MissingIfPlusStatements();
    private static readonly FaultOperator Around = new MissingIfAroundStatements();

    // Three files with 60, 30 and 10 sites of each of MFC, MIFS and MIA.
    private static readonly IReadOnlyList<Mutant> Sites =
        [.. Scan("src/A.cs", 60), .. Scan("src/B.cs", 30), .. Scan("src/C.cs", 10)];

    [TestMethod]
    public void All_sites_are_a_census_in_document_order()
    {
        var load = Faultload.Draw([.. Sites.Reverse()], sample: null, seed: 1, SamplingRule.All);
        Assert.AreSequenceEqual(Sites.Select(site => site.Id), load.Mutants.Select(mutant => mutant.Id));
        Assert.AreEqual(new Stratum("MFC", 46, 100, 100, 100), load.Strata.Single(stratum => stratum.Name == "MFC"));
    }

    [TestMethod]
    [DataRow(SamplingRule.Uniform)]
    [DataRow(SamplingRule.FieldWeighted)]
    public void The_order_of_the_sites_does_not_matter(SamplingRule rule)
    {
        var shuffled = Sites.OrderBy(site => site.Id.Hash, StringComparer.Ordinal).ToList();
        Assert.AreSequenceEqual(Ids(Faultload.Draw(Sites, 40, 3, rule)), Ids(Faultload.Draw(shuffled, 40, 3, rule)));
    }

    [TestMethod]
    [DataRow(SamplingRule.Uniform)]
    [DataRow(SamplingRule.FieldWeighted)]
    public void Another_seed_draws_other_mutants(SamplingRule rule) =>
        Assert.AreNotEqual(string.Join(' ', Ids(Faultload.Draw(Sites, 40, 3, rule))), string.Join(' ', Ids(Faultload.Draw(Sites, 40, 4, rule))));

    [TestMethod]
    public void A_field_weighted_sample_follows_the_field_counts()
    {
        var load = Faultload.Draw(Sites, sample: 50, seed: 1, SamplingRule.FieldWeighted);
        Assert.AreSequenceEqual(
            [new Stratum("MFC", 46, 100, 15, 15), new Stratum("MIA", 34, 100, 11, 11), new Stratum("MIFS", 71, 100, 24, 24)], Sizes(load));
    }

    [TestMethod]
    public void A_stratum_that_falls_short_is_not_refilled_from_others()
    {
        var few = Sites.Where(site => site.Operator != If || site.Path == "src/C.cs").ToList();
        var load = Faultload.Draw(few, sample: 50, seed: 1, SamplingRule.FieldWeighted);
        var stratum = load.Strata.Single(each => each.Name == "MIFS");
        Assert.AreEqual(new Stratum("MIFS", 71, 10, 24, 10), stratum with { Weight = null });
        Assert.AreEqual(14, stratum.Shortfall);
        Assert.AreEqual(14, load.Shortfall);
        Assert.HasCount(36, load.Mutants);
    }

    [TestMethod]
    public void A_stratum_that_falls_short_stands_for_its_whole_weight_and_one_without_sites_for_nothing()
    {
        var few = Sites.Where(site => site.Operator == Call || (site.Operator == If && site.Path == "src/C.cs")).ToList();
        var load = Faultload.Draw(few, sample: 50, seed: 1, SamplingRule.FieldWeighted, [Call, If, Around]);
        Assert.AreSequenceEqual([46 / 117.0, 0, 71 / 117.0], load.Strata.Select(stratum => stratum.Weight!.Value));
    }

    [TestMethod]
    public void A_census_and_a_uniform_sample_weigh_every_mutant_the_same()
    {
        Assert.IsTrue(Faultload.Draw(Sites, sample: null, seed: 1, SamplingRule.All).Strata.All(stratum => stratum.Weight is null));
        Assert.IsTrue(Faultload.Draw(Sites, 40, 1, SamplingRule.Uniform).Strata.All(stratum => stratum.Weight is null));
    }

    [TestMethod]
    public void Drawn_by_component_each_gets_the_same_number_and_weighs_by_its_sites()
    {
        var load = Faultload.Draw(Sites, sample: 100, seed: 1, SamplingRule.Component, componentOf: site => site.Path);
        Assert.AreSequenceEqual(
            [new Stratum("src/A.cs", null, 180, 34, 34, 0.6), new Stratum("src/B.cs", null, 90, 33, 33, 0.3), new Stratum("src/C.cs", null, 30, 33, 30, 0.1)], load.Strata);
        Assert.AreEqual(3, load.Shortfall);
        Assert.IsTrue(load.Mutants.All(mutant => load.StratumOf(mutant) == mutant.Path));
    }

    [TestMethod]
    public void Drawn_by_operator_each_gets_the_same_number()
    {
        var load = Faultload.Draw(Sites, sample: 30, seed: 1, SamplingRule.Operator);
        Assert.AreSequenceEqual([10, 10, 10], load.Strata.Select(stratum => stratum.Drawn));
        Assert.AreSequenceEqual(["MFC", "MIA", "MIFS"], load.Strata.Select(stratum => stratum.Name));
    }

    [TestMethod]
    public void A_margin_holds_in_all_or_in_each_stratum_that_is_compared()
    {
        var size = new SampleSize(0.05, 0.95);
        Assert.HasCount(size.Of(300), Faultload.Draw(Sites, size, seed: 1, SamplingRule.Uniform).Mutants);
        var load = Faultload.Draw(Sites, size, seed: 1, SamplingRule.Component, componentOf: site => site.Path);
        Assert.AreSequenceEqual([size.Of(180), size.Of(90), size.Of(30)], load.Strata.Select(stratum => stratum.Drawn));
        Assert.AreEqual(0, load.Shortfall);
    }

    [TestMethod]
    public void An_operator_without_sites_is_an_empty_stratum()
    {
        var calls = Sites.Where(site => site.Operator == Call).ToList();
        var load = Faultload.Draw(calls, sample: 10, seed: 1, SamplingRule.FieldWeighted, [Call, Around]);
        Assert.AreSequenceEqual([new Stratum("MFC", 46, 100, 6, 6), new Stratum("MIA", 34, 0, 4, 0)], Sizes(load));
    }

    [TestMethod]
    public void A_variant_that_shares_a_weight_is_drawn_from_the_same_stratum()
    {
        FaultOperator guard = new MissingGuard();
        var sites = Scan("src/A.cs", 10, If, guard, Call);
        var load = Faultload.Draw(sites, sample: 23, seed: 1, SamplingRule.FieldWeighted);
        Assert.AreSequenceEqual([new Stratum("MFC", 46, 10, 9, 9), new Stratum("MIFS", 71, 20, 14, 14)], Sizes(load));
        Assert.AreSequenceEqual(["MFC", "MIFS", "MIFS.G"], load.Mutants.Select(mutant => mutant.Operator.Definition.Id).Distinct().Order());
    }

    [TestMethod]
    public void An_operator_outside_of_the_library_has_no_share_of_a_field_weighted_sample()
    {
        FaultOperator logic = new WrongLogicalExpression();
        var load = Faultload.Draw(Scan("src/A.cs", 10, logic, Call), sample: 5, seed: 1, SamplingRule.FieldWeighted);
        Assert.AreSequenceEqual([new Stratum("MFC", 46, 10, 5, 5), new Stratum("WLEC", 22, 20, 0, 0)], Sizes(load));
    }

    [TestMethod]
    public void Each_file_gets_its_share_of_an_operator()
    {
        for (var seed = 0UL; seed < 20; seed++)
        {
            var load = Faultload.Draw([.. Sites.Where(site => site.Operator == Call)], sample: 10, seed, SamplingRule.FieldWeighted);
            Assert.AreSequenceEqual([6, 3, 1], load.Mutants.GroupBy(mutant => mutant.Path).Select(file => file.Count()), $"seed {seed}");
        }
    }

    [TestMethod]
    [DataRow(SamplingRule.Uniform)]
    [DataRow(SamplingRule.FieldWeighted)]
    public void Every_site_of_an_operator_is_equally_likely(SamplingRule rule)
    {
        var calls = Sites.Where(site => site.Operator == Call).ToList();
        var drawn = calls.ToDictionary(site => site.Id, _ => 0);
        for (var seed = 0UL; seed < 2_000; seed++)
        {
            foreach (var mutant in Faultload.Draw(calls, sample: 7, seed, rule).Mutants)
            {
                drawn[mutant.Id]++;
            }
        }

        // Expected 140 draws each; five standard deviations of a binomial count with n = 2,000 and p = 0.07 are 57.
        Assert.IsTrue(drawn.Values.All(count => Math.Abs(count - 140) < 57), string.Join(' ', drawn.Values));
    }

    [TestMethod]
    public void A_uniform_sample_keeps_its_mutants_when_sites_come_elsewhere()
    {
        var before = Ids(Faultload.Draw([.. Sites.Where(site => site.Path != "src/C.cs")], 40, 3, SamplingRule.Uniform)).ToHashSet();
        var after = Ids(Faultload.Draw(Sites, 40, 3, SamplingRule.Uniform)).ToHashSet();
        var fromElsewhere = Sites.Where(site => site.Path == "src/C.cs").Select(site => site.Id.ToString()).ToHashSet();
        Assert.IsTrue(after.All(id => before.Contains(id) || fromElsewhere.Contains(id)));
    }

    [TestMethod]
    public void A_uniform_sample_larger_than_the_sites_is_short()
    {
        var load = Faultload.Draw(Sites, sample: 1_000, seed: 1, SamplingRule.Uniform);
        Assert.HasCount(300, load.Mutants);
        Assert.AreEqual(700, load.Shortfall);
    }

    [TestMethod]
    [DataRow(SamplingRule.All, 5)]
    [DataRow(SamplingRule.Uniform, 0)]
    [DataRow(SamplingRule.FieldWeighted, null)]
    [DataRow(SamplingRule.Operator, null)]
    [DataRow(SamplingRule.Component, 5)]
    public void A_size_that_does_not_fit_the_rule_is_refused(SamplingRule rule, int? sample) =>
        Assert.ThrowsExactly<ArgumentException>(() => Faultload.Draw(Sites, sample, 1, rule));

    private static IEnumerable<Stratum> Sizes(Faultload load) => load.Strata.Select(stratum => stratum with { Weight = null });

    private static IEnumerable<string> Ids(Faultload load) => load.Mutants.Select(mutant => mutant.Id.ToString());

    private static IReadOnlyList<Mutant> Scan(string path, int methods, params FaultOperator[] operators)
    {
        var members = Enumerable.Range(0, methods).Select(i => $$"""
                void M{{i}}(List<int> list)
                {
                    list.Clear();
                    if (list.Count == {{i}})
                    {
                        count = {{i}};
                    }

                    if (count > {{i}}) return;
                    count++;
                }
            """);
        return new Golden($"class C\n{{\n{string.Join('\n', members)}\n    int count;\n}}", path).Scan(operators is [] ? [Call, If, Around] : operators);
    }
}
