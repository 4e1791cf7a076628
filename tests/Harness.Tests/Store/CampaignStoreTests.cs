using System.Text.Json;
using Microsoft.Data.Sqlite;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Workloads;
using Mutators.Reporting;

namespace Mutators.Campaign.Store;

[TestClass]
public sealed class CampaignStoreTests
{
    private readonly string directory = Directory.CreateTempSubdirectory("mutators-tests-").FullName;

    public TestContext TestContext { get; set; } = null!;

    private static CampaignSnapshot Fixture => CampaignFixture.Snapshot;

    private string FilePath => Path.Combine(directory, CampaignStore.FileName);

    [TestCleanup]
    public void Delete() => Directory.Delete(directory, recursive: true);

    [TestMethod]
    public void What_is_written_is_read_again()
    {
        using (var store = CampaignStore.Open(directory))
        {
            Write(store, Fixture);
        }

        Assert.AreEqual(Json(Fixture), Json(CampaignStore.Read(directory)));
    }

    [TestMethod]
    public void A_store_that_is_a_link_to_an_empty_file_is_written_to_that_file()
    {
        var (kept, local) = (Directory.CreateDirectory(Path.Combine(directory, "kept")).FullName, Directory.CreateDirectory(Path.Combine(directory, "local")).FullName);
        File.WriteAllText(Path.Combine(kept, CampaignStore.FileName), "");
        File.CreateSymbolicLink(Path.Combine(local, CampaignStore.FileName), Path.Combine(kept, CampaignStore.FileName));
        using (var store = CampaignStore.Open(local))
        {
            Write(store, Fixture);
        }

        Assert.AreEqual(Json(Fixture), Json(CampaignStore.Read(kept)));
    }

    [TestMethod]
    public void A_campaign_can_be_read_while_it_is_written()
    {
        using var store = CampaignStore.Open(directory);
        Write(store, Fixture with { Mutants = [.. Fixture.Mutants.Take(3)] });

        Assert.HasCount(3, CampaignStore.Read(directory).Mutants);
        Assert.HasCount(3, store.Load().Mutants);
    }

    [TestMethod]
    public void A_reopened_campaign_matches_itself_and_no_other()
    {
        using (var store = CampaignStore.Open(directory))
        {
            Assert.IsFalse(store.Matches(Fixture.Identity));
            store.Begin(Fixture.Identity, []);
        }

        using var again = CampaignStore.Open(directory);
        Assert.IsTrue(again.Matches(Fixture.Identity));
        Assert.AreEqual("another golden commit", again.Identity!.DifferenceTo(Fixture.Identity with { GoldenCommit = "f00" }));
        Assert.AreEqual("another configuration", again.Identity.DifferenceTo(Fixture.Identity with { Configuration = "{}" }));
        Assert.AreEqual("another faultload", again.Identity.DifferenceTo(Fixture.Identity with { Faultload = Fixture.Identity.Faultload with { Seed = 43 } }));
        Assert.AreEqual("another engine", again.Identity.DifferenceTo(Fixture.Identity with { Engine = "reload" }));
    }

    [TestMethod]
    public void A_new_campaign_keeps_the_earlier_ones()
    {
        using (var store = CampaignStore.Open(directory))
        {
            Assert.IsNull(store.Begin(Fixture.Identity, []));
            Assert.AreEqual("campaign-1.db", store.Begin(Fixture.Identity with { Engine = "second" }, []));
            Assert.AreEqual("campaign-2.db", store.Begin(Fixture.Identity with { Engine = "third" }, []));
        }

        Assert.AreEqual("third", CampaignStore.Read(directory).Identity.Engine);
        File.Copy(Path.Combine(directory, "campaign-2.db"), FilePath, overwrite: true);
        Assert.AreEqual("second", CampaignStore.Read(directory).Identity.Engine);
    }

    [TestMethod]
    public void An_outcome_that_is_recorded_again_replaces_the_first_and_counts_as_run_twice()
    {
        using var store = CampaignStore.Open(directory);
        Write(store, Fixture);
        var before = Fixture.Mutants.Single(each => each.Headline?.Mode is FailureMode.SilentDataFailure);
        store.Record(before.Headline! with { Mode = FailureMode.NoImpact, Flags = [FailureMode.NoImpact], Differences = [] });

        var after = store.Load()[before.Mutant.Id].Outcomes.Single();
        Assert.AreEqual(FailureMode.NoImpact, after.Outcome.Mode);
        Assert.AreEqual(2, after.TimesRun);
        Assert.IsEmpty(after.Outcome.Differences);
    }

    [TestMethod]
    public void What_compiler_and_unit_tests_say_to_a_mutant_is_kept()
    {
        using var store = CampaignStore.Open(directory);
        var first = Fixture.Mutants[0];
        var told = new MutantResult(
            first.Mutant with { Origin = FaultOrigin.Classic, Component = "Drivers", Stratum = "C-STMT", Warnings = ["CS0168", "CS0219"], SameAs = Fixture.Mutants[1].Mutant.Id },
            first.Activations, first.Outcomes, first.Errors);
        Write(store, Fixture with { Mutants = [told] });
        var caught = new UnitTestResult(first.Mutant.Id, UnitTestAnswer.Caught, "a test fails", TimeSpan.FromMilliseconds(1500));
        store.Record([caught]);

        var read = store.Load().Mutants.Single();
        Assert.AreEqual(caught, read.UnitTests);
        Assert.AreEqual(FaultGroup.Classic, read.Mutant.Group);
        Assert.AreEqual(JsonSerializer.Serialize(told.Mutant), JsonSerializer.Serialize(read.Mutant));
    }

    [TestMethod]
    public void An_outcome_takes_the_place_of_a_harness_error()
    {
        using var store = CampaignStore.Open(directory);
        Write(store, Fixture);
        var failing = Fixture.Mutants.Single(each => !each.Errors.IsEmpty).Mutant.Id;
        store.Record(OutcomeClassifier.Classify(failing, CampaignFixture.Golden, CampaignFixture.Golden.Run, "rebuild"));

        Assert.IsEmpty(store.Load()[failing].Errors);
        Assert.HasCount(1, store.Load()[failing].Outcomes);
    }

    [TestMethod]
    public void Mutants_that_are_added_again_keep_their_outcomes_and_their_order()
    {
        using var store = CampaignStore.Open(directory);
        Write(store, Fixture);
        store.AddMutants([.. Fixture.Mutants.Select(each => each.Mutant).Reverse()], Fixture.Sources);

        Assert.AreEqual(Json(Fixture), Json(store.Load()));
    }

    [TestMethod]
    public void An_outcome_of_a_mutant_that_is_not_in_the_campaign_is_refused_whole()
    {
        using var store = CampaignStore.Open(directory);
        Write(store, Fixture with { Mutants = [Fixture.Mutants[0]] });

        Assert.ThrowsExactly<SqliteException>(() => store.Record(Fixture.Mutants[1].Headline!));
        Assert.HasCount(1, store.Load().Mutants.SelectMany(each => each.Outcomes));
    }

    [TestMethod]
    public void A_second_campaign_in_the_same_repository_is_refused()
    {
        using var store = CampaignStore.Open(directory);

        var problem = Assert.ThrowsExactly<UsageException>(() => CampaignStore.Open(directory));
        Assert.AreEqual("Another campaign is running in this repository.", problem.Message);
    }

    [TestMethod]
    public void Reading_where_no_campaign_is_says_what_to_do()
    {
        var problem = Assert.ThrowsExactly<UsageException>(() => CampaignStore.Read(directory));

        Assert.AreEqual("Run one: dotnet mutators run", problem.Remedy);
    }

    [TestMethod]
    public void A_file_that_is_no_database_is_a_users_problem()
    {
        File.WriteAllText(FilePath, new string('x', 5000));

        var problem = Assert.ThrowsExactly<UsageException>(() => CampaignStore.Open(directory));
        Assert.Contains("is damaged", problem.Message);
        CampaignStoreIsFree();
    }

    [TestMethod]
    public void A_campaign_with_damaged_pages_is_a_users_problem()
    {
        using (var store = CampaignStore.Open(directory))
        {
            Write(store, Fixture);
        }

        using (var file = File.OpenWrite(FilePath))
        {
            file.Position = 8192;
            file.Write(new byte[40_000]);
        }

        Assert.Contains("is damaged", Assert.ThrowsExactly<UsageException>(() => CampaignStore.Open(directory)).Message);
    }

    [TestMethod]
    public void A_database_of_something_else_is_left_as_it_is()
    {
        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE recipes (name TEXT)";
            command.ExecuteNonQuery();
        }

        var before = File.ReadAllBytes(FilePath);
        Assert.Contains("but no campaign", Assert.ThrowsExactly<UsageException>(() => CampaignStore.Open(directory)).Message);
        CollectionAssert.AreEqual(before, File.ReadAllBytes(FilePath));
    }

    [TestMethod]
    public void A_campaign_of_a_later_version_is_a_users_problem()
    {
        using (var store = CampaignStore.Open(directory))
        {
            store.Begin(Fixture.Identity, []);
        }

        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Assert.Contains("has version 99", Assert.ThrowsExactly<UsageException>(() => CampaignStore.Read(directory)).Message);
    }

    [TestMethod]
    public void A_file_of_a_campaign_that_was_killed_as_it_began_counts_as_none()
    {
        File.WriteAllBytes(FilePath, []);

        using var store = CampaignStore.Open(directory);
        Assert.IsNull(store.Identity);
        Assert.IsNull(store.Begin(Fixture.Identity, []));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    public void A_campaign_that_is_killed_loses_no_outcome_and_has_no_half_one()
    {
                var limits = new RunLimits(TimeSpan.FromMinutes(1), 512L << 20, OutputBytes: 3_000);
        var run = ProcessRunner.Run("dotnet", KilledWriter.Command(directory), directory, null, limits, TestContext.CancellationToken);
        Assert.AreEqual(ProcessEnd.OutputLimit, run.End, string.Join('\n', run.Error));

        using var store = CampaignStore.Open(directory);
        var kept = store.Load().Mutants.SelectMany(each => each.Outcomes).Select(each => each.Outcome).ToList();
        var announced = run.Output.SkipLast(1).Select(line => line.Split(' ')[^1]).ToHashSet();
        Assert.IsGreaterThan(10, announced.Count);
        Assert.IsEmpty(announced.Except(kept.Select(each => each.Mutant.ToString())));
        Assert.IsTrue(kept.TrueForAll(each => each.Differences.Length == KilledWriter.Differences), "an outcome was kept without its differences");
    }

    private static void Write(CampaignStore store, CampaignSnapshot campaign)
    {
        store.Begin(campaign.Identity, [.. campaign.Golden.Select(golden => golden.Workload)]);
        store.AddMutants([.. campaign.Mutants.Select(each => each.Mutant)], campaign.Sources);
        foreach (var golden in campaign.Golden)
        {
            store.AddGoldenRun(golden);
        }

        store.AddActivations([.. campaign.Mutants.SelectMany(each => each.Activations)]);
        foreach (var result in campaign.Mutants)
        {
            store.Record([.. result.Outcomes.Select(each => each.Outcome)]);
            foreach (var error in result.Errors)
            {
                store.Record(error);
            }
        }
    }

    private static string Json(CampaignSnapshot campaign) => JsonSerializer.Serialize(
        new { campaign.Identity, campaign.Golden, Mutants = campaign.Mutants.Select(each => new { Id = each.Mutant.Id.ToString(), each }), campaign.Sources });

    private void CampaignStoreIsFree()
    {
        File.Delete(FilePath);
        CampaignStore.Open(directory).Dispose();
    }
}
