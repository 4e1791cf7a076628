namespace Mutators.Campaign.Workloads;

[TestClass]
public sealed class ObservationParserTests
{
    [TestMethod]
    public void An_operation_has_its_code_its_time_and_its_error()
    {
        var observation = ObservationParser.Parse("""{"observe":"operation","name":"xl create web1","code":1,"at":1204000,"error":"no such file"}""");

        Assert.AreEqual(ObservationKind.Operation, observation.Kind);
        Assert.AreEqual("xl create web1", observation.Name);
        Assert.AreEqual(1, observation.Code);
        Assert.AreEqual(1_204_000, observation.At);
        Assert.AreEqual("no such file", observation.Detail);
        Assert.AreEqual("operation xl create web1: code 1 (no such file)", observation.InWords());
    }

    [TestMethod]
    [DataRow("""{"observe":"monitor","name":"xl-list","ok":true,"at":9}""", ObservationKind.Monitor, "monitor xl-list: ok")]
    [DataRow("""{"observe":"component","name":"toolstack","kind":"process","event":"crash","detail":"boom"}""", ObservationKind.Component, "component toolstack: crash (boom)")]
    [DataRow("""{"observe":"state","name":"xenstore","value":"00ff"}""", ObservationKind.State, "state xenstore: 00ff")]
    [DataRow("""{"observe":"data","name":"web1 disk","ok":false,"value":"00ff"}""", ObservationKind.Data, "data web1 disk: not ok, 00ff")]
    [DataRow("""{"observe":"invariant","name":"store","ok":false,"detail":"vif-3 absent"}""", ObservationKind.Invariant, "invariant store: not ok (vif-3 absent)")]
    [DataRow("""{"observe":"phase","name":"boot","at":0}""", ObservationKind.Phase, "phase boot")]
    [DataRow("""{"observe":"resource","name":"virtual-time","value":12345678}""", ObservationKind.Resource, "resource virtual-time: 12345678")]
    [DataRow("""{"observe":"rendezvous","name":"xs","value":"read /local"}""", ObservationKind.Rendezvous, "rendezvous xs: read /local")]
    [DataRow("trace 0123456789abcdef", ObservationKind.Trace, "trace 0123456789abcdef")]
    public void Each_kind_of_observation_is_read(string line, ObservationKind kind, string words)
    {
        var observation = ObservationParser.Parse(line);

        Assert.AreEqual(kind, observation.Kind);
        Assert.AreEqual(words, observation.InWords());
        Assert.AreEqual(line, observation.Text);
    }

    [TestMethod]
    [DataRow("   at Parser.Parse[T](Text`1 text) in C:\\src\\Parser.cs:line 76", "   at Parser.Parse[T](Text`1 text)")]
    [DataRow("   at Parser.<Main>$(String[] args) in /src/of/Parser.cs:line 7", "   at Parser.<Main>$(String[] args)")]
    [DataRow("   at Parser.Parse(String text)", "   at Parser.Parse(String text)")]
    [DataRow("meet at (noon) in room 5", "meet at (noon) in room 5")]
    [DataRow("look at Parser() in Parser.cs:line 7 first", "look at Parser() in Parser.cs:line 7 first")]
    public void A_frame_is_data_without_its_place_in_the_source(string line, string data) => Assert.AreEqual(data, ObservationParser.Parse(line).Text);

    [TestMethod]
    [DataRow("", DisplayName = "an empty line")]
    [DataRow("hello", DisplayName = "text")]
    [DataRow("""{"observe":"monitor","name":"x","ok":true""", DisplayName = "JSON that is cut off")]
    [DataRow("""{"name":"x","ok":true}""", DisplayName = "JSON without the key")]
    [DataRow("""{"observe":"wonder","name":"x"}""", DisplayName = "a kind that nobody knows")]
    [DataRow("""{"observe":7,"name":"x"}""", DisplayName = "a kind that is no word")]
    [DataRow("""{"observe":"monitor","ok":true}""", DisplayName = "an observation without a name")]
    [DataRow("""{"observe":"monitor","name":"x","ok":"yes"}""", DisplayName = "a verdict that is no truth value")]
    [DataRow("""{"observe":"operation","name":"x","code":1.5}""", DisplayName = "a code that is no integer")]
    [DataRow("""{"observe":"operation","name":"x","code":99999999999999999999}""", DisplayName = "a code beyond 64 bits")]
    [DataRow("""{"observe":"component","name":"x","kind":"toaster","event":"crash"}""", DisplayName = "a component of unknown containment")]
    [DataRow("""{"observe":"resource","name":"x","value":"much"}""", DisplayName = "an amount that is no number")]
    [DataRow("""{"observe":"state","name":"\ud800","value":"1"}""", DisplayName = "half a surrogate pair")]
    [DataRow("""[{"observe":"monitor"}]""", DisplayName = "an array")]
    [DataRow("trace of a deer", DisplayName = "a line that only begins like a fingerprint")]
    public void Whatever_is_not_an_observation_is_data(string line)
    {
        var observation = ObservationParser.Parse(line);

        Assert.AreEqual(ObservationKind.Line, observation.Kind);
        Assert.AreEqual(line, observation.Text);
    }

    [TestMethod]
    public void Deep_nesting_and_great_length_are_data()
    {
        var deep = """{"observe":"monitor","name":"x","ok":true,"more":""" + new string('[', 5000) + new string(']', 5000) + "}";
        var wide = $$"""{"observe":"monitor","name":"{{new string('x', ObservationParser.MaximumStructuredLength)}}","ok":true}""";

        Assert.AreEqual(ObservationKind.Line, ObservationParser.Parse(deep).Kind);
        Assert.AreEqual(ObservationKind.Line, ObservationParser.Parse(wide).Kind);
    }

    [TestMethod]
    public void A_later_time_says_the_same_and_another_verdict_does_not()
    {
        var early = ObservationParser.Parse("""{"observe":"monitor","name":"x","ok":true,"at":1}""");
        var late = ObservationParser.Parse("""{"observe":"monitor","name":"x","ok":true,"at":2}""");
        var bad = ObservationParser.Parse("""{"observe":"monitor","name":"x","ok":false,"at":1}""");

        Assert.IsTrue(early.SaysTheSameAs(late));
        Assert.IsFalse(early.SaysTheSameAs(bad));
    }
}
