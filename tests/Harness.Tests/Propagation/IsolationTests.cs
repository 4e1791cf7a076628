using Mutators.Campaign.Propagation;

namespace Harness.Tests.Propagation;

/// <summary>Mutants of the Xen host of which it is known what the isolated components say wrongly, and that nobody else hears of it.</summary>
[TestClass]
public sealed class IsolationTests
{
    private const string Device = "Toolstack/Libxl/LibxlDevice.cs";
    private const string WriteId = "rc = xs.Write(transaction, frontendPath + \"/backend-id\", backendId);";

    [TestMethod]
    [TestCategory("Slow")]
    public void A_wrong_value_in_the_store_escapes_and_golden_s_is_heard_to_the_end()
    {
        var delta = Isolated("lifecycle", (Device, WriteId, WriteId.Replace("backendId)", "\"7\")")), Origins("lifecycle", "xl "));

        Assert.AreEqual((DeltaEnd.Ended, null), (delta.End, delta.Reaction), Words(delta));
        Assert.IsTrue(delta.Escaped.All(each => each is { Change: MessageChange.Altered, Kind: "store" } && each.Faulty!.EndsWith("/backend-id 7")), Words(delta));
        Assert.IsGreaterThan(1, delta.Escaped.Length);
        Assert.IsTrue(delta.Infections.All(each => each.Component.StartsWith("xl ")), Words(delta));
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void A_request_that_is_left_out_is_missing_and_is_made_in_its_place()
    {
        var delta = Isolated("lifecycle", (Device, WriteId, ""), Origins("lifecycle", "xl "));

        Assert.AreEqual((DeltaEnd.Ended, null), (delta.End, delta.Reaction), Words(delta));
        Assert.IsTrue(delta.Escaped.All(each => each is { Change: MessageChange.Missing, Kind: "store" } && each.Golden!.EndsWith("/backend-id 0")), Words(delta));
        Assert.IsTrue(delta.Remaining.All(each => each.Component.StartsWith("xl ")), Words(delta));
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void Who_asks_the_store_what_golden_never_asks_is_blocked()
    {
        var delta = Isolated("lifecycle", (Device, WriteId, "xs.Read(transaction, \"/nowhere\");" + WriteId), Origins("lifecycle", "xl "));

        Assert.AreEqual(DeltaEnd.Blocked, delta.End, Words(delta));
        Assert.IsTrue(delta.Escaped.Single() is { Change: MessageChange.Extra, Golden: null } && delta.Escaped.Single().Faulty!.EndsWith(" /nowhere"), Words(delta));
        Assert.IsNull(delta.Reaction, Words(delta));
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void A_back_end_that_answers_wrongly_hears_what_the_guests_of_golden_ask()
    {
        const string File = "Drivers/BlkifRing.Requests.cs";
        const string Write = "new BlkifResponse(id, operation, status)";
        var fault = (File, Write, Write.Replace("status", "BlkifStatus.Error"));
        var delta = Isolated("storage", fault, Origins("storage", "blkback"));

        Assert.AreEqual((DeltaEnd.Ended, null), (delta.End, delta.Reaction), Words(delta));
        Assert.IsTrue(delta.Escaped.All(each => each is { Change: MessageChange.Altered, Kind: "page" }), Words(delta));
        Assert.IsGreaterThan(10, delta.Escaped.Length);
        Assert.IsTrue(delta.Remaining.IsEmpty, Words(delta));
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void An_event_that_is_not_sent_is_missing_and_arrives()
    {
        const string File = "Drivers/BlkifRing.Requests.cs";
        const string Send = "if (notify)\n        {\n            Host.EventChannel.Send(Domain, port);";
        var delta = Isolated("storage", (File, Send, Send.Replace("notify", "notify && id > 1000000")), Origins("storage", "blkback"));

        Assert.AreEqual(DeltaEnd.Ended, delta.End, Words(delta));
        Assert.IsTrue(delta.Escaped.Any(each => each is { Change: MessageChange.Missing, Kind: "event" }), Words(delta));
        Assert.IsTrue(delta.Infections.All(each => each.Component.StartsWith("blkback")), Words(delta));
    }

    /// <summary>Golden's components of a kind.</summary>
    private static string[] Origins(string workload, string begin) =>
        [.. XenHost.GoldenTold(workload).Where(Rendezvous.IsOne).Select(line => Rendezvous.Parse(line)!.Of).Distinct().Where(name => name.StartsWith(begin))];

    private static Delta Isolated(string workload, (string File, string Before, string After) fault, params string[] components)
    {
        var image = XenHost.Compile(fault.File, fault.Before, fault.After);
        string[] golden = [.. components.Select(name => $$"""{"observe":"activation","name":"{{name}}","at":0,"hits":1}"""), .. XenHost.GoldenTold(workload)];
        var delta = XenHost.Compare(workload, golden, XenHost.RunIsolated(image, workload, components), PropagationMode.Isolated);
        Assert.IsTrue(image.IsReached);
        return delta;
    }

    private static string Words(Delta delta) =>
        $"{delta.End}, {delta.Reaction}, {delta.DivergentSteps} steps\n{string.Join('\n', delta.Escaped.Take(8))}\n{string.Join('\n', delta.Divergent.Take(6).Select(each => $"{each.Component} {each.On} {each.At} {each.Execution} {string.Join("; ", each.Messages.Take(5))} {string.Join("; ", each.State.Take(3))}"))}\n{string.Join('\n', delta.Remaining.Take(5))}";
}
