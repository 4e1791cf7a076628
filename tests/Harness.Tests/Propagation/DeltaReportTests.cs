using System.Text.RegularExpressions;
using Mutators.Campaign.Propagation;
using Mutators.Reporting.Propagation;

namespace Harness.Tests.Propagation;

/// <summary>What people read of a delta execution: the story, the tables and the page.</summary>
[TestClass]
public sealed class DeltaReportTests
{
    /// <summary>What the client says is wrong, and the failure is noticed by the first operation.</summary>
    private static readonly Delta spread = Trace(line => line.Replace("put 1", "put 9").Replace("write 1", "write 9").Replace("\"stored\":\"1\"", "\"stored\":\"9\"").Replace("\"block\":\"1\"", "\"block\":\"9\"").Replace("\"code\":0", "\"code\":1"));

    [TestMethod]
    public void A_story_tells_each_thing_once()
    {
        string[] sentences = [.. DeltaStory.Sentences(spread)];

        CollectionAssert.AreEqual(
            new[]
            {
                "MFC-0123456789 under hand, full delta execution: 6 steps compared, 5 differ.",
                "Activated at 0.000 ms in client.",
                "State differs first at 0.000 ms in server: stored is 9, golden has 1.",
                "First escaped message at 0.000 ms from client: altered request to server: put 9 instead of put 1; of the 2 messages that differ, 1 escaped.",
                "Infected 3 components: client, server, disk.",
                "Noticed at 0.000 ms: operation first: code 1.",
                "Restart of client at detection: unsafe, because 2 fields of others differ: disk: block is 9, golden has 1; server: stored is 9, golden has 1.",
            },
            sentences[..7]);
        Assert.AreEqual(sentences.Length, sentences.Distinct().Count());
    }

    [TestMethod]
    public void An_empty_value_is_said_to_be_empty()
    {
        Assert.AreEqual("xenstored: /local is empty (n0), golden has empty", DeltaStory.InWords(new StateDifference("xenstored", "/local", "", " (n0)"), countsCalls: false));
    }

    [TestMethod]
    public void What_no_member_was_entered_for_was_not_seen_which_is_not_nothing()
    {
        var field = new StateDifference("Item", "Item 1.Price", null, "7");
        Assert.AreEqual("Item: Item 1.Price is 7, not seen in golden", DeltaStory.InWords(field, countsCalls: true));
        Assert.AreEqual("Item: Item 1.Price is 7, golden has nothing", DeltaStory.InWords(field, countsCalls: false));
    }

    [TestMethod]
    public void Where_an_answer_came_back_not_all_others_did_as_in_golden()
    {
        var story = string.Join('\n', DeltaStory.Sentences(spread with { Mode = PropagationMode.Isolated, End = DeltaEnd.CameBack }));

        Assert.Contains("All others that run by themselves did as in golden until then.", story);
        Assert.DoesNotContain("All others did as in golden", story);
    }

    [TestMethod]
    public void What_heals_is_masked_and_nobody_would_have_restarted_anything()
    {
        var story = string.Join('\n', DeltaStory.Sentences(Trace(line => line.Replace("\"stored\":\"1\"", "\"stored\":\"7\""))));

        Assert.Contains("Masked: at the end every field is equal again", story);
        Assert.Contains("Nobody noticed.", story);
        Assert.DoesNotContain("estart", story);
    }

    [TestMethod]
    public void A_table_has_both_runs_times()
    {
        var text = Text(Trace(line => line.Contains("\"no\":3") ? null : line.Replace("write 1", "write 7")), null);

        Assert.MatchesRegex(new Regex(@"golden +faulty +component"), text);
        Assert.MatchesRegex(new Regex(@"0\.000 ms +– +disk +server "), text);
    }

    [TestMethod]
    [DataRow(80)]
    [DataRow(200)]
    public void In_a_terminal_no_line_is_wider_than_it(int width)
    {
        var text = Text(spread, width);

        Assert.IsLessThanOrEqualTo(width, text.Split('\n').Max(line => line.Length), text);
        Assert.Contains("altered request: put 9 instead of put 1", text);
    }

    [TestMethod]
    public void What_is_only_counted_is_said_so()
    {
        Assert.DoesNotContain("Not in the JSON", Text(spread, null));
        var cut = spread with { DivergentSteps = 7000, EscapedMessages = 1001 };
        Assert.Contains("Not in the JSON, but counted: 6995 of the 7000 steps that differ, 1000 of the 1001 messages that escaped.", Text(cut, null));
        Assert.Contains("6995 of the 7000 steps that differ", Page(cut));
    }

    [TestMethod]
    public void A_page_says_what_the_mutant_changes_and_where()
    {
        var page = Page(spread);

        Assert.Contains("drop call Put(1)", page);
        Assert.Contains("Client.cs:7:9", page);
        Assert.Contains("<span class=\"old\">-    Put(1);", page);
    }

    [TestMethod]
    public void A_loop_that_says_the_same_again_and_again_is_drawn_once()
    {
        string Asks(int rounds) => string.Join(',', Enumerable.Range(0, rounds).Select(i => $"[\"client\",\"server\",\"request\",\"get {i}\"],[\"server\",\"client\",\"reply\",\"{i}\"]"));
        string[] rest = ["{\"observe\":\"monitor\",\"name\":\"look\",\"ok\":true,\"at\":50}", "trace 0000000000000001"];
        var loop = DeltaExecutionTests.Trace([DeltaExecutionTests.Step("client", "start", "", 10, 1, Asks(1), ""), .. rest], [DeltaExecutionTests.Step("client", "start", "", 10, 1, Asks(41), ""), .. rest]);
        var page = Page(loop);

        Assert.MatchesRegex(new Regex("40 (×|&#215;) request get 1<"), page);
        Assert.MatchesRegex(new Regex("40 (×|&#215;) reply 1<"), page);
        Assert.DoesNotContain("request get 2<", page);
        Assert.DoesNotContain("the first", page);
    }

    [TestMethod]
    public void A_run_that_ends_within_a_step_says_in_whose()
    {
        string[] golden = [DeltaExecutionTests.Golden[0], """{"observe":"activation","name":"server","at":20,"hits":1}""", .. DeltaExecutionTests.Golden[1..]];
        string[] sentences = [.. DeltaStory.Sentences(DeltaExecutionTests.Trace(golden, golden[..1], end: Mutators.Campaign.Workloads.ProcessEnd.TimedOut))];

        Assert.Contains("The faulty run ended within a step of server: what was said in it is not told, and what golden did from then on is not compared.", sentences);
        Assert.Contains("Infected one component: server.", sentences);
        Assert.Contains("No message escaped: the damage stayed inside.", sentences);
    }

    [TestMethod]
    public void Who_is_named_as_a_cause_and_not_infected_is_drawn_apart()
    {
        var late = spread with { Infections = [new Infection("server", new Times(40, 41), 4, 0, InfectionCause.Wait, "operator", null, null)], Origins = ["client"] };

        Assert.MatchesRegex(new Regex("class=\"outside\"[^<]*/><text[^>]*>operator<"), Page(late));
        Assert.MatchesRegex(new Regex("class=\"node\"[^<]*/><text[^>]*>server<"), Page(late));
        Assert.MatchesRegex(new Regex("class=\"origin\"[^<]*/><text[^>]*>client<"), Page(spread));
    }

    private static string Page(Delta delta) => DeltaPage.Render(delta, "MFC: drop call Put(1) in Client.Start", "Client.cs:7:9", "--- a/Client.cs\n+++ b/Client.cs\n@@ -7,1 +7,0 @@\n-    Put(1);\n");

    private static string Text(Delta delta, int? width)
    {
        using var text = new StringWriter();
        DeltaText.Print(text, null, delta, width);
        return text.ToString();
    }

    private static Delta Trace(Func<string, string?> change) =>
        DeltaExecutionTests.Trace(DeltaExecutionTests.Activated("client"), DeltaExecutionTests.Activated("client").Select(change).OfType<string>());
}
