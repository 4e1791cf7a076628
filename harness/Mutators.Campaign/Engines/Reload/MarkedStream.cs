using System.Buffers;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// One of a worker's output streams, cut into runs by the mark that the agent writes behind each. What a process wrote before it died is
/// all there: it lies in the pipe, not in the process.
/// </summary>
internal sealed class MarkedStream
{
    private const int BlockBytes = 64 * 1024;
    private const int KeptOfOverflow = 256 * 1024;

    private static readonly byte[] stackOverflow = "Stack overflow.\n"u8.ToArray();

    private readonly Stream _source;
    private readonly byte[] _mark;
    private readonly object _gate = new();
    private readonly Queue<byte[]> _runs = new();
    private ArrayBufferWriter<byte> _current = new();
    private OutputBudget _budget = new(long.MaxValue);
    private bool _ended;
    private bool _overflowed;

    public MarkedStream(Stream source, byte[] mark)
    {
        _source = source;
        _mark = mark;
        new Thread(ReadToEnd) { IsBackground = true, Name = "worker output" }.Start();
    }

    /// <summary>Sets what the next run may write, together with the other stream.</summary>
    public void Begin(OutputBudget budget)
    {
        lock (_gate)
        {
            _budget = budget;
        }
    }

    /// <summary>The next run's bytes; if the process died, what it wrote until then; null if nothing ends it in time.</summary>
    public byte[]? Take(TimeSpan patience)
    {
        lock (_gate)
        {
            while (_runs.Count == 0 && !_ended)
            {
                if (!Monitor.Wait(_gate, patience))
                {
                    return null;
                }
            }

            return _runs.TryDequeue(out var run) ? run : _current.WrittenSpan.ToArray();
        }
    }

    /// <summary>What the run that is under way has written.</summary>
    public byte[] SoFar()
    {
        lock (_gate)
        {
            return _runs.TryPeek(out var run) ? run : _current.WrittenSpan.ToArray();
        }
    }

    private void ReadToEnd()
    {
        var block = new byte[BlockBytes];
        try
        {
            int count;
            while ((count = _source.Read(block)) > 0)
            {
                lock (_gate)
                {
                    Add(block.AsSpan(0, count));
                }
            }
        }
        catch (IOException)
        {
            // The pipe broke together with the process.
        }
        catch (ObjectDisposedException)
        {
            // The worker was put away.
        }

        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        // The runtime's last words of a stack overflow list each frame, unless the same few repeat from the top; a tick at the top is enough
        // that they do not. Megabytes of it are no flood by the program: their beginning is kept.
        _overflowed |= bytes.IndexOf(stackOverflow) >= 0;
        if (_overflowed)
        {
            if (_current.WrittenCount < KeptOfOverflow)
            {
                _current.Write(bytes);
            }

            return;
        }

        // What was there before holds no mark, but maybe the beginning of one.
        var from = Math.Max(0, _current.WrittenCount - _mark.Length + 1);

        // Beyond the budget the pipe is only drained, but for marks: the process is about to be killed and must not block before.
        if (_budget.Take(bytes.Length))
        {
            _current.Write(bytes);
        }
        else
        {
            return;
        }

        while (_current.WrittenSpan[from..].IndexOf(_mark) is var found and >= 0)
        {
            var end = from + found;
            var rest = _current.WrittenSpan[(end + _mark.Length)..].ToArray();
            _runs.Enqueue(_current.WrittenSpan[..end].ToArray());
            _current = new ArrayBufferWriter<byte>();
            _current.Write(rest);
            from = 0;
            Monitor.PulseAll(_gate);
        }
    }
}
