using System.Collections.Immutable;
using Mutators.Agent;

namespace Mutators.Campaign.Workloads;

/// <summary>Runs the tests of a built test project in a fresh process: the project's own <c>dotnet exec</c> with the agent as a startup hook, which calls the framework's adapter.</summary>
internal static class TestProgram
{
    /// <summary>All tests, told in full.</summary>
    public static ImmutableArray<string> Golden { get; } = [TestProtocol.Golden, TestProtocol.All];

    /// <summary>All tests, with the sites that they reach.</summary>
    public static ImmutableArray<string> Coverage { get; } = [TestProtocol.Coverage, TestProtocol.All];

    /// <summary>Some tests, by number, each once and told in full.</summary>
    public static ImmutableArray<string> These(IEnumerable<int> tests) => [TestProtocol.Golden, string.Join(',', tests)];

    private static readonly ImmutableDictionary<string, string> environment = ImmutableDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create(AgentVariables.Hooks, typeof(Worker).Assembly.Location),

        // A process of tests is a short one, and most of its time goes into code of the framework that is called a few times only: nothing is worth optimising that is not called often.
        KeyValuePair.Create(AgentVariables.Profiling, "0"),
        KeyValuePair.Create(AgentVariables.SplitCodePages, "0"),
        KeyValuePair.Create(AgentVariables.CallsToOptimise, "100"),

        // A project may be made for a runtime that this machine has only a later one of.
        KeyValuePair.Create("DOTNET_ROLL_FORWARD", "Major"),
        KeyValuePair.Create("TESTINGPLATFORM_TELEMETRY_OPTOUT", "1"),
    ]);

    /// <summary>What makes a process one that runs tests.</summary>
    /// <param name="workload">The test project; its arguments are patterns of the tests' names.</param>
    public static ImmutableDictionary<string, string> Environment(Workload workload) => environment.Add(AgentVariables.Tests, TestChoice.Joined(workload.Arguments));

    /// <summary>Runs tests.</summary>
    /// <param name="assembly">The tests' assembly, in a folder of ours.</param>
    /// <param name="workload">The test project.</param>
    /// <param name="arguments">A mode and the tests.</param>
    /// <param name="limits">What they may spend.</param>
    /// <param name="cancel">Ends them.</param>
    public static WorkloadRun Execute(string assembly, Workload workload, IEnumerable<string> arguments, RunLimits limits, CancellationToken cancel) =>
        ProgramRun.Execute(assembly, arguments, Environment(workload), limits, cancel);
}
