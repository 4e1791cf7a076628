using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;
using static Harness.Tests.Propagation.DeltaExecutionTests;

namespace Harness.Tests.Propagation;

/// <summary>Which steps of two executions are one, and which of them have no counterpart.</summary>
[TestClass]
public sealed class StepTests
{
    [TestMethod]
    public void Who_comes_first_to_a_component_at_one_moment_is_no_difference_unless_its_state_depends_on_it()
    {
        string[] Served(params string[] from) => [.. from.Select((name, index) => Step("server", "call", name, 20, index + 1, $"[\"server\",\"{name}\",\"reply\",\"to {name}\"]", ""))];
        string[] rest = ["{\"observe\":\"monitor\",\"name\":\"look\",\"ok\":true,\"at\":50}", "trace 0000000000000001"];
        var reads = Trace([.. Served("a", "b", "c"), .. rest], [.. Served("c", "a", "b"), .. rest]);
        Assert.IsTrue(reads.IsEmpty, string.Join('\n', reads.Divergent));

        string[] Opens(params string[] from) => [.. from.Select((name, index) => Step("server", "call", name, 20, index + 1, "", $"\"of {name}\":\"open\""))];
        Assert.IsTrue(Trace([.. Opens("a", "b", "c"), .. rest], [.. Opens("c", "a", "b"), .. rest]).IsEmpty, "each has a field of its own");

        string[] Wrote(params string[] from) => [.. from.Select((name, index) => Step("server", "call", name, 20, index + 1, "", $"\"last\":\"{name}\""))];
        var writes = Trace([.. Wrote("a", "b", "c"), .. rest], [.. Wrote("c", "a", "b"), .. rest]);
        CollectionAssert.AreEqual(new[] { "server.last c/b" }, Fields(writes.Remaining));
    }

    [TestMethod]
    public void A_step_is_put_beside_that_of_the_same_moment()
    {
        string Passive(long at, int number, string field) => Step("disk", "served", "server", at, number, "", field);
        string[] rest = ["{\"observe\":\"monitor\",\"name\":\"look\",\"ok\":true,\"at\":90}", "trace 0000000000000001"];
        var delta = Trace([Passive(20, 1, "\"a\":\"1\""), Passive(40, 2, "\"b\":\"2\""), .. rest], [Passive(40, 1, "\"b\":\"3\""), .. rest]);

        CollectionAssert.AreEqual(new[] { "disk.a 1/", "disk.b 2/3" }, Fields(delta.Remaining));
        Assert.AreEqual("20/, 40/40", string.Join(", ", delta.Divergent.Select(each => $"{each.Times.Golden}/{each.Times.Faulty}")));
    }

    [TestMethod]
    public void Where_the_faulty_program_ends_within_a_step_nothing_is_told_of_that_step_and_of_what_golden_did_from_then_on()
    {
        string[] golden = [Golden[0], """{"observe":"activation","name":"server","at":20,"hits":1}""", .. Golden[1..]];
        var delta = Trace(golden, golden[..1], end: ProcessEnd.TimedOut);

        Assert.AreEqual("server <- ", Path(delta));
        Assert.AreEqual((DeltaEnd.TimedOut, "server"), (delta.End, delta.Unfinished));
        Assert.IsEmpty(delta.Escaped);
        Assert.AreEqual((true, "server"), (delta.Recovery.IsSafe, string.Join(' ', delta.Recovery.Components)));
    }

    [TestMethod]
    public void Whoever_is_never_started_in_the_faulty_run_holds_no_fault_and_leaks_nothing()
    {
        string[] golden =
        [
            """{"observe":"activation","name":"parent","at":10,"hits":1}""",
            Step("parent", "start", "", 10, 1, "[\"parent\",\"child\",\"process\",\"fork\"]", ""),
            """{"observe":"activation","name":"child","at":20,"hits":2}""",
            Step("child", "main", "parent", 20, 2, "[\"child\",\"server\",\"request\",\"put 1\"]", ""),
            """{"observe":"monitor","name":"look","ok":true,"at":50}""",
            "trace 0000000000000001",
        ];
        var delta = Trace(golden, [Step("parent", "start", "", 10, 1, "", ""), .. golden[4..]]);

        Assert.AreEqual("parent <- , child <- parent", Path(delta));
        Assert.AreEqual("parent", string.Join(' ', delta.Origins));
        Assert.AreEqual("Missing fork -> ", Words(delta.Escaped.Single()));
    }
}
