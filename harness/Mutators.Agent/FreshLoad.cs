namespace Mutators.Agent;

/// <summary>
/// Assemblies that a run is to have for itself, loaded anew beside those that the process holds: types that are not initialised yet, and code that differs from the files'
/// in the addresses of some methods.
/// </summary>
/// <param name="assemblies">The simple names of the assemblies.</param>
/// <param name="needed">Those of them that the run must have used to say anything.</param>
/// <param name="changes">What is written into them before they are loaded.</param>
/// <param name="instead">A folder with assemblies that stand for those of the same name; empty for none.</param>
internal sealed class FreshLoad(string[] assemblies, string[] needed, IReadOnlyList<ImageChange> changes, string instead = "")
{
    internal string[] Assemblies { get; } = assemblies;

    internal string[] Needed { get; } = needed;

    internal IReadOnlyList<ImageChange> Changes { get; } = changes;

    internal string Instead { get; } = instead;

    internal void Write(BinaryWriter writer)
    {
        Write(writer, Assemblies);
        Write(writer, Needed);
        writer.Write(Changes.Count);
        foreach (var change in Changes)
        {
            writer.Write(change.Assembly);
            writer.Write(change.Position);
            writer.Write(change.Value);
        }

        writer.Write(Instead);
    }

    internal static FreshLoad Read(BinaryReader reader)
    {
        var (assemblies, needed) = (ReadNames(reader), ReadNames(reader));
        var changes = new ImageChange[reader.ReadInt32()];
        for (var i = 0; i < changes.Length; i++)
        {
            changes[i] = new ImageChange(reader.ReadString(), reader.ReadInt32(), reader.ReadInt32());
        }

        return new FreshLoad(assemblies, needed, changes, reader.ReadString());
    }

    private static void Write(BinaryWriter writer, string[] names)
    {
        writer.Write(names.Length);
        foreach (var name in names)
        {
            writer.Write(name);
        }
    }

    private static string[] ReadNames(BinaryReader reader)
    {
        var names = new string[reader.ReadInt32()];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = reader.ReadString();
        }

        return names;
    }
}

/// <summary>Four bytes of an assembly's file.</summary>
/// <param name="assembly">The assembly's simple name.</param>
/// <param name="position">Where they begin in the file.</param>
/// <param name="value">What they become.</param>
internal sealed class ImageChange(string assembly, int position, int value)
{
    internal string Assembly { get; } = assembly;

    internal int Position { get; } = position;

    internal int Value { get; } = value;
}
