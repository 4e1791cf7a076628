using System.Collections.Immutable;
using Mutators;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;

namespace Harness.Tests.Propagation;

/// <summary>Executions made by hand, each with one kind of damage: what must be found is known beforehand.</summary>
[TestClass]
public sealed class DeltaExecutionTests
{
    /// <summary>A client asks a server twice; the server asks a disk.</summary>
    internal static readonly string[] Golden =
    [
        Step("client", "start", "", 10, 1, """["client","server","request","put 1"]""", "\"sent\":\"1\""),
        Step("server", "request", "client", 20, 2, """["server","disk","disk","write 1"]""", "\"stored\":\"1\""),
        Step("disk", "served", "server", 20, 3, "", "\"block\":\"1\""),
        """{"observe":"operation","name":"first","code":0,"at":20}""",
        Step("client", "again", "client", 30, 4, """["client","server","request","put 2"]""", "\"sent\":\"2\""),
        Step("server", "request", "client", 40, 5, """["server","disk","disk","write 2"]""", "\"stored\":\"2\""),
        Step("disk", "served", "server", 40, 6, "", "\"block\":\"2\""),
        """{"observe":"monitor","name":"look","ok":true,"at":50}""",
        "trace 0000000000000001",
    ];

    [TestMethod]
    public void Equal_executions_have_an_empty_delta()
    {
        var delta = Trace(Golden);
        Assert.IsTrue(delta.IsEmpty);
        Assert.AreEqual(FailureMode.NoImpact, delta.Outcome!.Mode);
        Assert.AreEqual(6, delta.Steps);
    }

    [TestMethod]
    public void An_altered_message_infects_sender_receiver_and_who_that_one_tells()
    {
        var delta = Trace(Changed("put 1", "put 9").Select(line => line.Replace("write 1", "write 9").Replace("\"stored\":\"1\"", "\"stored\":\"9\"").Replace("\"block\":\"1\"", "\"block\":\"9\"")));

        Assert.AreEqual("client <- , server <- client, disk <- server", Path(delta));
        Assert.AreEqual("Altered put 1 -> put 9", Words(delta.Escaped[0]));
        Assert.IsTrue(delta.Infections.All(each => each.IsExplained));
    }

    [TestMethod]
    public void A_dropped_message_is_missing_and_so_is_the_step_that_it_would_have_caused()
    {
        var delta = Trace(Golden.Where((_, index) => index is not (5 or 6)).Select(line => line.Replace(",\"messages\":[[\"client\",\"server\",\"request\",\"put 2\"]]", "")));

        Assert.AreEqual("client <- , server <- client, disk <- server", Path(delta));
        Assert.AreEqual("Missing put 2 -> ", Words(delta.Escaped[0]));
        CollectionAssert.AreEqual(new[] { "disk.block 2/1", "server.stored 2/1" }, Fields(delta.Remaining));
    }

    [TestMethod]
    public void An_extra_message_is_told_and_infects_nobody_who_ignores_it()
    {
        var delta = Trace(Changed("""["client","server","request","put 1"]""", """["client","server","request","put 1"],["client","server","request","sync"]"""));

        Assert.AreEqual("client <- ", Path(delta));
        Assert.AreEqual("Extra  -> sync", Words(delta.Escaped.Single()));
        Assert.IsTrue(delta.Remaining.IsEmpty);
    }

    [TestMethod]
    public void Two_messages_in_the_other_order_are_one_that_is_reordered()
    {
        var golden = Replaced("""["client","server","request","put 1"]""", """["client","server","request","a"],["client","server","request","b"]""");
        var delta = Trace(golden, golden.Select(line => line.Replace("""["client","server","request","a"],["client","server","request","b"]""", """["client","server","request","b"],["client","server","request","a"]""")));

        Assert.AreEqual(MessageChange.Reordered, delta.Escaped.Single().Change);
    }

    [TestMethod]
    public void Another_file_is_no_altered_file()
    {
        string[] golden = [.. Golden.Select((line, index) => index == 0 ? Step("client", "start", "", 10, 1, """["files","client","file","read /a 3 bytes"]""", "\"sent\":\"1\"") : line)];
        var delta = Trace(golden, golden.Select(line => line.Replace("read /a", "read /b")));
        var altered = Trace(golden, golden.Select(line => line.Replace("3 bytes", "4 bytes")));

        CollectionAssert.AreEqual(new[] { "Missing read /a 3 bytes -> ", "Extra  -> read /b 3 bytes" }, delta.Divergent[0].Messages.Select(Words).ToArray());
        Assert.AreEqual("Altered read /a 3 bytes -> read /a 4 bytes", Words(altered.Divergent[0].Messages.Single()));
    }

    [TestMethod]
    public void Damage_of_state_alone_stays_where_it_is()
    {
        var delta = Trace(Changed("\"stored\":\"2\"", "\"stored\":\"7\""));

        Assert.AreEqual("server <- ", Path(delta));
        Assert.IsTrue(delta.Escaped.IsEmpty);
        CollectionAssert.AreEqual(new[] { "server.stored 2/7" }, Fields(delta.Remaining));
    }

    [TestMethod]
    public void Damage_that_is_overwritten_is_healed()
    {
        var delta = Trace(Changed("\"stored\":\"1\"", "\"stored\":\"7\""));

        Assert.AreEqual("server <- ", Path(delta));
        Assert.IsTrue(delta.Remaining.IsEmpty);
        Assert.IsTrue(delta.IsMasked);
    }

    [TestMethod]
    public void A_failure_of_which_no_field_tells_any_more_is_not_masked()
    {
        var delta = Trace(Changed("\"stored\":\"1\"", "\"stored\":\"7\"").Append("wrong"));

        Assert.IsTrue(delta.Remaining.IsEmpty);
        Assert.AreEqual(FailureMode.SilentDataFailure, delta.Outcome!.Mode);
        Assert.IsFalse(delta.IsMasked);
    }

    [TestMethod]
    public void Each_run_has_its_own_times()
    {
        // The second request is made at once, and without what the disk does before it.
        var delta = Trace(Golden.Where((_, index) => index is not 2).Select(line => line.Replace(",[\"server\",\"disk\",\"disk\",\"write 1\"]", "").Replace("\"at\":30", "\"at\":21").Replace("\"at\":40", "\"at\":22").Replace("put 2", "put 7")));

        var times = delta.Infections.ToDictionary(each => each.Component, each => each.Times);
        Assert.AreEqual(new Times(20, null), times["disk"]);
        Assert.AreEqual(new Times(30, 21), times["client"]);
        Assert.AreEqual(20, times["disk"].At);
        Assert.IsFalse(times["disk"].IsAfter(times["client"]));
        Assert.IsTrue(new Times(30, 21).IsAfter(new Times(20, 22)) && new Times(20, 22).IsAfter(new Times(30, 21)));
        CollectionAssert.AreEquivalent(new[] { "client", "server", "disk" }, delta.Late.Select(each => each.Component).ToArray());
    }

    [TestMethod]
    public void What_is_missing_stands_before_what_follows_it_in_golden_at_the_same_time()
    {
        // All at one time: the client says twice what the server keeps, and says it once in the mutant.
        string[] golden =
        [
            Step("client", "start", "", 10, 1, """["client","server","request","put 1"]""", ""),
            Step("server", "request", "client", 10, 2, "", "\"stored\":\"1\""),
            Step("client", "again", "", 10, 3, """["client","server","request","put 2"]""", ""),
            Step("server", "flush", "", 10, 4, """["server","disk","disk","write 2"]""", "\"stored\":\"2\""),
        ];
        var delta = Trace(golden, [golden[0], golden[1], golden[3].Replace("write 2", "write 1").Replace("\"no\":4", "\"no\":3").Replace("\"stored\":\"2\"", "")]);

        Assert.AreEqual("client <- , server <- client", Path(delta));
        Assert.AreEqual(InfectionCause.Message, delta.Infections[1].Cause);
    }

    [TestMethod]
    public void What_is_not_kept_is_counted()
    {
        const int Requests = 4100;
        string[] golden =
        [
            .. Enumerable.Range(1, Requests).SelectMany(i => new[]
            {
                Step("clock", "tick", "", i, (2 * i) - 1, "", ""),
                Step("client", "go", "", i, 2 * i, $"""["client","server","request","put {i}"]""", ""),
            }),
        ];
        var delta = Trace(golden, golden.Select(line => line.Contains("clock") ? line.Replace("\"at\":", "\"at\":1") : line.Replace("put ", "take ")));

        Assert.AreEqual((2 * Requests, Requests), (delta.DivergentSteps, delta.LateSteps));
        Assert.AreEqual(4000, delta.Divergent.Count(each => !each.IsOnlyLate), "late steps have driven out the others");
        Assert.AreEqual(2 * Requests, delta.Divergent.Length + delta.LeftOut.Divergent);
        Assert.AreEqual(2 * Requests, delta.EscapedMessages);
        Assert.AreEqual((Delta.KeptMessages, (2 * Requests) - Delta.KeptMessages), (delta.Escaped.Length, delta.LeftOut.Escaped));
    }

    [TestMethod]
    public void What_only_comes_later_is_delayed_and_infects_nobody()
    {
        var delta = Trace(Changed("\"at\":40", "\"at\":45"));

        Assert.AreEqual("", Path(delta));
        Assert.AreEqual(2, delta.DivergentSteps);
        Assert.IsTrue(delta.Divergent.All(each => each.Execution is MessageChange.Retimed));
    }

    [TestMethod]
    public void What_nobody_has_told_a_component_is_not_explained()
    {
        var delta = Trace(Golden.Select((line, index) => index switch { 0 => line.Replace("\"sent\":\"1\"", "\"sent\":\"7\""), 6 => line.Replace("\"block\":\"2\"", "\"block\":\"7\""), _ => line }));

        Assert.IsFalse(delta.Infections.Single(each => each.Component == "disk").IsExplained);
    }

    [TestMethod]
    public void Who_shows_no_damage_and_hands_it_on_is_infected_on_the_way()
    {
        // The server's memory takes what the client says; the disk reads that memory.
        string[] golden = [.. Golden.Select((line, index) => index switch { 2 => Step("disk", "flush", "", 20, 3, """["server","disk","memory","read 1 pages a"]""", "\"block\":\"1\""), _ => line })];
        var delta = Trace(golden, golden.Select((line, index) => index switch { 0 => line.Replace("put 1", "put 7"), 2 => line.Replace("read 1 pages a", "read 1 pages b").Replace("\"block\":\"1\"", "\"block\":\"7\""), _ => line }));

        Assert.AreEqual("client <- , server <- client, disk <- server", Path(delta));
        Assert.IsTrue(delta.Infections.All(each => each.IsExplained));
    }

    [TestMethod]
    public void An_answer_to_another_question_is_no_damage_of_who_gives_it()
    {
        string[] golden = [.. Golden.Select((line, index) => index switch { 2 => Step("disk", "flush", "", 20, 3, """["disk","server","call","read 1"],["server","disk","memory","got 1"]""", "\"block\":\"1\""), _ => line })];
        var delta = Trace(golden, golden.Select((line, index) => index switch { 0 => line.Replace("put 1", "put 7"), 2 => line.Replace("read 1", "read 7").Replace("got 1", "got 7").Replace("\"block\":\"1\"", "\"block\":\"7\""), _ => line }));

        Assert.IsFalse(delta.Infections.Single(each => each.Component == "disk").IsExplained);
        Assert.IsFalse(delta.Infections.Any(each => each.Component == "server"));
    }

    [TestMethod]
    public void What_is_missing_stands_at_its_time_though_an_equal_step_comes_much_later()
    {
        // Golden's first tick has its counterpart at 100: what followed it in golden is not behind that.
        string[] golden = [Step("clock", "tick", "", 5, 0, "", ""), .. Golden.Take(3), Step("clock", "tick", "", 100, 4, "", ""), .. Golden.Skip(3)];
        var delta = Trace(golden, golden.Where((_, index) => index is not (0 or 1)).Select(line => line.Replace("write 1", "write 7")));

        Assert.AreEqual("client <- , server <- client", string.Join(", ", Path(delta).Split(", ").Take(2)));
        Assert.IsTrue(delta.Infections.All(each => each.IsExplained || each.Component == "clock"));
    }

    [TestMethod]
    public void Noticed_after_the_damage_left_the_component_a_restart_is_unsafe()
    {
        var delta = Trace(Changed("\"block\":\"2\"", "\"block\":\"7\"").Select(line => line.Replace("write 2", "write 7").Replace("\"ok\":true", "\"ok\":false")));

        Assert.AreEqual("monitor look: not ok", delta.Detected!.By);
        Assert.AreEqual(50, delta.Detected.At);
        Assert.AreEqual(false, delta.Recovery.IsSafe);
        CollectionAssert.AreEqual(new[] { "disk.block 2/7" }, Fields(delta.Recovery.Outside));
    }

    [TestMethod]
    public void A_restart_is_of_those_in_which_the_fault_was_activated_by_then()
    {
        // The disk reaches the site too, but only after the first operation, by which the failure is noticed.
        var golden = Activated("client").ToList();
        golden.Insert(7, """{"observe":"activation","name":"disk","at":40,"hits":2}""");
        var delta = Trace(golden, Changed("\"block\":\"1\"", "\"block\":\"7\"").Select(line => line.Replace("put 1", "put 7").Replace("write 1", "write 7").Replace("\"code\":0", "\"code\":1")));

        CollectionAssert.AreEqual(new[] { "client", "disk" }, delta.Origins.ToArray());
        CollectionAssert.AreEqual(new[] { "client" }, delta.Recovery.Components.ToArray());
        Assert.AreEqual(false, delta.Recovery.IsSafe);
    }

    [TestMethod]
    public void Noticed_while_the_damage_is_inside_a_restart_is_safe()
    {
        var delta = Trace(Changed("\"stored\":\"2\"", "\"stored\":\"7\"").Select(line => line.Replace("\"ok\":true", "\"ok\":false")));

        Assert.AreEqual(true, delta.Recovery.IsSafe);
    }

    [TestMethod]
    public void A_death_is_noticed_at_once()
    {
        var lines = Golden.Take(5).Append("""{"observe":"component","name":"server","kind":"process","event":"crash","detail":"x","at":31}""").Concat(Golden.Skip(7));
        var delta = Trace(lines);

        Assert.AreEqual(31, delta.Detected!.At);
        Assert.AreEqual(FailureMode.ControlCrash, delta.Outcome!.Mode);
        Assert.AreEqual("server <- , disk <- server", Path(delta));
    }

    [TestMethod]
    public void Damage_at_detection_is_what_it_was_when_somebody_noticed()
    {
        // The server dies after its first write; what golden does from there to the next observation that both have is no damage yet.
        string[] golden = [.. Golden.Where(line => !line.Contains("operation"))];
        var faulty = golden.Take(3).Select(line => line.Replace("\"block\":\"1\"", "\"block\":\"7\""))
            .Append("""{"observe":"component","name":"server","kind":"process","event":"crash","detail":"x","at":21}""")
            .Append(Step("client", "giving up", "", 35, 4, "", "\"sent\":\"none\"")).Concat(golden.Skip(6));
        var delta = Trace(golden, faulty);

        Assert.AreEqual(21, delta.Detected!.At);
        CollectionAssert.AreEqual(new[] { "disk.block 1/7" }, Fields(delta.Detected.Damage));
        Assert.AreEqual(3, delta.Detected.Step);
        CollectionAssert.AreEqual(new[] { "client.sent 2/none", "disk.block 2/7", "server.stored 2/1" }, Fields(delta.Remaining));
    }

    [TestMethod]
    public void A_crash_of_the_program_is_noticed_when_it_comes_and_not_when_golden_ends()
    {
        string[] golden = [.. Golden.Where(line => !line.Contains("operation"))];
        var delta = Trace(golden, golden.Take(2).Select(line => line.Replace("\"stored\":\"1\"", "\"stored\":\"7\"")), end: ProcessEnd.Crashed);

        CollectionAssert.AreEqual(new[] { "disk.block 1/", "server.stored 1/7" }, Fields(delta.Detected!.Damage));
    }

    [TestMethod]
    public void A_message_that_differs_explains_more_than_a_later_one_that_is_only_late()
    {
        // The server hears something else from the client, and then the right words at another time; only then its state differs.
        string[] golden =
        [
            Step("client", "start", "", 10, 1, """["client","server","request","put 1"]""", ""),
            Step("client", "again", "", 30, 2, """["client","server","request","put 2"]""", ""),
            Step("server", "request", "client", 40, 3, "", "\"stored\":\"1\""),
        ];
        var delta = Trace(golden, golden.Select(line => line.Replace("put 1", "put 9").Replace("\"at\":30", "\"at\":31").Replace("\"stored\":\"1\"", "\"stored\":\"9\"")));

        Assert.AreEqual("Altered put 1 -> put 9", Words(delta.Infections[1].By!));
    }

    [TestMethod]
    public void What_is_said_in_another_piece_of_the_same_step_is_out_of_order()
    {
        string[] golden =
        [
            Step("server", "request", "client", 20, 1, """["server","disk","disk","write 1"]""", ""),
            Step("disk", "served", "server", 20, 2, "", ""),
            Step("server", "request", "client", 20, 3, """["server","client","log","done"]""", ""),
        ];
        var delta = Trace(golden, [golden[0].Replace("""["server","disk""", """["server","client","log","done"],["server","disk"""), golden[1], golden[2].Replace(""","messages":[["server","client","log","done"]]""", "")]);

        Assert.AreEqual("Reordered write 1 -> write 1", Words(delta.Divergent.SelectMany(each => each.Messages).Single()));
    }

    [TestMethod]
    public void A_call_that_is_left_out_is_not_put_beside_the_end_of_its_caller()
    {
        // Sell calls Earn and returns; the mutant does not call, and has another state when it returns.
        string[] golden =
        [
            Step("Sell", "call", "", 0, 1, """["Sell","Earn","call","(1)"]""", ""),
            Step("Earn", "call", "Sell", 0, 2, """["Earn","Sell","return",""]""", ""),
            Step("Sell", "call", "", 0, 3, """["Sell","program","return","True"],["Sell","Shop","state","earned=1"]""", ""),
        ];
        var delta = Trace(golden, [golden[2].Replace("earned=1", "earned=0").Replace("\"no\":3", "\"no\":1")]);

        Assert.IsFalse(delta.MessageCounts.Any(each => each.Kind == "return" && each.From == "Sell"), string.Join('\n', delta.MessageCounts));
        Assert.AreEqual("Missing (1) -> ", Words(delta.Escaped[0]));
    }

    [TestMethod]
    public void A_call_that_is_missing_is_the_cause_of_the_step_that_is_missing()
    {
        // What Sell writes into the shop's state before is not why Earn is not called.
        string[] golden =
        [
            Step("Sell", "call", "", 0, 1, """["Sell","Earn","call","(1)"],["Sell","Shop","state","sold=1"]""", ""),
            Step("Shop", "state", "Sell", 0, 2, "", "\"sold\":\"1\""),
            Step("Earn", "call", "Sell", 0, 3, """["Shop","Earn","state","sold=1"],["Earn","Sell","return",""]""", ""),
            Step("Sell", "call", "", 0, 4, """["Sell","program","return","True"]""", ""),
        ];
        var delta = Trace(golden, [Step("Shop", "state", "Sell", 0, 1, "", "\"sold\":\"0\""), golden[3].Replace("\"no\":4", "\"no\":2")]);

        Assert.AreEqual(("Sell", "call"), (delta.Infections.Single(each => each.Component == "Earn").From, delta.Infections.Single(each => each.Component == "Earn").By!.Kind));
    }

    [TestMethod]
    public void In_isolation_a_step_that_is_there_in_part_has_nothing_come_back()
    {
        // The server is called by the client; in the middle it leaves out two questions to the disk.
        string[] golden =
        [
            """{"observe":"activation","name":"server","at":5,"hits":1}""",
            Step("server", "request", "client", 20, 1, """["server","disk","disk","write 1"]""", ""),
            Step("server", "request", "client", 20, 2, """["server","disk","disk","write 2"]""", ""),
            Step("server", "request", "client", 20, 3, """["server","disk","disk","write 3"]""", ""),
            Step("server", "request", "client", 20, 4, "", "\"stored\":\"3\""),
        ];
        var delta = Trace(golden, [golden[1], golden[4]], PropagationMode.Isolated);

        Assert.AreEqual(DeltaEnd.Ended, delta.End);
        CollectionAssert.AreEqual(new[] { "Missing write 2 -> ", "Missing write 3 -> " }, delta.Escaped.Select(Words).ToArray());
    }

    [TestMethod]
    public void In_isolation_an_answer_that_golden_gives_elsewhere_in_the_step_is_no_end_and_an_extra_answer_is_no_question()
    {
        string[] golden =
        [
            """{"observe":"activation","name":"server","at":5,"hits":1}""",
            Step("server", "request", "client", 20, 1, """["server","disk","disk","write 1"]""", ""),
            Step("server", "request", "client", 20, 2, """["xen","server","device","loops "]""", "\"stored\":\"1\""),
        ];
        string[] faulty = [golden[1].Replace("""["server","disk""", """["xen","server","device","loops "],["server","disk"""), Step("server", "request", "client", 20, 2, "", "\"stored\":\"7\"")];
        var moved = Trace(golden, faulty, PropagationMode.Isolated);
        Assert.AreEqual(DeltaEnd.Ended, moved.End);
        CollectionAssert.AreEqual(new[] { "server.stored 1/7" }, Fields(moved.Remaining));

        var other = Trace(golden, faulty.Select(line => line.Replace("loops ", "attached 7")), PropagationMode.Isolated);
        Assert.AreEqual(DeltaEnd.CameBack, other.End, "an answer is no question: nobody is blocked by it");
    }

    [TestMethod]
    public void Equal_again_and_reached_no_more_ends_the_comparison()
    {
        var golden = Golden.Prepend("""{"observe":"activation","name":"client","at":5,"hits":1}""").ToArray();
        var faulty = new Queue<string>(Golden);
        var delta = Trace(golden, () => faulty.TryDequeue(out var line) ? line : null, allHits: 1);

        Assert.AreEqual(DeltaEnd.EqualAgain, delta.End);
        Assert.IsFalse(delta.IsMasked, "nothing was infected that could be masked");
        Assert.AreEqual("client", delta.Reached!.Of);
        Assert.AreNotEqual(0, faulty.Count);
        Assert.AreEqual(FailureMode.NoImpact, delta.Outcome!.Mode);
    }

    [TestMethod]
    public void What_differs_before_the_site_is_reached_is_not_the_faults_doing()
    {
        var late = Golden.ToList();
        late.Insert(5, """{"observe":"activation","name":"server","at":35,"hits":1}""");

        Assert.IsTrue(Trace(late, Changed("\"stored\":\"1\"", "\"stored\":\"7\"")).DiffersTooEarly);
        Assert.IsFalse(Trace(late, Changed("\"stored\":\"2\"", "\"stored\":\"7\"")).DiffersTooEarly);
        Assert.AreEqual(4, Trace(late, Changed("\"stored\":\"2\"", "\"stored\":\"7\"")).EqualSteps);
    }

    [TestMethod]
    public void In_isolation_what_a_component_says_escapes_and_infects_nobody()
    {
        var faulty = Activated("client").Select(line => line.Replace("put 1", "put 9").Replace("write 1", "write 9").Replace("\"stored\":\"1\"", "\"stored\":\"9\""));
        var delta = Trace(Activated("client"), faulty, PropagationMode.Isolated);

        Assert.AreEqual("client <- ", Path(delta));
        Assert.AreEqual("Altered put 1 -> put 9", Words(delta.Escaped.Single()));
    }

    [TestMethod]
    public void In_isolation_a_component_is_blocked_by_a_question_that_golden_never_asks()
    {
        var asks = Activated("server").Select(line => line
            .Replace("""["server","disk","disk","write 1"]""", """["server","disk","disk","write 1"],["server","xen","hypercall","map 7"],["server","disk","disk","write 8"]""")
            .Replace("\"stored\":\"1\"", "\"stored\":\"8\""));
        var delta = Trace(Activated("server"), asks, PropagationMode.Isolated);

        Assert.AreEqual(DeltaEnd.Blocked, delta.End);
        Assert.AreEqual("Extra  -> map 7", Words(delta.Escaped.Single()));
        Assert.IsTrue(delta.Remaining.IsEmpty, "what it remembers after the question rests on an answer that nobody gives");
    }

    [TestMethod]
    public void In_isolation_the_first_answer_that_golden_does_not_give_is_the_end()
    {
        var faulty = Activated("client").Select(line => line.Replace("put 1", "put 9")
            .Replace("""["server","disk","disk","write 1"]""", """["server","disk","disk","write 9"],["server","client","reply","no"]"""));
        var delta = Trace(Activated("client"), faulty, PropagationMode.Isolated);

        Assert.AreEqual(DeltaEnd.CameBack, delta.End);
        Assert.AreEqual("Altered put 1 -> put 9", Words(delta.Escaped.Single()));
    }

    [TestMethod]
    public void What_is_empty_in_isolation_is_empty_in_full()
    {
        foreach (var mode in (PropagationMode[])[PropagationMode.Isolated, PropagationMode.Full])
        {
            Assert.IsTrue(Trace(Activated("server"), Activated("server"), mode).IsEmpty, $"{mode}");
        }
    }

    [TestMethod]
    public void A_line_that_only_begins_like_a_rendezvous_is_output()
    {
        var damaged = Golden.ToArray();
        damaged[5] = """{"observe":"rendezvous","name":"server","on":"requ""";

        Assert.AreEqual(FailureMode.SilentDataFailure, Trace(damaged).Outcome!.Mode);
    }

    /// <summary>Golden with a site that a component reaches at the very beginning.</summary>
    internal static string[] Activated(string component) => [$$"""{"observe":"activation","name":"{{component}}","at":5,"hits":1}""", .. Golden];

    internal static string Step(string of, string on, string from, long at, int number, string messages, string state) =>
        $"{{\"observe\":\"rendezvous\",\"name\":\"{of}\",\"on\":\"{on}\",\"from\":\"{from}\",\"at\":{at},\"no\":{number}{(messages.Length > 0 ? $",\"messages\":[{messages}]" : "")},\"state\":{{{state}}}}}";

    private static string[] Changed(string from, string to) => Replaced(from, to);

    private static string[] Replaced(string from, string to)
    {
        var changed = Golden.Select(line => line.Replace(from, to)).ToArray();
        CollectionAssert.AreNotEqual(Golden, changed, from);
        return changed;
    }

    private static Delta Trace(IEnumerable<string> faulty) => Trace(Golden, faulty);

    internal static Delta Trace(IReadOnlyList<string> golden, IEnumerable<string> faulty, PropagationMode mode = PropagationMode.Full, ProcessEnd end = ProcessEnd.Exited)
    {
        var lines = new Queue<string>(faulty);
        return Trace(golden, () => lines.TryDequeue(out var line) ? line : null, null, mode, end);
    }

    private static Delta Trace(IReadOnlyList<string> golden, Func<string?> faulty, long? allHits, PropagationMode mode = PropagationMode.Full, ProcessEnd end = ProcessEnd.Exited)
    {
        Assert.IsTrue(MutantId.TryParse("MFC-0123456789", out var mutant));
        var lines = new Queue<string>(golden);
        var reference = new GoldenRun(new Workload("hand", "App", []), Run(golden.Where(line => !Rendezvous.IsOne(line) && SiteReached.Parse(line) is null)));
        return new DeltaExecution(
            new ExecutionSide(() => lines.TryDequeue(out var line) ? line : null, Run), new ExecutionSide(faulty, output => Run(output) with { End = end, ExitCode = end is ProcessEnd.Exited ? 0 : 134 }), reference, mode)
            .Run(mutant, allHits, OutcomeClassifier.DefaultDegradedShare);
    }

    private static WorkloadRun Run(IEnumerable<string> output) => new(ProcessEnd.Exited, 0, [.. output], [], TimeSpan.Zero);

    internal static string Path(Delta delta) => string.Join(", ", delta.Infections.Select(each => $"{each.Component} <- {each.From}"));

    internal static string Words(MessageDifference message) => $"{message.Change} {message.Golden} -> {message.Faulty}";

    internal static string[] Fields(ImmutableArray<StateDifference> fields) => [.. fields.Select(each => $"{each.Component}.{each.Field} {each.Golden}/{each.Faulty}")];
}
