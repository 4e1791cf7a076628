using System.Collections.Immutable;
using System.Text.Json;
using Harness.Tests;
using Microsoft.Data.Sqlite;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Workloads;
using Mutators.Reporting;

namespace Mutators.Campaign.Store;

/// <summary>Stores of shards become one campaign: in any order, as often as one likes, and of one campaign only.</summary>
[TestClass]
public sealed class StoreMergeTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    private static CampaignSnapshot Fixture => CampaignFixture.Snapshot;

    [TestMethod]
    [DataRow(0, 1, 2)]
    [DataRow(2, 0, 1)]
    [DataRow(1, 2, 0)]
    public void Merged_in_any_order_the_parts_are_the_whole(int first, int second, int third)
    {
        var parts = Parts(3);
        var merged = Merge("merged", parts[first], parts[second], parts[third]);

        Assert.AreEqual((3, Fixture.Mutants.Length), (merged.Stores, merged.Mutants));
        Assert.IsEmpty(merged.Disagreements);
        Assert.AreEqual(Json(Fixture), Json(Read("merged")));
    }

    [TestMethod]
    public void Merging_again_or_one_part_twice_changes_nothing()
    {
        var parts = Parts(3);
        Merge("merged", parts[0], parts[1]);
        Merge("merged", parts[2], parts[2], parts[1]);
        Merge("merged", parts);

        Assert.AreEqual(Json(Fixture), Json(Read("merged")));
        Assert.IsEmpty(Directory.EnumerateFiles(Path.Combine(folder.Path, "merged"), "campaign-*.db"));
    }

    [TestMethod]
    public void What_is_missing_is_counted()
    {
        var merged = Merge("merged", Parts(4)[1]);

        Assert.AreEqual(Fixture.Identity.Faultload.Strata.Sum(stratum => stratum.Drawn), merged.Faultload);
        Assert.IsLessThan(merged.Faultload, merged.Mutants);
    }

    [TestMethod]
    public void Outcomes_that_disagree_are_all_kept_and_the_worst_stands_whatever_the_order()
    {
        var ran = Fixture.Mutants.First(each => each.Headline?.Mode is FailureMode.NoImpact);
        var hang = ran.Headline! with { Mode = FailureMode.ControlHang, Flags = [FailureMode.ControlHang], Detection = Detection.Monitor, Reason = "ran beyond its time limit" };
        var crash = hang with { Mode = FailureMode.ControlCrash, Flags = [FailureMode.ControlCrash], Reason = "died" };
        string[] stores = [.. new[] { ran.Headline, hang, crash }.Select((outcome, index) => Store($"part{index}", Fixture with { Mutants = [With(ran, outcome!)] }))];
        var texts = new List<string>();
        foreach (var order in (int[][])[[0, 1, 2], [2, 1, 0], [1, 0, 2]])
        {
            var name = string.Concat(order);
            var merged = Merge(name, [.. order.Select(index => stores[index])]);
            Merge(name, stores[order[0]]);

            Assert.AreSequenceEqual([FailureMode.ControlHang, FailureMode.ControlCrash, FailureMode.NoImpact], merged.Disagreements.Select(each => each.Mode));
            Assert.AreEqual(FailureMode.ControlHang, Read(name).Mutants.Single().Headline!.Mode);
            texts.Add(Json(Read(name)) + JsonSerializer.Serialize(Read(name).Disagreements));
        }

        Assert.HasCount(1, texts.Distinct());
    }

    [TestMethod]
    public void Observations_that_differ_under_the_same_words_are_a_disagreement_too()
    {
        var ran = Fixture.Mutants.First(each => each.Headline is { Differences.IsEmpty: false });
        var other = ran.Headline! with { Differences = [new Difference("golden", "another")] };

        var merged = Merge("merged", Store("a", Fixture with { Mutants = [ran] }), Store("b", Fixture with { Mutants = [With(ran, other)] }));

        Assert.AreEqual(ran.Mutant.Id, merged.Disagreements.Single().Mutant);
    }

    [TestMethod]
    [DataRow("finding")]
    [DataRow("second round")]
    [DataRow("recovery")]
    public void What_else_is_told_of_an_outcome_decides_whatever_the_order(string what)
    {
        var ran = Fixture.Mutants.First(each => each.Headline is { Differences.IsEmpty: false });
        Outcome[] variants = [.. new[] { 1, 2 }.Select(variant => Varied(ran.Headline! with { Findings = [], SecondRound = null, Recovery = [] }, variant))];
        string[] stores = [.. variants.Select((outcome, index) => Store($"part{index}", Fixture with { Mutants = [With(ran, outcome)] }))];

        var (forth, back) = (Merge("forth", stores), Merge("back", stores[1], stores[0]));

        Assert.AreEqual(ran.Mutant.Id, forth.Disagreements.First().Mutant);
        Assert.AreSequenceEqual(forth.Disagreements, back.Disagreements);
        Assert.AreEqual(Told(Read("forth")), Told(Read("back")));
        Assert.IsTrue(variants.Any(variant => Told(variant) == Told(Read("forth"))), "the merged outcome is of neither store");

        Outcome Varied(Outcome outcome, int variant) => what switch
        {
            "finding" => outcome with { Findings = [new Finding(outcome.Mode, outcome.Detection, "canary", $"reason {variant}", 1, variant)] },
            "recovery" => outcome with { Recovery = [new RecoveryAttempt("restart", variant == 1, "", 2, variant, 0, 1000)] },
            _ => outcome with { SecondRound = variant == 1 ? FailureMode.NoImpact : FailureMode.ControlHang },
        };
    }

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1, 0)]
    public void A_store_of_a_release_that_told_less_contradicts_nobody(int first, int second)
    {
        var ran = Fixture.Mutants.First(each => each.Headline is { Differences.IsEmpty: false });
        var plain = ran.Headline! with { Findings = [], SecondRound = null, Recovery = [] };
        var full = plain with
        {
            Findings = [new Finding(plain.Mode, plain.Detection, "canary", "first", 1, 1), new Finding(plain.Mode, plain.Detection, "canary", "second", 1, 2)],
            SecondRound = FailureMode.NoImpact,
        };
        string[] stores = [Store("old", Fixture with { Mutants = [With(ran, plain)] }), Store("new", Fixture with { Mutants = [With(ran, full)] })];

        var merged = Merge("merged", stores[first], stores[second]);

        Assert.IsEmpty(merged.Disagreements);
        Assert.AreEqual(Told(full), Told(Read("merged")));
    }

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1, 0)]
    public void Tests_may_take_another_time_and_order_in_each_part_and_who_reaches_what_is_known_of_all_parts(int first, int second)
    {
        var (one, other) = (Fixture.Mutants[0].Mutant.Id, Fixture.Mutants[1].Mutant.Id);
        string[] stores =
        [
            Store("a", WithTests(Fixture with { Mutants = [Fixture.Mutants[0]] }, ["\u0002n 2 AB", "\u0002t 0 C|C.One", "\u0002t 1 C|C.Two", "\u0002e 0 p 100 0 ", "\u0002e 1 p 200 0 ", $"\u0002m {one} - 0"])),
            Store("b", WithTests(Fixture with { Mutants = [Fixture.Mutants[1]] }, ["\u0002n 2 AB", "\u0002t 0 C|C.One", "\u0002t 1 C|C.Two", "\u0002e 1 p 150 0 ", "\u0002e 0 p 300 0 ", $"\u0002m {other} a 1"])),
        ];

        Merge("merged", stores[first], stores[second]);
        Merge("merged", stores[second]);

        var tests = Read("merged").Golden.Single().Tests!;
        Assert.AreSequenceEqual([0], tests.Of(one).Tests);
        Assert.IsNull(tests.Of(one).WhyAlone);
        Assert.AreSequenceEqual([1], tests.Of(other).Tests);
        Assert.IsNotNull(tests.Of(other).WhyAlone);
    }

    [TestMethod]
    public void Another_test_in_one_part_is_refused_and_named()
    {
        var a = Store("a", WithTests(Fixture with { Mutants = [Fixture.Mutants[0]] }, ["\u0002n 1 AB", "\u0002t 0 C|C.One", "\u0002e 0 p 100 0 "]));
        var b = Store("b", WithTests(Fixture with { Mutants = [Fixture.Mutants[1]] }, ["\u0002n 1 CD", "\u0002t 0 C|C.Other", "\u0002e 0 p 100 0 "]));

        Assert.Contains("'C.One'", Assert.ThrowsExactly<UsageException>(() => Merge("merged", a, b)).Message);
    }

    [TestMethod]
    public void A_part_with_other_columns_is_refused()
    {
        var parts = Parts(2);
        using (var connection = new SqliteConnection($"Data Source={parts[1]};Pooling=False"))
        {
            connection.Open();
            using var change = connection.CreateCommand();
            change.CommandText = "ALTER TABLE recovery DROP COLUMN kept; CREATE TABLE of_a_later_release (mutant TEXT)";
            change.ExecuteNonQuery();
        }

        Assert.Contains("its table recovery has other columns", Assert.ThrowsExactly<UsageException>(() => Merge("merged", parts)).Message);
    }

    [TestMethod]
    public void A_harness_error_in_one_part_gives_way_to_an_outcome_in_another()
    {
        var failing = Fixture.Mutants.Single(each => !each.Errors.IsEmpty);
        var outcome = OutcomeClassifier.Classify(failing.Mutant.Id, CampaignFixture.Golden, CampaignFixture.Golden.Run, "rebuild");
        Merge("merged", Store("a", Fixture with { Mutants = [failing] }), Store("b", Fixture with { Mutants = [new MutantResult(failing.Mutant, [], [new StoredOutcome(outcome, 1)], [])] }));

        Assert.IsEmpty(Read("merged").Mutants.Single().Errors);
        Assert.AreEqual(FailureMode.NoImpact, Read("merged").Mutants.Single().Headline!.Mode);
    }

    [TestMethod]
    public void A_campaign_of_another_kind_that_is_there_is_kept_in_a_file_of_its_own()
    {
        Store("merged", Fixture with { Identity = Fixture.Identity with { GoldenCommit = "ffff" } });

        Assert.AreEqual("campaign-1.db", Merge("merged", Parts(2)).Archived);
        Assert.AreEqual(Json(Fixture), Json(Read("merged")));
    }

    [TestMethod]
    [DataRow("commit", "another golden commit: ffff")]
    [DataRow("configuration", "another configuration: {\"degradedShare\":0.75}")]
    [DataRow("faultload", "another faultload: ")]
    [DataRow("digest", "digest 99")]
    [DataRow("engine", "another engine: reload")]
    public void Stores_of_another_campaign_are_refused_and_the_line_says_which(string what, string expected)
    {
        var identity = Fixture.Identity;
        var odd = Store("odd", Fixture with
        {
            Identity = what switch
            {
                "commit" => identity with { GoldenCommit = "ffff" },
                "configuration" => identity with { Configuration = """{"degradedShare":0.75}""" },
                "faultload" => identity with { Faultload = identity.Faultload with { Seed = 43 } },
                "digest" => identity with { Faultload = identity.Faultload with { Digest = "99" } },
                _ => identity with { Engine = "reload" },
            },
        });

        var refused = Assert.ThrowsExactly<UsageException>(() => Merge("merged", Parts(1)[0], odd));

        Assert.Contains(expected, refused.Message);
        Assert.Contains(odd, refused.Message);
        Assert.IsFalse(File.Exists(Path.Combine(folder.Path, "merged", CampaignStore.FileName)));
    }

    [TestMethod]
    public void Golden_that_ran_differently_on_two_machines_is_refused()
    {
        var run = CampaignFixture.Golden.Run;
        var odd = Store("odd", Fixture with
        {
            Golden = [new GoldenRun(CampaignFixture.Golden.Workload, run with { Output = run.Output.SetItem(5, """{"observe":"data","name":"web1 disk","ok":true,"value":"00000000000000cc"}""") })],
        });

        var refused = Assert.ThrowsExactly<UsageException>(() => Merge("merged", Parts(1)[0], odd));

        Assert.Contains("Golden ran differently", refused.Message);
        Assert.AreEqual(ExitCode.GoldenNotUsable, refused.ExitCode);
    }

    [TestMethod]
    public void A_file_that_is_no_store_is_refused() =>
        Assert.Contains("no store", Assert.ThrowsExactly<UsageException>(() => Merge("merged", Path.Combine(folder.Path, "nowhere.db"))).Message);

    [TestMethod]
    public void Progress_is_counted_in_the_store()
    {
        var progress = StoreProgress.Read(Parts(1)[0])!;

        Assert.AreEqual(new FaultloadShard(1, 1), progress.Shard);
        Assert.AreEqual((Fixture.Mutants.Length, Fixture.Mutants.Length - Fixture.Pending), (progress.Mutants, progress.Judged));
        Assert.AreEqual((Fixture.Failed.Length, 1), (progress.Failures, progress.Errors));
        Assert.IsFalse(progress.IsDone);
    }

    public void Dispose() => folder.Dispose();

    private static MutantResult With(MutantResult result, Outcome outcome) => new(result.Mutant, result.Activations, [new StoredOutcome(outcome, 1)], []);

    /// <summary>Merges; whatever was merged, each row's references hold afterwards, and nothing is left beside the store.</summary>
    private MergedStore Merge(string name, params string[] files)
    {
        var merged = StoreMerge.Merge(files, Path.Combine(folder.Path, name), CancellationToken.None);
        using var database = new SqliteConnection($"Data Source={Path.Combine(folder.Path, name, CampaignStore.FileName)};Pooling=False");
        database.Open();
        using var check = database.CreateCommand();
        check.CommandText = "PRAGMA foreign_key_check";
        Assert.IsNull(check.ExecuteScalar());
        Assert.IsEmpty(Directory.EnumerateFiles(Path.Combine(folder.Path, name), "campaign.*.db"));
        return merged;
    }

    private CampaignSnapshot Read(string name) => CampaignStore.Read(Path.Combine(folder.Path, name));

    /// <summary>The fixture, its mutants dealt out to so many stores.</summary>
    private string[] Parts(int count) =>
    [
        .. Enumerable.Range(0, count).Select(part => Store(
            $"part-{part}-of-{count}",
            Fixture with { Mutants = [.. Fixture.Mutants.Where((_, index) => index % count == part)] },
            new FaultloadShard(part + 1, count))),
    ];

    private string Store(string name, CampaignSnapshot campaign, FaultloadShard? shard = null)
    {
        var directory = Path.Combine(folder.Path, name);
        using var store = CampaignStore.Open(directory);
        store.Begin(campaign.Identity, [.. campaign.Golden.Select(golden => golden.Workload)], shard);
        store.AddMutants(
            [.. campaign.Mutants.Select(each => each.Mutant with { Ordinal = Fixture.Mutants.TakeWhile(other => other.Mutant.Id != each.Mutant.Id).Count() + 1 })],
            campaign.Sources.Where(source => campaign.Mutants.Any(each => each.Mutant.Path == source.Key)).ToDictionary());
        store.AddActivations([.. campaign.Mutants.SelectMany(each => each.Activations)]);
        store.Record([.. campaign.Mutants.SelectMany(each => each.Outcomes).Select(each => each.Outcome)]);
        foreach (var error in campaign.Mutants.SelectMany(each => each.Errors))
        {
            store.Record(error);
        }

        foreach (var golden in campaign.Golden)
        {
            store.AddGoldenRun(golden);
        }

        return Path.Combine(directory, CampaignStore.FileName);
    }

    private static CampaignSnapshot WithTests(CampaignSnapshot campaign, ImmutableArray<string> output) =>
        campaign with { Golden = [new GoldenRun(CampaignFixture.Golden.Workload, CampaignFixture.Golden.Run with { Output = output })] };

    private static string Told(CampaignSnapshot campaign) => Told(campaign.Mutants.Single().Headline!);

    private static string Told(Outcome outcome) => JsonSerializer.Serialize(new { outcome.Findings, outcome.SecondRound, outcome.Recovery });

    /// <summary>All of a campaign but the order in which sites were reached, which the parts of one cannot tell.</summary>
    private static string Json(CampaignSnapshot campaign) => JsonSerializer.Serialize(
        new
        {
            campaign.Identity,
            campaign.Golden,
            Mutants = campaign.Mutants.Select(each => new { Id = each.Mutant.Id.ToString(), each.Mutant, each.Outcomes, each.Errors, Hits = each.Activations.Select(a => a.Hits) }),
            campaign.Sources,
        });
}
