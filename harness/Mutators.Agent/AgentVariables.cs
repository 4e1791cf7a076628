namespace Mutators.Agent;

/// <summary>The environment variables by which the harness speaks to an agent that begins.</summary>
internal static class AgentVariables
{
    /// <summary>The pipe of a worker: its name.</summary>
    internal const string Pipe = "MUTATORS_AGENT_PIPE";

    /// <summary>A file with the deltas of a process for one run.</summary>
    internal const string Deltas = "MUTATORS_AGENT_DELTAS";

    /// <summary>The runtime's: which assemblies to run before the program.</summary>
    internal const string Hooks = "DOTNET_STARTUP_HOOKS";

    /// <summary>The runtime's: whether methods can be replaced.</summary>
    internal const string Modifiable = "DOTNET_MODIFIABLE_ASSEMBLIES";

    /// <summary>All that the program must not see.</summary>
    internal static readonly string[] All = [Pipe, Deltas, Hooks, Modifiable];
}
