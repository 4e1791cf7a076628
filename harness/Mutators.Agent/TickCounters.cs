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

    /// <summary>Takes up the counters of the assemblies in a folder, each as soon as it is loaded: golden, whose run tells what is usual, loads most of them while it runs.</summary>
    internal void AddAllOf(string folder)
    {
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => AddIfIn(folder, loaded.LoadedAssembly);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            AddIfIn(folder, assembly);
        }
    }

    private void AddIfIn(string folder, Assembly assembly)
    {
        if (!assembly.IsDynamic && Path.GetDirectoryName(assembly.Location) == folder)
        {
            Add(assembly);
        }
    }

    /// <summary>Sets all counters to zero.</summary>
    internal void Begin(long limit)
    {
        lock (counters)
        {
            this.limit = limit;
            foreach (var (used, bound) in counters)
            {
                used.SetValue(null, 0L);
                bound.SetValue(null, limit);
            }
        }
    }

    /// <summary>Allows twice as many.</summary>
    internal void Double()
    {
        lock (counters)
        {
            limit *= 2;
            foreach (var (_, bound) in counters)
            {
                bound.SetValue(null, 2 * (long)bound.GetValue(null)!);
            }
        }
    }

    /// <summary>Ticks since <see cref="Begin"/>, of all assemblies together.</summary>
    internal long Used()
    {
        lock (counters)
        {
            return counters.Sum(counter => (long)counter.Used.GetValue(null)!);
        }
    }

    /// <summary>Takes up the counter of an assembly.</summary>
    internal void Add(Assembly assembly)
    {
        lock (counters)
        {
            if (known.Add(assembly) && CounterOf(assembly) is { } type)
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
        lock (counters)
        {
            foreach (var assembly in gone)
            {
                known.Remove(assembly);
                counters.RemoveAll(counter => counter.Used.Module.Assembly == assembly);
            }
        }
    }

    private static Type? CounterOf(Assembly assembly)
    {
        foreach (var metadata in assembly.GetCustomAttributesData())
        {
            if (metadata.AttributeType == typeof(AssemblyMetadataAttribute) && metadata.ConstructorArguments is [{ Value: Key }, { Value: string name }])
            {
                return assembly.GetType(name);
            }
        }

        return null;
    }
}
