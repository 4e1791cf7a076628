namespace Mutators.Campaign.Workloads;

/// <summary>Executes a built .NET program.</summary>
public static class ProgramRun
{
    /// <summary>
    /// Runs an assembly in a fresh process, in the folder it lies in: content files are found there, and what it writes stays out of the
    /// user's sight.
    /// </summary>
    /// <param name="assembly">Full path of the program's assembly.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="limits">What the run may spend.</param>
    /// <param name="cancel">Ends the run.</param>
    public static WorkloadRun Execute(
        string assembly,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        RunLimits limits,
        CancellationToken cancel) =>
        ProcessRunner.Run("dotnet", ["exec", assembly, .. arguments], Path.GetDirectoryName(assembly)!, environment, limits, cancel);
}
