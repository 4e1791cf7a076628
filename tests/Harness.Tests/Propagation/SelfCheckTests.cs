using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;

namespace Harness.Tests.Propagation;

/// <summary>
/// What must hold for every delta execution of the case study, whatever the fault: no difference without a fault, and on both sides what each does when nobody looks on.
/// The whole way through processes and branches is checked by <c>Benchmarks delta</c>, mutant by mutant.
/// </summary>
[TestClass]
public sealed class SelfCheckTests
{
    private static IEnumerable<string[]> Workloads => Xen.XenWorkloads.WorkloadRun.Names.Select(name => new[] { name });

    [TestMethod]
    public void A_mutant_that_equals_golden_has_an_empty_delta() => RequireEmpty("lifecycle");

    [TestMethod]
    [TestCategory("Slow")]
    [DataRow("storage")]
    [DataRow("network")]
    [DataRow("migration")]
    [DataRow("mixed")]
    [DataRow("devices")]
    public void A_mutant_that_equals_golden_has_an_empty_delta_under_every_workload(string workload) => RequireEmpty(workload);

    [TestMethod]
    [DataRow("network", 1)]
    [DataRow("network", 2)]
    [DataRow("devices", 1)]
    public void Golden_has_an_empty_delta_against_golden_with_other_neutral_choices(string workload, int seed) => RequireEmptyReordered(workload, seed);

    [TestMethod]
    [TestCategory("Slow")]
    [DynamicData(nameof(Workloads))]
    public void Golden_has_an_empty_delta_against_golden_with_many_other_neutral_choices(string workload)
    {
        for (var seed = 3; seed < 8; seed++)
        {
            RequireEmptyReordered(workload, seed);
        }
    }

    private static void RequireEmptyReordered(string workload, int seed)
    {
        var golden = XenHost.GoldenTold(workload);
        var reordered = XenHost.RunReordered(workload, seed, out var choices);
        var delta = XenHost.Compare(workload, golden, reordered);

        Assert.IsGreaterThan(5, choices);
        CollectionAssert.AreNotEqual(golden, reordered, "in the same order");
        Assert.IsTrue(delta.IsEmpty, $"seed {seed}: {string.Join('\n', delta.Divergent.Take(5))}");
        Assert.AreEqual(FailureMode.NoImpact, delta.Outcome!.Mode);
    }

    [TestMethod]
    [TestCategory("Slow")]
    [DynamicData(nameof(Workloads))]
    public void Both_sides_print_what_they_print_alone(string workload)
    {
        foreach (var (file, before, after) in Faults)
        {
            var image = XenHost.Compile(file, before, after);
            var alone = XenHost.Run(image, XenHost.Arguments(workload));
            var delta = XenHost.Compare(workload, XenHost.GoldenTold(workload), XenHost.Run(image, [.. XenHost.Arguments(workload), "--rendezvous"]));

            // What brings a host back is tried only where nobody looks on, after everything else; it goes on with the fingerprint of the run's course.
            var isRecovered = alone.Any(line => ObservationParser.Parse(line) is { Kind: ObservationKind.Recovery });
            string[] faulty = isRecovered ? [.. alone.Where(line => ObservationParser.Parse(line) is { Kind: not ObservationKind.Recovery })] : alone;
            string[] told = [.. delta.FaultyOutput.Take(faulty.Length)];
            CollectionAssert.AreEqual(faulty, told, $"{after} under {workload}");
            Assert.AreEqual(isRecovered ? faulty.Length + 1 : faulty.Length, delta.FaultyOutput.Length);
            CollectionAssert.AreEqual(XenHost.Run(null, XenHost.Arguments(workload)), delta.GoldenOutput.ToArray());
            Assert.AreEqual(delta.IsEmpty, delta.Outcome!.Mode is FailureMode.NoImpact && delta.DivergentSteps == 0);
            RequireCausesBeforeEffects(delta);

            // Others of the kind of who was infected first hold the fault as well.
            Infection[] hidden = [.. delta.Infections.Where(each => !each.IsExplained && each.Component.Split(' ')[0] != delta.Infections[0].Component.Split(' ')[0])];
            Assert.IsEmpty(hidden, $"{after} under {workload}: {string.Join('\n', hidden.AsEnumerable())}");
            RequireTheSameWhereIsolated(workload, image, delta);
        }
    }

    /// <summary>Faults of some consequence, in the toolstack, in both back-ends and in the store.</summary>
    private static readonly (string File, string Before, string After)[] Faults =
    [
        ("Toolstack/Libxl/LibxlDevice.cs", "rc = xs.Write(transaction, frontendPath + \"/backend-id\", backendId);", ""),
        ("Toolstack/Xl/XlProcess.cs", "ExitCode = code;\n", "ExitCode = code + 1;\n"),
        ("Drivers/Blkback.cs", "case XenbusState.Closing:\n                Device.SwitchState(XenbusState.Closing);", "case XenbusState.Closing:\n                throw new InvalidOperationException();"),
        ("XenStore/StorePath.cs", "return path.Length == ancestor.Length || path[ancestor.Length] == '/';", "return path.Length == ancestor.Length;"),
    ];

    /// <summary>Mutants that compile to other code, are reached, and cannot be told from golden: why is said beside each.</summary>
    [TestMethod]
    [TestCategory("Slow")]

    // A counter that goes up by one from below meets its end exactly.
    [DataRow("lifecycle", "Toolstack/Libxl/PvBuilder.cs", "i < p2mPages", "i != p2mPages")]
    [DataRow("network", "Drivers/Net/XenvifQueue.cs", "i < NetifProtocol.SlotsMin", "i != NetifProtocol.SlotsMin")]

    // Both operands are without effect, so either may be asked first.
    [DataRow("storage", "XenStore/Xenstored.cs", "other == connection || other.Transactions.Count == 0", "other.Transactions.Count == 0 || other == connection")]

    // No line of the history begins with a blank.
    [DataRow("lifecycle", "Toolstack/Libxl/RecentDomids.cs", "if (space < 0) continue;", "if (space <= 0) continue;")]

    // The index of the last slash is 0 or it is not below 1.
    [DataRow("lifecycle", "XenStore/StorePath.cs", "slash <= 0 ?", "slash < 1 ?")]

    // Whoever removes a device that is closed has disconnected it before.
    [DataRow("devices", "Drivers/Blkback.cs", "Blkif.Disconnect();\n        Blkif.Put();", "Blkif.Put();")]

    // Never so many seconds to the second.
    [DataRow("lifecycle", "Toolstack/Libxl/RecentDomids.cs", "recent == domid && Now() - seconds < ReuseSeconds", "recent == domid && Now() - seconds <= ReuseSeconds")]
    public void An_equivalent_mutant_has_an_empty_delta(string workload, string file, string before, string after)
    {
        var image = XenHost.Compile(file, before, after);
        var delta = XenHost.Compare(workload, XenHost.GoldenTold(workload), XenHost.Run(image, [.. XenHost.Arguments(workload), "--rendezvous"]));

        Assert.IsTrue(image.IsReached, "not reached");
        Assert.IsTrue(delta.IsEmpty, string.Join('\n', delta.Infections.Take(5)));
        Assert.AreEqual(FailureMode.NoImpact, delta.Outcome!.Mode);
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void A_fault_of_which_only_a_log_tells_is_seen()
    {
        const string Check = "if (Device.State == XenbusState.Closed)";
        var image = XenHost.Compile("Drivers/Blkback.cs", Check, "");
        var delta = XenHost.Compare("mixed", XenHost.GoldenTold("mixed"), XenHost.Run(image, [.. XenHost.Arguments("mixed"), "--rendezvous"]));

        Assert.IsTrue(image.IsReached, "not reached");
        Assert.AreEqual("log", string.Join(' ', delta.MessageCounts.Where(each => each.Change is MessageChange.Extra).Select(each => each.Kind).Distinct()));
        Assert.IsTrue(delta.Remaining.IsEmpty);
        Assert.AreEqual(FailureMode.NoImpact, delta.Outcome!.Mode);
    }

    /// <summary>Ways that the machine has no message for: who looks on has to be told of them.</summary>
    [TestMethod]
    [TestCategory("Slow")]

    // A reply of the store that differs lies in the guest's memory, which the save helper reads.
    [DataRow("Drivers/Vbd.cs", "if (Cdrom)", "")]

    // A byte of a response that the guest does not look at.
    [DataRow("Drivers/BlkifProtocol.cs", "page.WriteByte(offset + 8, (byte)response.Operation);", "")]
    public void Damage_that_is_read_by_privilege_has_a_message_that_explains_it(string file, string before, string after)
    {
        const string workload = "migration";
        var image = XenHost.Compile(file, before, after);
        var delta = XenHost.Compare(workload, XenHost.GoldenTold(workload), XenHost.Run(image, [.. XenHost.Arguments(workload), "--rendezvous"]));

        Assert.IsTrue(image.IsReached, "not reached");
        Assert.IsTrue(delta.MessageCounts.Any(each => each.Kind == "memory"));

        // The back-end of the second host holds the fault as well.
        Infection[] hidden = [.. delta.Infections.Where(each => !each.IsExplained && !each.Component.StartsWith("blkback", StringComparison.Ordinal))];
        Assert.IsEmpty(hidden, string.Join('\n', hidden.AsEnumerable()));
        RequireCausesBeforeEffects(delta);
    }

    /// <summary>The mutation takes away the only use of a captured variable or parameter: what such a field held, and led to, is no difference.</summary>
    [TestMethod]
    [TestCategory("Slow")]
    [DataRow("network", "Toolstack/Xl/XlDomains.cs", "failed != LibxlError.Ok || !wait", "failed != LibxlError.Ok", "wait")]
    [DataRow("storage", "Toolstack/Libxl/LibxlEvents.cs", "Completed = true;\n        done(rc);", "", "<done>P")]
    public void What_a_mutant_has_no_field_for_is_no_difference_of_state(string workload, string file, string before, string after, string field)
    {
        var image = XenHost.Compile(file, before, after);
        var fields = OneSidedFields.Of(XenHost.Built("Toolstack").Bytes, image.Bytes);
        Assert.EndsWith("." + field, fields.Single());

        var told = XenHost.Compare(workload, XenHost.GoldenTold(workload), XenHost.Run(image, [.. XenHost.Arguments(workload), "--rendezvous"]));
        var delta = XenHost.Compare(workload, XenHost.RunWithout(null, workload, fields), XenHost.RunWithout(image, workload, fields));

        Assert.IsGreaterThan(told.EqualSteps!.Value, delta.EqualSteps ?? long.MaxValue);
        CollectionAssert.AreEqual(told.FaultyOutput, delta.FaultyOutput);
    }

    private static void RequireEmpty(string workload)
    {
        // Isolation follows those in which the fault is activated: all of them, so that there is something to compare.
        var told = XenHost.GoldenTold(workload);
        string[] golden = [.. told.Where(Rendezvous.IsOne).Select(line => Rendezvous.Parse(line)!.Of).Distinct().Select((name, index) => $$"""{"observe":"activation","name":"{{name}}","at":0,"hits":{{index + 1}}}"""), .. told];
        var again = XenHost.Run(XenHost.Built("Toolstack"), [.. XenHost.Arguments(workload), "--rendezvous"]);
        foreach (var mode in Enum.GetValues<PropagationMode>())
        {
            var delta = XenHost.Compare(workload, golden, again, mode);
            Assert.IsTrue(delta.IsEmpty, string.Join('\n', delta.Infections.Take(5)));
            Assert.AreEqual(mode is PropagationMode.Full ? FailureMode.NoImpact : null, delta.Outcome?.Mode);
            Assert.IsGreaterThan(1000, delta.Steps, $"{mode}");
            CollectionAssert.AreEqual(golden.Where(XenHost.IsOutput).ToArray(), delta.GoldenOutput.ToArray());
        }
    }

    /// <summary>Whoever is infected first is so when it is isolated too, in the same step and by nobody; and nobody else is.</summary>
    private static void RequireTheSameWhereIsolated(string workload, XenHost.Image image, Delta full)
    {
        if (full.Infections is [var first, ..])
        {
            string[] golden = [$$"""{"observe":"activation","name":"{{first.Component}}","at":0,"hits":1}""", .. XenHost.GoldenTold(workload)];
            var isolated = XenHost.Compare(workload, golden, XenHost.RunIsolated(image, workload, first.Component), PropagationMode.Isolated);

            Assert.AreEqual((first.Component, first.At), isolated.Infections.Select(each => (each.Component, each.At)).Single());
            Assert.AreEqual(full.Infections[0].First, isolated.Infections[0].First);
        }
    }

    /// <summary>
    /// Whoever infects was infected, or late, before: in the order of the steps, and by the clock of each run that has both steps. Who is only late hands that on, and is not infected by it.
    /// </summary>
    private static void RequireCausesBeforeEffects(Delta delta)
    {
        var infected = delta.Infections.ToDictionary(each => each.Component, StringComparer.Ordinal);
        var late = delta.Late.ToDictionary(each => each.Component, StringComparer.Ordinal);
        foreach (var (index, effect) in delta.Infections.Index().Where(each => each.Item.From is not null))
        {
            var isInfectedBefore = infected.TryGetValue(effect.From!, out var cause) && delta.Infections.IndexOf(cause) < index && !cause.Times.IsAfter(effect.Times);
            var isLateBefore = late.TryGetValue(effect.From!, out var first) && first.Step <= effect.Step && !first.Times.IsAfter(effect.Times);
            Assert.IsTrue(isInfectedBefore || isLateBefore || effect.Cause is InfectionCause.Wait, $"{effect} was infected by somebody who was infected later: {cause}, {first}");
        }
    }
}
