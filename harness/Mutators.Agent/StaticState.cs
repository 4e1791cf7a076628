using System.Diagnostics;
using System.Reflection;

namespace Mutators.Agent;

/// <summary>
/// The static fields of the program's own assemblies. A run that finds what another run left there is not the run of a fresh process, and
/// golden need not notice: it may set back what a mutant has forgotten to set back. So the fields are compared with what initialisation
/// leaves, after each run; where they differ, their types are initialised again.
/// </summary>
internal sealed class StaticState
{
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
        if (dirty.Count == 0)
        {
            return isNew;
        }

        Initialise(dirty);

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
    /// Optimised code may have taken read-only fields for constants, so only what was built for debugging is looked at.
    /// </summary>
    private bool TakeUpNewAssemblies()
    {
        var found = new List<StaticType>();
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (known.Add(assembly) && !assembly.IsDynamic && assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true })
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
