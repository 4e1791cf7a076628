namespace Mutators.Agent;

/// <summary>The environment variables by which the harness speaks to an agent that begins.</summary>
internal static class AgentVariables
{
    /// <summary>The pipe of a worker: its name.</summary>
    internal const string Pipe = "MUTATORS_AGENT_PIPE";

    /// <summary>A file with the deltas of a process for one run.</summary>
    internal const string Deltas = "MUTATORS_AGENT_DELTAS";

    /// <summary>Says that the program is a test project, whose tests are to be run instead of its entry point, and which of them: see <see cref="TestChoice"/>.</summary>
    internal const string Tests = "MUTATORS_AGENT_TESTS";

    /// <summary>The runtime's: which assemblies to run before the program.</summary>
    internal const string Hooks = "DOTNET_STARTUP_HOOKS";

    /// <summary>The runtime's: whether methods can be replaced.</summary>
    internal const string Modifiable = "DOTNET_MODIFIABLE_ASSEMBLIES";

    /// <summary>The runtime's: bytes of the young generation, in hexadecimal digits.</summary>
    internal const string YoungGeneration = "DOTNET_GCgen0size";

    /// <summary>The runtime's: bytes from which an object counts as large, and is collected with the old ones only; in hexadecimal digits.</summary>
    internal const string LargeObjects = "DOTNET_GCLOHThreshold";

    /// <summary>The runtime's: whether large heaps are collected beside the program, by a thread of their own.</summary>
    internal const string ConcurrentCollection = "DOTNET_gcConcurrent";

    /// <summary>The runtime's: whether code is watched for a while before it is optimised.</summary>
    internal const string Profiling = "DOTNET_TieredPGO";

    /// <summary>The runtime's: whether pages with code are mapped twice, so that none can be written to and executed; without it, compiling a method costs a tenth less.</summary>
    internal const string SplitCodePages = "DOTNET_EnableWriteXorExecute";

    /// <summary>The runtime's: calls of a method before it is optimised, in hexadecimal digits.</summary>
    internal const string CallsToOptimise = "DOTNET_TC_CallCountThreshold";

    /// <summary>All that the program must not see.</summary>
    internal static readonly string[] All = [Pipe, Deltas, Tests, Hooks, Modifiable, YoungGeneration, LargeObjects, ConcurrentCollection, Profiling, SplitCodePages, CallsToOptimise];
}
