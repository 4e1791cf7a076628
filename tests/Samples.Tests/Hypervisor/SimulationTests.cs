using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

[TestClass]
public sealed class SimulationTests
{
    private readonly Simulation simulation = new(1);
    private readonly Component component;

    public SimulationTests() => component = new Component(simulation, "worker", Containment.Trusted);

    [TestMethod]
    public void Events_run_in_the_order_of_their_times_and_at_equal_times_in_the_order_of_their_making()
    {
        var order = new List<string>();
        simulation.After(20, component, "c", () => order.Add("c"));
        simulation.After(10, component, "a", () => order.Add("a"));
        simulation.After(10, component, "b", () => order.Add("b"));
        simulation.RunFor(100);
        Assert.AreSequenceEqual(["a", "b", "c"], order);
        Assert.AreEqual(100, simulation.Now);
    }

    [TestMethod]
    public void A_cancelled_timer_does_not_run_and_does_not_keep_the_simulation_busy()
    {
        var timer = simulation.After(10, component, "never", () => throw new InvalidOperationException("ran"));
        timer.Cancel();
        Assert.IsFalse(simulation.Busy);
        simulation.RunFor(100);
        Assert.AreEqual(0, simulation.EventCount);
    }

    [TestMethod]
    public void Housekeeping_goes_on_and_does_not_keep_the_simulation_from_being_quiet()
    {
        var beats = 0;
        void Beat()
        {
            beats++;
            simulation.AfterHousekeeping(10, component, "beat", Beat);
        }

        Beat();
        simulation.After(55, component, "work", () => { });
        Assert.IsTrue(simulation.RunToQuiescence(1000));
        Assert.AreEqual((55L, 6), (simulation.Now, beats));
    }

    [TestMethod]
    public void Who_waits_where_nothing_is_left_to_happen_waits_until_the_timeout_all_the_same()
    {
        Assert.IsFalse(simulation.RunUntil(() => false, 1000));
        Assert.AreEqual(1000, simulation.Now);
    }

    [TestMethod]
    public void Waiting_for_what_does_not_happen_ends_at_the_timeout()
    {
        void Beat() => simulation.AfterHousekeeping(10, component, "beat", Beat);
        Beat();
        Assert.IsFalse(simulation.RunUntil(() => false, 1000));
        Assert.AreEqual(1000, simulation.Now);
    }

    [TestMethod]
    public void A_flood_of_events_ends_at_the_limit_and_names_the_flooder()
    {
        simulation.EventLimit = 100;
        void Flood() => simulation.Post(component, "again", Flood);
        Flood();
        var limit = Assert.ThrowsExactly<SimulationLimitException>(() => simulation.RunFor(1_000_000_000));
        Assert.AreSame(component, limit.Busiest);
    }

    [TestMethod]
    public void Streams_depend_on_seed_and_name_only()
    {
        simulation.Stream("a").Next();
        var later = simulation.Stream("b").Next();
        Assert.AreEqual(new Simulation(1).Stream("b").Next(), later);
        Assert.AreNotEqual(new Simulation(2).Stream("b").Next(), later);
        Assert.AreNotEqual(new Simulation(1).Stream("a").Next(), later);
    }

    [TestMethod]
    public void The_trace_hash_tells_two_histories_apart()
    {
        var other = new Simulation(1);
        simulation.Trace(component, "x");
        other.Trace(null, "x");
        Assert.AreNotEqual(simulation.TraceHash, other.TraceHash);
    }

    [TestMethod]
    public void A_uuid_is_of_version_4()
    {
        var text = simulation.Stream("uuid").NextUuid().ToString();
        Assert.AreEqual('4', text[14]);
        Assert.Contains(text[19], "89ab");
    }
}
