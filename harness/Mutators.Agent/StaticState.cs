using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;

namespace Mutators.Agent;

/// <summary>
/// The static fields of the program's own assemblies. A run that finds what another run left there is not the run of a fresh process, and
/// golden need not notice: it may set back what a mutant has forgotten to set back. So the fields are compared with what initialisation
/// leaves, after each run; where they differ, their types are initialised again. Where they hold what cannot be compared, all types are, each time.
/// </summary>
internal sealed class StaticState
{
    /// <summary>A bit among an assembly's debugging modes, of no meaning to the runtime: the assembly is one of the program's own, and may be optimised.</summary>
    internal const int QuickenedMark = 0x10000;

    private readonly List<StaticType> types = [];

    // The agent's own state is not the program's.
    private readonly HashSet<Assembly> known = [typeof(StaticState).Assembly];

    /// <summary>Whether statics could not be put back: no further run of this process is like that of a fresh one.</summary>
    internal bool IsStuck { get; private set; }

    /// <summary>Puts back what a run changed.</summary>
    /// <returns>Whether it had changed anything.</returns>
    internal bool Restore()
    {
        var isNew = TakeUpNewAssemblies();
        var dirty = types.FindAll(type => type.IsChanged());
        var isBlind = types.Exists(type => type.IsBlind);
        if (dirty.Count == 0)
        {
            if (isBlind && !isNew)
            {
                Initialise(types);
            }

            return isNew;
        }

        Initialise(isBlind ? types : dirty);

        // Initialising a type may touch another one; then all of them go back together.
        if (types.Exists(type => type.IsChanged()))
        {
            Initialise(types);
            IsStuck |= types.Exists(type => type.IsChanged());
        }

        return true;
    }

    /// <summary>
    /// An assembly is met after the first run that needed it: what its statics were before is found by initialising them again.
    /// Optimised code may have taken read-only fields for constants, so only what was built for debugging is looked at, and what the harness has quickened with care for this.
    /// </summary>
    private bool TakeUpNewAssemblies()
    {
        var found = new List<StaticType>();
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            // What a run had for itself goes with it.
            if (AssemblyLoadContext.GetLoadContext(assembly) is not FreshContext && known.Add(assembly) && !assembly.IsDynamic && IsPrograms(assembly))
            {
                foreach (var type in assembly.GetTypes())
                {
                    if (StaticType.Of(type, out var isUnreachable) is { } fields)
                    {
                        found.Add(fields);
                    }

                    IsStuck |= isUnreachable;
                }
            }
        }

        if (found.Count == 0)
        {
            return false;
        }

        Initialise(found);
        found.ForEach(type => type.Remember());
        types.AddRange(found);
        return true;
    }

    private static bool IsPrograms(Assembly assembly) =>
        assembly.GetCustomAttribute<DebuggableAttribute>() is { } debuggable
        && (debuggable.IsJITOptimizerDisabled || ((int)debuggable.DebuggingFlags & QuickenedMark) != 0);

    private static void Initialise(List<StaticType> some)
    {
        foreach (var type in some)
        {
            type.Clear();
        }

        foreach (var type in some)
        {
            type.Initialise();
        }
    }
}
