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
