using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Mutators.Campaign.Workloads;

/// <summary>What the two streams of one process may still write, counted together.</summary>
/// <param name="bytes">The limit.</param>
internal sealed class OutputBudget(long bytes)
{
    private long left = bytes;

    /// <summary>True once more was written than allowed.</summary>
    public bool Exceeded => Interlocked.Read(ref left) < 0;

    /// <summary>Takes bytes off the budget; false when it is exceeded.</summary>
    public bool Take(int count) => Interlocked.Add(ref left, -count) >= 0;
}

/// <summary>Reads a stream to its end on a thread of its own and keeps it as lines.</summary>
/// <param name="source">The process's end of the pipe.</param>
/// <param name="budget">What both streams of the process may write.</param>
/// <param name="keepFirst">The first lines that are kept.</param>
/// <param name="keepLast">The last lines that are kept beyond these.</param>
internal sealed class OutputLines(Stream source, OutputBudget budget, int keepFirst, int keepLast)
{
    private const int BlockBytes = 16 * 1024;

    // A line without an end would otherwise be one string of the whole budget.
    private const int MaximumLineBytes = 1 << 20;

    private readonly List<string> first = [];
    private readonly Queue<string> last = new();
    private readonly ArrayBufferWriter<byte> line = new();
    private readonly Lock gate = new();
    private Thread? reader;

    /// <summary>Starts reading.</summary>
    public void Start()
    {
        reader = new Thread(ReadToEnd) { IsBackground = true, Name = "workload output" };
        reader.Start();
    }

    /// <summary>
    /// The lines, once the stream has ended. A process that escaped the kill may hold the pipe open for ever: then what came until now.
    /// </summary>
    public ImmutableArray<string> Finish(TimeSpan patience)
    {
        reader?.Join(patience);
        lock (gate)
        {
            return [.. first, .. last];
        }
    }

    private void ReadToEnd()
    {
        var block = new byte[BlockBytes];
        try
        {
            int count;
            while ((count = source.Read(block)) > 0)
            {
                // Beyond the budget the pipe is only drained: the process is about to be killed and must not block before.
                if (budget.Take(count))
                {
                    Add(block.AsSpan(0, count));
                }
            }
        }
        catch (IOException)
        {
            // The pipe broke together with the process: what was read is what there is.
        }
        catch (ObjectDisposedException)
        {
            // The run is over and nobody waits for this stream any more.
        }

        lock (gate)
        {
            if (line.WrittenCount > 0)
            {
                EndLine();
            }
        }
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            while (bytes.IndexOf((byte)'\n') is var end and >= 0)
            {
                AddToLine(bytes[..end]);
                EndLine();
                bytes = bytes[(end + 1)..];
            }

            AddToLine(bytes);
        }
    }

    private void AddToLine(ReadOnlySpan<byte> bytes)
    {
        line.Write(bytes);
        if (line.WrittenCount > MaximumLineBytes)
        {
            EndLine();
        }
    }

    private void EndLine()
    {
        var text = Encoding.UTF8.GetString(line.WrittenSpan).TrimEnd('\r');
        line.ResetWrittenCount();
        if (first.Count < keepFirst)
        {
            first.Add(text);
            return;
        }

        last.Enqueue(text);
        if (last.Count > keepLast)
        {
            last.Dequeue();
        }
    }
}
