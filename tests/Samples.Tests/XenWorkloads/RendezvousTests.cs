using Xen.Guests;
using Xen.Hypervisor;
using Xen.XenWorkloads;
using Xen.XenWorkloads.Rendezvous;

namespace Samples.Tests.XenWorkloads;

/// <summary>Who looks on changes nothing, and sees the same each time.</summary>
[TestClass]
public sealed class RendezvousTests
{
    [TestMethod]
    [DataRow("lifecycle", 2)]
    [DataRow("storage", 1)]
    [DataRow("migration", 1)]
    [DataRow("mixed", 1)]
    [DataRow("network", 2)]
    [DataRow("devices", 1)]
    public void An_onlooker_changes_no_output_and_every_look_is_the_same(string workload, int domains)
    {
        var options = new WorkloadOptions(workload, 1, domains, 2);
        var first = new List<string>();
        var second = new List<string>();

        var plain = WorkloadRun.Execute(options);
        WorkloadRun.Execute(options, rendezvous: first.Add);
        WorkloadRun.Execute(options, rendezvous: second.Add);

        CollectionAssert.AreEqual(plain.Output.ToList(), first.Where(line => !line.StartsWith("{\"observe\":\"rendezvous\"", StringComparison.Ordinal)).ToList());
        CollectionAssert.AreEqual(first, second);
    }

    [TestMethod]
    [DataRow("lifecycle")]
    [DataRow("migration")]
    [DataRow("devices")]
    public void No_object_is_the_state_of_two_components(string workload)
    {
        // What one writes and the other reads is a message, or it would be a channel that nobody sees.
        var recorder = new RendezvousRecorder(_ => { });
        WorkloadRun.On(new Machine(new Simulation(1) { Tap = recorder.Tap }, "dom0", new StoreWitness()), new WorkloadOptions(workload, 1, 1, 2));
        var owners = new Dictionary<object, Component>(ReferenceEqualityComparer.Instance);
        foreach (var (component, remembered) in recorder.Remembered)
        {
            Assert.IsTrue(owners.TryAdd(remembered, component), $"{remembered.GetType()} is the state of {component} and of {owners[remembered]}");
        }
        Assert.IsGreaterThan(100, owners.Count);
    }

    [TestMethod]
    public void No_moment_of_time_is_state()
    {
        var lines = new List<string>();
        WorkloadRun.Execute(new WorkloadOptions("network", 1, 2, 2), rendezvous: lines.Add);
        foreach (var moment in new[] { "LastHeartbeatAt", "lastRxTime", "windowStart" })
        {
            Assert.IsFalse(lines.Exists(line => line.Contains(moment, StringComparison.Ordinal)), $"{moment} differs whenever somebody is late");
        }
    }

    [TestMethod]
    public void What_the_world_outside_does_is_not_told_as_the_doing_of_whoever_runs_next()
    {
        var lines = new List<string>();
        var simulation = new Simulation(1) { Tap = new RendezvousRecorder(lines.Add).Tap };
        var next = new Component(simulation, "next", Containment.Process);
        simulation.After(10, next, "work", () => { });
        new Component(simulation, "gone", Containment.Process).Exit();
        simulation.RunFor(100);
        CollectionAssert.AreEqual(
            new[]
            {
                """{"observe":"rendezvous","name":"gone","on":"served","from":"","at":10,"no":1,"state":{"alive":"exited"}}""",
                """{"observe":"rendezvous","name":"next","on":"work","from":"","at":10,"no":2}""",
            },
            lines);
    }

    [TestMethod]
    public void What_the_store_remembers_of_its_clients_is_its_state()
    {
        var lines = new List<string>();
        WorkloadRun.Execute(new WorkloadOptions("lifecycle", 1, 1, 1), rendezvous: lines.Add);
        var ofStore = lines.Where(line => line.StartsWith("{\"observe\":\"rendezvous\",\"name\":\"xenstored\"", StringComparison.Ordinal)).ToList();
        foreach (var what in new[] { "xl create watch ", "blkback watch ", "xl create transaction 1" })
        {
            Assert.IsTrue(ofStore.Exists(line => line.Contains($"\"{what}", StringComparison.Ordinal) && line.Contains("\":\"open\"", StringComparison.Ordinal)), what);
            Assert.IsTrue(ofStore.Exists(line => line.Contains($"\"{what}", StringComparison.Ordinal) && line.Contains("\":null", StringComparison.Ordinal)), $"no end of {what}");
        }
    }

    [TestMethod]
    public void An_event_goes_to_the_kernel_and_from_there_to_its_handler()
    {
        var lines = new List<string>();
        WorkloadRun.Execute(new WorkloadOptions("lifecycle", 1, 1, 1), rendezvous: lines.Add);
        Assert.IsTrue(lines.Exists(line => line.Contains("[\"dom1\",\"dom0-kernel\",\"event\",\"port ", StringComparison.Ordinal)));
        Assert.IsTrue(lines.Exists(line => line.Contains("[\"dom0-kernel\",\"blkback\",\"event\",\"port ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Each_way_between_components_is_seen()
    {
        var lines = new List<string>();
        WorkloadRun.Execute(new WorkloadOptions("lifecycle", 1, 1, 1), rendezvous: lines.Add);
        WorkloadRun.Execute(new WorkloadOptions("migration", 1, 1, 2), rendezvous: lines.Add);
        foreach (var kind in new[] { "hypercall", "event", "store", "reply", "watch", "page", "disk", "file", "memory", "answer", "device", "stream", "arguments" })
        {
            Assert.IsTrue(lines.Exists(line => line.Contains($"\",\"{kind}\",\"", StringComparison.Ordinal)), $"no message is a {kind}");
        }
        foreach (var state in new[] { "Blkback 1.Blkif", "GuestKernel 1.", "XlProcess 1.", "\"domain 1\"", "/local/domain/1/name" })
        {
            Assert.IsTrue(lines.Exists(line => line.Contains(state, StringComparison.Ordinal)), $"no state holds {state}");
        }
    }
}
