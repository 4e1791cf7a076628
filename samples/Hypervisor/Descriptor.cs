namespace Xen.Hypervisor;

/// <summary>An open file or one end of a connection, held by a process of Dom0. The end of the process closes it.</summary>
public abstract class Descriptor
{
    protected Descriptor(Component owner)
    {
        Owner = owner;
        owner.Ended += _ => Close();
    }

    public Component Owner { get; }

    public bool Closed { get; private set; }

    protected Simulation Simulation => Owner.Simulation;

    /// <summary>Writes all bytes; <paramref name="done"/> gets 0 or an error number with a minus sign, and runs as the given process.</summary>
    public abstract void Write(Component writer, byte[] bytes, Action<int> done);

    /// <summary>Reads exactly so many bytes, fewer only at the end of the file.</summary>
    public abstract void Read(Component reader, int count, Action<byte[]> done);

    public void Close()
    {
        if (!Closed)
        {
            Closed = true;
            OnClose();
        }
    }

    protected virtual void OnClose()
    {
    }

    /// <summary>Tells who looks on of bytes that pass from one process to another by a descriptor that both hold.</summary>
    protected void HandOver(Component from, Component to, byte[] bytes)
    {
        if (from != to)
        {
            Simulation.Tap?.Send(from, to, "stream", SimulationTap.Digest(bytes));
        }
    }
}

/// <summary>A file of Dom0's file system, opened to be read or written from its beginning on.</summary>
public sealed class RegularFile : Descriptor
{
    private const long NsPerKib = 500;
    private const long LatencyNs = 20_000;

    private readonly Dom0Files files;
    private readonly string path;
    private readonly List<byte[]> written = [];
    private long writtenBytes;
    private int readPosition;

    private RegularFile(Component owner, Dom0Files files, string path)
        : base(owner)
    {
        this.files = files;
        this.path = path;
    }

    /// <summary>O_CREAT | O_TRUNC.</summary>
    public static RegularFile Create(Component owner, Dom0Files files, string path)
    {
        files.Write(path, []);
        return new RegularFile(owner, files, path);
    }

    /// <summary>Null when there is no such file.</summary>
    public static RegularFile? Open(Component owner, Dom0Files files, string path) => files.Exists(path) ? new RegularFile(owner, files, path) : null;

    public override void Write(Component writer, byte[] bytes, Action<int> done) => Simulation.After(Duration(bytes.Length), writer, "write", () =>
    {
        if (Closed)
        {
            done(-Errno.EIO);
            return;
        }

        if (files.CapacityBytes != long.MaxValue && files.UsedBytes + writtenBytes + bytes.Length > files.CapacityBytes)
        {
            done(-Errno.ENOSPC);
            return;
        }

        HandOver(writer, Owner, bytes);
        written.Add(bytes);
        writtenBytes += bytes.Length;
        done(0);
    });

    public override void Read(Component reader, int count, Action<byte[]> done) => Simulation.After(Duration(count), reader, "read", () =>
    {
        var content = files.Open(path) ?? [];
        var length = Math.Clamp(content.Length - readPosition, 0, count);
        var bytes = content.AsSpan(Math.Min(readPosition, content.Length), length).ToArray();
        readPosition += length;
        HandOver(Owner, reader, bytes);
        done(bytes);
    });

    protected override void OnClose()
    {
        if (written.Count == 0 || !files.Exists(path))
        {
            return;
        }

        var content = new byte[writtenBytes];
        var position = 0;
        foreach (var piece in written)
        {
            piece.CopyTo(content, position);
            position += piece.Length;
        }

        files.Write(path, content);
    }

    private static long Duration(int bytes) => LatencyNs + (bytes / 1024 * NsPerKib);
}

/// <summary>
/// One end of a connection between two processes, on the same host or on two. Bytes arrive in order, after the time that the line takes
/// for them; when an end closes, the other sees the end of the stream once it has read what is there.
/// </summary>
public sealed class Socket : Descriptor
{
    private const long LatencyNs = 100_000;

    /// <summary>10 Gbit/s.</summary>
    private const long NsPerKib = 820;

    private readonly Queue<byte[]> received = new();
    private Component? sender;
    private int head;
    private int available;
    private long lineFreeAt;
    private Socket? peer;
    private bool ended;
    private (int Count, Component Reader, Action<byte[]> Done)? waiting;

    private Socket(Component owner)
        : base(owner)
    {
    }

    /// <summary>Makes a connected pair. Either end breaks with its process, or when its machine goes off.</summary>
    public static (Socket Near, Socket Far) Pair(Component near, Component far)
    {
        var first = new Socket(near);
        var second = new Socket(far);
        first.peer = second;
        second.peer = first;
        foreach (var end in new[] { first, second })
        {
            if (end.Owner.Domain?.Host is { } host)
            {
                host.PoweredOff += end.Close;
            }
        }

        return (first, second);
    }

    /// <summary>All bytes that the other end has sent were read, and no more will come.</summary>
    public bool AtEnd => ended && available == 0;

    public override void Write(Component writer, byte[] bytes, Action<int> done)
    {
        var start = Math.Max(Simulation.Now, lineFreeAt);
        lineFreeAt = start + (bytes.Length * NsPerKib / 1024);
        var target = peer!;
        Simulation.After(lineFreeAt - Simulation.Now, writer, "send", () =>
        {
            if (Closed || target.Closed)
            {
                if (target.Closed)
                {
                    Simulation.Tap?.Send(target.Owner, writer, "stream", "closed");
                }

                done(-Errno.EPIPE);
                return;
            }

            Simulation.Tap?.Send(writer, target.Owner, "stream", SimulationTap.Digest(bytes));
            Simulation.After(LatencyNs, target.Owner, "receive", () => target.Receive(writer, bytes));
            done(0);
        });
    }

    public override void Read(Component reader, int count, Action<byte[]> done)
    {
        waiting = (count, reader, done);
        Serve();
    }

    protected override void OnClose()
    {
        var target = peer!;

        // What was sent before is still on the line, so the end arrives after it.
        var delay = Math.Max(0, lineFreeAt - Simulation.Now) + LatencyNs;
        Simulation.After(delay, target.Owner, "hang up", () =>
        {
            target.ended = true;
            target.Serve();
        });
    }

    private void Receive(Component from, byte[] bytes)
    {
        if (Closed || bytes.Length == 0)
        {
            return;
        }

        sender = from;
        received.Enqueue(bytes);
        available += bytes.Length;
        Serve();
    }

    private void Serve()
    {
        if (waiting is not { } request || (available < request.Count && !ended))
        {
            return;
        }

        waiting = null;
        var bytes = Take(Math.Min(request.Count, available));
        if (bytes.Length < request.Count)
        {
            Simulation.Tap?.Send(peer!.Owner, request.Reader, "stream", "end");
        }
        else if (request.Reader != Owner && sender is not null)
        {
            HandOver(sender, request.Reader, bytes);
        }

        Simulation.Post(request.Reader, "read", () => request.Done(bytes));
    }

    private byte[] Take(int count)
    {
        var bytes = new byte[count];
        var filled = 0;
        while (filled < count)
        {
            var piece = received.Peek();
            var length = Math.Min(piece.Length - head, count - filled);
            piece.AsSpan(head, length).CopyTo(bytes.AsSpan(filled));
            filled += length;
            head += length;
            if (head == piece.Length)
            {
                received.Dequeue();
                head = 0;
            }
        }

        available -= count;
        return bytes;
    }
}
