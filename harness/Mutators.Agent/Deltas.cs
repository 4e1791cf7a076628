using System.Reflection;
using System.Reflection.Metadata;

namespace Mutators.Agent;

/// <summary>Puts new method bodies into loaded assemblies.</summary>
internal static class Deltas
{
    private static readonly Dictionary<string, Assembly> assemblies = new(StringComparer.Ordinal);

    internal static void Apply(IEnumerable<Delta> deltas)
    {
        foreach (var delta in deltas)
        {
            MetadataUpdater.ApplyUpdate(Named(delta.Assembly), delta.Metadata, delta.IL, []);
        }
    }

    /// <summary>Loads an assembly of the program without running anything of it.</summary>
    internal static Assembly Named(string name)
    {
        if (!assemblies.TryGetValue(name, out var assembly))
        {
            assemblies.Add(name, assembly = Assembly.Load(new AssemblyName(name)));
        }

        return assembly;
    }
}
