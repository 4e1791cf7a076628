namespace Mutators.Agent;

/// <summary>New bodies for methods of one loaded assembly, in the form in which the runtime takes them.</summary>
/// <param name="assembly">The assembly's simple name.</param>
/// <param name="metadata">The delta of its metadata.</param>
/// <param name="il">The bodies.</param>
internal sealed class Delta(string assembly, byte[] metadata, byte[] il)
{
    internal string Assembly { get; } = assembly;

    internal byte[] Metadata { get; } = metadata;

    internal byte[] IL { get; } = il;
}

/// <summary>One run that the harness asks a worker for: what to apply first, and what to start the program with.</summary>
/// <param name="deltas">Deltas to apply before the run.</param>
/// <param name="arguments">The program's arguments.</param>
/// <param name="tickLimit">Ticks that the run may spend; 0 for any number.</param>
/// <param name="undo">Deltas that put golden's bodies back: when the program asks to be healed, at the run's end otherwise.</param>
/// <param name="fresh">What the run is to have loaded anew; null for nothing.</param>
internal sealed class Command(IReadOnlyList<Delta> deltas, string[] arguments, long tickLimit, IReadOnlyList<Delta> undo, FreshLoad? fresh = null)
{
    internal FreshLoad? Fresh { get; } = fresh;

    internal IReadOnlyList<Delta> Deltas { get; } = deltas;

    internal IReadOnlyList<Delta> Undo { get; } = undo;

    internal string[] Arguments { get; } = arguments;

    internal long TickLimit { get; } = tickLimit;

    internal void Write(Stream stream)
    {
        // One write for one command: the pipe's other end wakes up once.
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            Write(writer, Deltas);
            Write(writer, Undo);
            writer.Write(Arguments.Length);
            foreach (var argument in Arguments)
            {
                writer.Write(argument);
            }

            writer.Write(TickLimit);
            writer.Write(Fresh is not null);
            Fresh?.Write(writer);
        }

        Frame.Write(stream, buffer);
    }

    /// <summary>The next command; null when the harness has hung up.</summary>
    internal static Command? Read(Stream stream)
    {
        if (Frame.Read(stream) is not { } frame)
        {
            return null;
        }

        using var reader = new BinaryReader(frame);
        var deltas = ReadDeltas(reader);
        var undo = ReadDeltas(reader);
        var arguments = new string[reader.ReadInt32()];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = reader.ReadString();
        }

        return new Command(deltas, arguments, reader.ReadInt64(), undo, reader.ReadBoolean() ? FreshLoad.Read(reader) : null);
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<Delta> deltas)
    {
        writer.Write(deltas.Count);
        foreach (var delta in deltas)
        {
            writer.Write(delta.Assembly);
            writer.Write(delta.Metadata.Length);
            writer.Write(delta.Metadata);
            writer.Write(delta.IL.Length);
            writer.Write(delta.IL);
        }
    }

    private static Delta[] ReadDeltas(BinaryReader reader)
    {
        var deltas = new Delta[reader.ReadInt32()];
        for (var i = 0; i < deltas.Length; i++)
        {
            deltas[i] = new Delta(reader.ReadString(), reader.ReadBytes(reader.ReadInt32()), reader.ReadBytes(reader.ReadInt32()));
        }

        return deltas;
    }
}

/// <summary>A message on the pipe: its length and its bytes.</summary>
internal static class Frame
{
    internal static void Write(Stream stream, MemoryStream content)
    {
        var message = new byte[4 + content.Length];
        BitConverter.TryWriteBytes(message, (int)content.Length);
        content.Position = 0;
        content.ReadExactly(message, 4, (int)content.Length);
        stream.Write(message);
        stream.Flush();
    }

    internal static MemoryStream? Read(Stream stream)
    {
        var length = new byte[4];
        if (stream.ReadAtLeast(length, 4, throwOnEndOfStream: false) < 4)
        {
            return null;
        }

        var content = new byte[BitConverter.ToInt32(length)];
        return stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length ? null : new MemoryStream(content);
    }
}
