using System.Reflection;
using System.Runtime.Loader;

namespace Mutators.Agent;

/// <summary>
/// The program's own assemblies once more, for one run: its types are initialised as in a new process, while the test framework and all that belongs to no project
/// stay as warm as they are. What tests load by name while <see cref="AssemblyLoadContext.EnterContextualReflection()"/> holds comes from here.
/// </summary>
internal sealed class FreshContext : AssemblyLoadContext
{
    private readonly string folder;
    private readonly FreshLoad what;
    private readonly HashSet<string> own;
    private readonly Action<Assembly> loaded;
    private readonly HashSet<string> here = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="folder">Where the assemblies lie.</param>
    /// <param name="what">Which they are.</param>
    /// <param name="loaded">Told of each when it is loaded.</param>
    internal FreshContext(string folder, FreshLoad what, Action<Assembly> loaded)
        : base("fresh", isCollectible: true)
    {
        this.folder = folder;
        this.what = what;
        this.loaded = loaded;
        own = new HashSet<string>(what.Assemblies, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether the run has used what it needs of them: a framework may have looked for them in its own way, and found those that were there before.</summary>
    internal bool WasUsed => Array.TrueForAll(what.Needed, here.Contains);

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is not { } name || !own.Contains(name) || Path.Combine(folder, name + ".dll") is var file && !File.Exists(file))
        {
            return null;
        }

        var assembly = Read(name, file);
        here.Add(name);
        loaded(assembly);
        return assembly;
    }

    private Assembly Read(string name, string file)
    {
        var changes = what.Changes.Where(change => change.Assembly == name).ToList();
        var another = what.Instead.Length > 0 ? Path.Combine(what.Instead, name + ".dll") : "";
        if (File.Exists(another))
        {
            // Its place is another mutant's with the next run.
            file = another;
        }
        else if (changes.Count == 0)
        {
            return LoadFromAssemblyPath(file);
        }

        var image = File.ReadAllBytes(file);
        foreach (var change in changes)
        {
            BitConverter.TryWriteBytes(image.AsSpan(change.Position), change.Value);
        }

        var symbols = Path.ChangeExtension(file, ".pdb");
        return LoadFromStream(new MemoryStream(image), File.Exists(symbols) ? new MemoryStream(File.ReadAllBytes(symbols)) : null);
    }
}
