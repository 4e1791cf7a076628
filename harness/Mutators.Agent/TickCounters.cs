using System.Reflection;

namespace Mutators.Agent;

/// <summary>
/// The counters that the harness has compiled into the target's assemblies: each loop iteration and each call of a method counts one. They
/// lie in the target, one class per assembly, so that counting is one increment of a static field and needs no reference to the agent.
/// </summary>
internal sealed class TickCounters
{
    /// <summary>The assembly attribute's key that names the counting class.</summary>
    internal const string Key = "Mutators.Ticks";

    private readonly List<(FieldInfo Used, FieldInfo Limit)> counters = [];
    private readonly HashSet<Assembly> known = [];
    private readonly Action spent;
    private long limit;

    /// <param name="spent">What to do when a limit is passed; throws.</param>
    internal TickCounters(Action spent) => this.spent = spent;

    /// <summary>Sets all counters to zero.</summary>
    internal void Begin(long limit)
    {
        this.limit = limit;
        foreach (var (used, bound) in counters)
        {
            used.SetValue(null, 0L);
            bound.SetValue(null, limit);
        }
    }

    /// <summary>Allows twice as many.</summary>
    internal void Double()
    {
        limit *= 2;
        foreach (var (_, bound) in counters)
        {
            bound.SetValue(null, 2 * (long)bound.GetValue(null)!);
        }
    }

    /// <summary>Ticks since <see cref="Begin"/>, of all assemblies together.</summary>
    internal long Used()
    {
        var sum = 0L;
        foreach (var (used, bound) in counters)
        {
            sum += (long)used.GetValue(null)!;
        }

        return sum;
    }

    /// <summary>Takes up the counter of an assembly.</summary>
    internal void Add(Assembly assembly)
    {
        if (!known.Add(assembly))
        {
            return;
        }

        foreach (var metadata in assembly.GetCustomAttributes<AssemblyMetadataAttribute>())
        {
            if (metadata.Key == Key && metadata.Value is { } name && assembly.GetType(name) is { } type)
            {
                const BindingFlags Fields = BindingFlags.Static | BindingFlags.NonPublic;
                type.GetField("Spent", Fields)!.SetValue(null, spent);
                type.GetField("Limit", Fields)!.SetValue(null, limit);
                counters.Add((type.GetField("Used", Fields)!, type.GetField("Limit", Fields)!));
            }
        }
    }

    /// <summary>Forgets the counters of assemblies that will be unloaded.</summary>
    internal void Remove(IEnumerable<Assembly> gone)
    {
        foreach (var assembly in gone)
        {
            known.Remove(assembly);
            counters.RemoveAll(counter => counter.Used.Module.Assembly == assembly);
        }
    }
}
