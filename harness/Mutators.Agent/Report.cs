namespace Mutators.Agent;

/// <summary>What a worker says of its state and of a run.</summary>
internal enum ReportKind
{
    /// <summary>It is ready for its first command.</summary>
    Ready,

    /// <summary>The entry point returned.</summary>
    Returned,

    /// <summary>An exception left the entry point: an ordinary process would have died of it.</summary>
    Escaped,

    /// <summary>The run has spent its ticks, and is being taken down.</summary>
    TicksSpent,

    /// <summary>The run that had spent its ticks has left the entry point.</summary>
    Unwound,

    /// <summary>The runtime refused a delta; nothing was run.</summary>
    NotApplied,
}

/// <summary>What a run left behind that the next would find.</summary>
[Flags]
internal enum Residue
{
    /// <summary>Nothing that can be seen from outside of the program's own objects.</summary>
    None = 0,

    /// <summary>Threads that the program started: an ordinary process might have waited for them, so the run itself is not valid.</summary>
    Threads = 1,

    /// <summary>Work or timers in the thread pool: an ordinary process would have ended them.</summary>
    Pool = 2,

    /// <summary>Changed statics, which were put back.</summary>
    Statics = 4,

    /// <summary>Changed statics that could not be put back.</summary>
    StuckStatics = 8,

    /// <summary>The assemblies that the run was to have for itself were not those that it used: it says nothing.</summary>
    NotFresh = 16,
}

/// <summary>A worker's answer to a command.</summary>
/// <param name="kind">What happened.</param>
internal sealed class Report(ReportKind kind)
{
    internal ReportKind Kind { get; } = kind;

    /// <summary>The process's exit code, as the system would report it.</summary>
    internal int ExitCode { get; init; }

    /// <summary>Ticks spent.</summary>
    internal long Ticks { get; init; }

    internal Residue Residue { get; init; }

    /// <summary>Bytes of memory that the process holds.</summary>
    internal long WorkingSet { get; init; }

    /// <summary>Time of the run proper, from the entry point's call to its return.</summary>
    internal TimeSpan RunTime { get; init; }

    /// <summary>Time that applying the deltas took.</summary>
    internal TimeSpan ApplyTime { get; init; }

    /// <summary>The exception as the runtime would have printed it, or why a delta was refused.</summary>
    internal string Text { get; init; } = "";

    internal void Write(Stream stream)
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write((int)Kind);
            writer.Write(ExitCode);
            writer.Write(Ticks);
            writer.Write((int)Residue);
            writer.Write(WorkingSet);
            writer.Write(RunTime.Ticks);
            writer.Write(ApplyTime.Ticks);
            writer.Write(Text);
        }

        Frame.Write(stream, buffer);
    }

    /// <summary>The next report; null when the process is gone.</summary>
    internal static Report? Read(Stream stream)
    {
        if (Frame.Read(stream) is not { } frame)
        {
            return null;
        }

        using var reader = new BinaryReader(frame);
        return new Report((ReportKind)reader.ReadInt32())
        {
            ExitCode = reader.ReadInt32(),
            Ticks = reader.ReadInt64(),
            Residue = (Residue)reader.ReadInt32(),
            WorkingSet = reader.ReadInt64(),
            RunTime = TimeSpan.FromTicks(reader.ReadInt64()),
            ApplyTime = TimeSpan.FromTicks(reader.ReadInt64()),
            Text = reader.ReadString(),
        };
    }
}
