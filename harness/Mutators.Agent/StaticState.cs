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

        found = InitialiseAnyhow(found);
        found.ForEach(type => type.Remember());
        types.AddRange(found);
        return true;
    }

    private static bool IsPrograms(Assembly assembly) =>
        assembly.GetCustomAttribute<DebuggableAttribute>() is { } debuggable
        && (debuggable.IsJITOptimizerDisabled || ((int)debuggable.DebuggingFlags & QuickenedMark) != 0);

    /// <summary>
    /// Initialises types in an order that serves all of them. The runtime initialises a type where another one first needs it; here that has happened, so one
    /// that needs a later one finds nothing there. An initialiser that fails is put behind the others, as long as that helps any.
    /// </summary>
    /// <returns>The types in the order that has served.</returns>
    /// <exception cref="Exception">What the initialisers throw whose order is of no importance.</exception>
    private static List<StaticType> InitialiseAnyhow(List<StaticType> some)
    {
        var order = new List<StaticType>();
        some.ForEach(type => type.Clear());
        for (var left = some; left.Count > 0;)
        {
            var failed = left.FindAll(type => !type.TryInitialise());
            order.AddRange(left.Except(failed));
            if (failed.Count == left.Count)
            {
                Initialise([.. order, .. failed]);
                return [.. order, .. failed];
            }

            left = failed;
        }

        if (!order.SequenceEqual(some))
        {
            // What has failed on the way may have done half of its work.
            Initialise(order);
        }

        return order;
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
