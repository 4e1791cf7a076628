using System.Reflection;
using Mutators.Agent;

/// <summary>
/// What the runtime calls before the program's entry point, because <c>DOTNET_STARTUP_HOOKS</c> names this assembly. As a worker the process
/// never gets further: it stays in the loop that the harness drives. In a process for one run it applies its deltas and lets the program begin.
/// </summary>
internal static class StartupHook
{
    /// <summary>The runtime's contract: this name, no namespace, no parameters.</summary>
    public static void Initialize()
    {
        var pipe = Environment.GetEnvironmentVariable(AgentVariables.Pipe);
        var deltas = Environment.GetEnvironmentVariable(AgentVariables.Deltas);
        var tests = Environment.GetEnvironmentVariable(AgentVariables.Tests) is { } patterns ? new TestChoice(patterns) : null;

        // The program and what it starts must find the environment of an ordinary run.
        foreach (var name in AgentVariables.All)
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        if (pipe is not null || tests is not null)
        {
            DebugMessages.Drop();
        }

        if (deltas is not null)
        {
            using var file = File.OpenRead(deltas);
            if (Command.Read(file) is { } command)
            {
                Deltas.Apply(command.Deltas);
                new Healing().Begin(command.Undo);
            }
        }

        if (pipe is not null)
        {
            Worker.Run(pipe, tests);
        }
        else if (tests is not null)
        {
            Environment.Exit(new TestHost(Assembly.GetEntryAssembly()!, tests).Run(Environment.GetCommandLineArgs()[1..]));
        }
    }
}
