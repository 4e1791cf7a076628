using System.Text.Json;
using Xen.XenStore;
using Xen.XenWorkloads;

namespace Samples.Tests.XenWorkloads;

[TestClass]
public sealed class LifecycleTests
{
    [TestMethod]
    public void The_same_seed_prints_the_same_lines()
    {
        var first = WorkloadRun.Execute(Options(5, 3));
        var second = WorkloadRun.Execute(Options(5, 3));
        CollectionAssert.AreEqual(first.Output.ToArray(), second.Output.ToArray());
        Assert.AreEqual(0, first.ExitCode);
    }

    [TestMethod]
    public void Another_seed_is_another_run()
    {
        var first = WorkloadRun.Execute(Options(5, 3));
        var second = WorkloadRun.Execute(Options(6, 3));
        Assert.AreNotEqual(first.Output[^1], second.Output[^1]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    [DataRow(9)]
    public void Without_faults_everything_holds_for_any_number_of_domains(int domains) => Health.AssertHealthy(Options((ulong)domains * 1000, domains));

    [TestMethod]
    public void Without_faults_everything_holds_for_the_first_seeds()
    {
        for (ulong seed = 0; seed < 20; seed++) Health.AssertHealthy(Options(seed, 3));
    }

    [TestMethod]
    public void Every_kind_of_observation_is_there()
    {
        var run = WorkloadRun.Execute(Options(3, 3));
        var kinds = Parse(run).Select(line => line.GetProperty("observe").GetString()).Distinct().ToArray();
        CollectionAssert.AreEquivalent(new[] { "phase", "operation", "monitor", "data", "invariant", "state", "resource" }, kinds);
        StringAssert.Matches(run.Output[^1], new("^trace [0-9a-f]{16}$"));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("lifecycle")]
    [DataRow("lifecycle --seed 1")]
    [DataRow("lifecycle --seed x --domains 3")]
    [DataRow("lifecycle --seed 1 --domains 0")]
    [DataRow("lifecycle --seed 1 --domains 17")]
    [DataRow("lifecycle --seed 1 --seed 2 --domains 3")]
    [DataRow("lifecycle --seed 1 --domains 3 --trace")]
    [DataRow("lifecycle --seed 1 --domains 3 --loud yes")]
    [DataRow("lifecycle --seed 1 --domains 3 --length 0")]
    [DataRow("life --seed 1 --domains 3")]
    public void A_wrong_command_line_is_refused(string line) =>
        Assert.IsNull(WorkloadOptions.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [TestMethod]
    public void A_right_command_line_is_understood() =>
        Assert.AreEqual(new WorkloadOptions("lifecycle", 7, 3, 5, "t.txt"), WorkloadOptions.Parse("lifecycle --domains 3 --seed 7 --length 5 --trace t.txt".Split(' ')));

    [TestMethod]
    public void The_trace_is_written_when_somebody_wants_it()
    {
        var lines = 0;
        WorkloadRun.Execute(Options(1, 1), _ => lines++);
        Assert.IsGreaterThan(1000, lines);
    }

    [TestMethod]
    public void A_run_reports_to_its_end_when_xenstored_dies()
    {
        var machine = new Machine(1);
        machine.Simulation.After(2_000_000, machine.Xenstored.Component, "bug", () => throw new InvalidOperationException("bad state"));
        var run = WorkloadRun.On(machine, Options(1, 3));
        Assert.AreEqual(WorkloadRun.Completed, run.ExitCode);
        Assert.IsTrue(Has(run, "component", "xenstored", "\"event\":\"crash\",\"detail\":\"InvalidOperationException: bad state"));
        Assert.IsTrue(Has(run, "monitor", "xenstore", "\"ok\":false"));
        Assert.IsTrue(Has(run, "monitor", "canary", "\"ok\":false"));
        Assert.IsTrue(Has(run, "phase", "end", ""));
    }

    [TestMethod]
    public void An_oops_in_Dom0s_kernel_is_a_host_crash_and_exit_code_3()
    {
        var machine = new Machine(1);
        machine.Simulation.After(2_000_000, machine.Blkback!.Xenbus.Component, "bug", () => throw new InvalidOperationException("bad state"));
        var run = WorkloadRun.On(machine, Options(1, 3));
        Assert.AreEqual(WorkloadRun.HostCrashed, run.ExitCode);
        Assert.IsTrue(Has(run, "component", "blkback", "\"kind\":\"kernel\",\"event\":\"crash\""));
        Assert.IsTrue(Has(run, "component", "host", "\"kind\":\"host\",\"event\":\"crash\""));
        Assert.IsFalse(Has(run, "phase", "end", ""));
    }

    [TestMethod]
    public void A_guest_that_crashes_is_reported_by_its_name()
    {
        var machine = new Machine(1);
        machine.Host.GuestEntry += domain => machine.Simulation.Post(domain.Kernel, "bug", () => throw new InvalidOperationException("bad state"));
        var run = WorkloadRun.On(machine, Options(1, 1));
        Assert.AreEqual(WorkloadRun.Completed, run.ExitCode);
        Assert.IsTrue(Has(run, "component", "web1", "\"kind\":\"guest\",\"event\":\"crash\""));
        Assert.IsTrue(Has(run, "data", "web1 disk0", "\"ok\":false"));
    }

    [TestMethod]
    public void A_command_that_dies_has_exit_code_134_and_its_exception()
    {
        var machine = new Machine(1);
        void Sabotage()
        {
            var xl = machine.Simulation.Components.First(component => component.Name == "xl create");
            machine.Simulation.Post(xl, "bug", () => throw new InvalidOperationException("bad state"));
        }
        var saboteur = machine.Host.CreateProcess("saboteur");
        machine.Simulation.After(400_000, saboteur, "sabotage", Sabotage);
        var run = WorkloadRun.On(machine, Options(1, 2));
        Assert.IsTrue(Has(run, "component", "xl create", "\"kind\":\"process\",\"event\":\"crash\""));
        Assert.IsTrue(Has(run, "operation", "xl create web1", "\"code\":134,\"error\":\"InvalidOperationException: bad state"));
        Assert.IsTrue(Has(run, "invariant", "locks-released", "\"ok\":false"));
    }

    [TestMethod]
    public void A_component_that_floods_the_machine_ends_the_run_with_exit_code_4()
    {
        var machine = new Machine(1);
        machine.Simulation.EventLimit = 20_000;
        var flood = machine.Host.CreateProcess("flood");
        void Again() => machine.Simulation.Post(flood, "flood", Again);
        Again();
        var run = WorkloadRun.On(machine, Options(1, 1));
        Assert.AreEqual(WorkloadRun.Livelock, run.ExitCode);
        Assert.IsTrue(Has(run, "component", "flood", "\"event\":\"hang\""));
        StringAssert.StartsWith(run.Output[^1], "trace ");
    }

    [TestMethod]
    public void A_component_that_never_stops_calling_the_store_ends_the_run_with_exit_code_4()
    {
        var machine = new Machine(1);
        machine.Simulation.EventLimit = 20_000;
        var caller = machine.Host.CreateProcess("caller");
        machine.Simulation.Post(caller, "loop", () =>
        {
            var store = machine.Xenstored.Connect(caller);
            while (store.Call(XsMessageType.Directory, 0, XsPayload.Strings("/")).Ok)
            {
            }
        });
        var run = WorkloadRun.On(machine, Options(1, 1));
        Assert.AreEqual(WorkloadRun.Livelock, run.ExitCode);
        Assert.IsTrue(Has(run, "component", "caller", "\"event\":\"hang\""));
    }

    private static WorkloadOptions Options(ulong seed, int domains) => new("lifecycle", seed, domains);

    private static bool Has(WorkloadRun run, string kind, string name, string text) =>
        run.Output.Any(line => line.StartsWith($"{{\"observe\":\"{kind}\",\"name\":\"{name}\"", StringComparison.Ordinal)
            && line.Contains(text, StringComparison.Ordinal));

    private static List<JsonElement> Parse(WorkloadRun run) =>
        [.. run.Output.SkipLast(1).Select(line => JsonDocument.Parse(line).RootElement)];
}
