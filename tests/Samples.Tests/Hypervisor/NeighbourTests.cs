using Xen.Hypervisor;

namespace Samples.Tests.Hypervisor;

/// <summary>Which handlers may change places, and what becomes of the others when they do.</summary>
[TestClass]
public sealed class NeighbourTests
{
    private readonly List<string> order = [];

    [TestMethod]
    public void Two_that_have_nothing_in_common_may_change_places() => CollectionAssert.AreEqual(new long[] { 0 }, Found((simulation, a, b) =>
    {
        At(simulation, 10, a, "a");
        At(simulation, 10, b, "b");
    }));

    [TestMethod]
    public void Two_of_one_component_may_not() => Assert.IsEmpty(Found((simulation, a, _) =>
    {
        At(simulation, 10, a, "first");
        At(simulation, 10, a, "second");
    }));

    [TestMethod]
    public void Two_at_different_moments_may_not() => Assert.IsEmpty(Found((simulation, a, b) =>
    {
        At(simulation, 10, a, "a");
        At(simulation, 11, b, "b");
    }));

    [TestMethod]
    public void Two_that_speak_to_the_same_may_not() => Assert.IsEmpty(Found((simulation, a, b) =>
    {
        At(simulation, 10, a, "a", () => simulation.Tap!.Send("a", "c", "event", "x"));
        At(simulation, 10, b, "b", () => simulation.Tap!.Send("b", "c", "event", "y"));
    }));

    [TestMethod]
    public void One_that_queues_something_for_the_other_may_not() => Assert.IsEmpty(Found((simulation, a, b) =>
    {
        At(simulation, 10, a, "a", () => simulation.Post(b, "later", () => { }));
        At(simulation, 10, b, "b");
    }));

    [TestMethod]
    public void One_that_runs_the_other_may_not() => Assert.IsEmpty(Found((simulation, a, b) =>
    {
        At(simulation, 10, a, "a", () => simulation.RunAs(b, () => { }));
        At(simulation, 10, b, "b");
    }));

    [TestMethod]
    public void One_that_was_queued_by_the_other_may_not()
    {
        var found = Found((simulation, a, b) => At(simulation, 10, a, "a", () => At(simulation, 0, b, "b")));
        Assert.IsEmpty(found);
    }

    [TestMethod]
    public void Whoever_is_trusted_may_not_since_its_hands_are_everywhere()
    {
        var found = Found((simulation, a, _) =>
        {
            At(simulation, 10, a, "a");
            At(simulation, 10, new Component(simulation, "monitor", Containment.Trusted), "look");
        });
        Assert.IsEmpty(found);
    }

    [TestMethod]
    public void When_the_world_outside_acts_between_them_they_are_no_neighbours()
    {
        var neighbours = new IndependentNeighbours();
        var simulation = new Simulation(1) { Tap = new SimulationTap { Neighbours = neighbours } };
        At(simulation, 10, new Component(simulation, "a", Containment.Process), "a");
        At(simulation, 10, new Component(simulation, "b", Containment.Process), "b");
        simulation.RunUntil(() => order.Count == 1, 100);
        simulation.RunFor(100);
        Assert.IsEmpty(neighbours.Found);
    }

    [TestMethod]
    public void Those_that_change_places_run_in_the_other_order_and_what_they_queue_keeps_its_places()
    {
        void Both(Simulation simulation, Component a, Component b)
        {
            At(simulation, 10, a, "a", () => At(simulation, 5, a, "a again"));
            At(simulation, 10, b, "b", () => At(simulation, 5, b, "b again"));
            At(simulation, 10, a, "last");
        }

        CollectionAssert.AreEqual(new long[] { 0, 1, 3 }, Found(Both), "the second may also change places with the third, and one of the two that come again with the other");
        Assert.AreSequenceEqual(["a", "b", "last", "a again", "b again"], order);
        order.Clear();
        var swapped = new Simulation(1) { Swapped = new HashSet<long> { 0 } };
        Both(swapped, new Component(swapped, "a", Containment.Process), new Component(swapped, "b", Containment.Process));
        swapped.RunFor(100);
        Assert.AreSequenceEqual(["b", "a", "last", "a again", "b again"], order);
    }

    [TestMethod]
    public void A_condition_is_looked_at_only_behind_both()
    {
        var simulation = new Simulation(1) { Swapped = new HashSet<long> { 0 } };
        At(simulation, 10, new Component(simulation, "a", Containment.Process), "a");
        At(simulation, 10, new Component(simulation, "b", Containment.Process), "b");
        Assert.IsTrue(simulation.RunUntil(() => order.Contains("b"), 100));
        Assert.AreSequenceEqual(["b", "a"], order);
    }

    private List<long> Found(Action<Simulation, Component, Component> queue)
    {
        var neighbours = new IndependentNeighbours();
        var simulation = new Simulation(1) { Tap = new SimulationTap { Neighbours = neighbours } };
        queue(simulation, new Component(simulation, "a", Containment.Process), new Component(simulation, "b", Containment.Process));
        simulation.RunFor(100);
        return [.. neighbours.Found];
    }

    private void At(Simulation simulation, long delay, Component owner, string what, Action? then = null) => simulation.After(delay, owner, what, () =>
    {
        order.Add(what);
        then?.Invoke();
    });
}
