using System.Buffers.Binary;
using Xen.Hypervisor;
using Xen.Toolstack.Libxc;

namespace Xen.Toolstack.Libxl;

/// <summary>The record types of libxl's stream, version 2, after docs/specs/libxl-migration-stream.</summary>
public enum StreamRecord : uint
{
    End = 0,
    LibxcContext = 1,
    EmulatorXenstoreData = 2,
    EmulatorContext = 3,
    CheckpointEnd = 4,
    CheckpointState = 5,
}

/// <summary>The framing of libxl's stream: a big-endian header, then records of {type, length, body padded to 8}.</summary>
public static class LibxlStreamFormat
{
    public const ulong Ident = 0x4C6962786C466D74; // LibxlFmt
    public const uint Version = 2;
    public const int HeaderSize = 16;
    public const int RecordHeaderSize = 8;

    /// <summary>A record is small: what is large goes into the stream of the layer below.</summary>
    public const uint RecordLengthMax = 1 << 20;

    public static byte[] Header()
    {
        var header = new byte[HeaderSize];
        BinaryPrimitives.WriteUInt64BigEndian(header, Ident);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), Version);
        return header;
    }

    public static byte[] RecordHeader(StreamRecord type, uint length)
    {
        var header = new byte[RecordHeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)type);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), length);
        return header;
    }
}

/// <summary>libxl_stream_write: header, the context of the control library, end.</summary>
public sealed class StreamWriter
{
    private readonly LibxlContext context;
    private readonly int domid;
    private readonly Descriptor stream;
    private readonly AsyncOperation operation;

    public StreamWriter(LibxlContext context, int domid, Descriptor stream, Action<LibxlError> done)
    {
        this.context = context;
        this.domid = domid;
        this.stream = stream;
        operation = new AsyncOperation("stream write", done);
    }

    /// <summary>libxl__stream_write_start; the helper is started once its record has been announced.</summary>
    public void Start(Action<Action<LibxlError>> startHelper)
    {
        byte[] head = [.. LibxlStreamFormat.Header(), .. LibxlStreamFormat.RecordHeader(StreamRecord.LibxcContext, 0)];
        Write(head, "stream header", () => startHelper(HelperDone));
    }

    /// <summary>libxl__xc_domain_save_done.</summary>
    private void HelperDone(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(domid, "saving domain: domain responded to suspend request or not, its memory could not be saved");
            operation.Complete(rc);
            return;
        }
        Write(LibxlStreamFormat.RecordHeader(StreamRecord.End, 0), "end record", () => operation.Complete(LibxlError.Ok));
    }

    private void Write(byte[] bytes, string what, Action then) => stream.Write(context.Process, bytes, error =>
    {
        if (error != 0)
        {
            context.Log.Error(domid, $"unable to write {what}: {Errno.Text(error)}");
            operation.Complete(LibxlError.Fail);
            return;
        }
        then();
    });
}

/// <summary>libxl_stream_read: checks the header, hands the context to the helper, and wants to see the end.</summary>
public sealed class StreamReader
{
    private readonly LibxlContext context;
    private readonly Descriptor stream;
    private readonly RestoreTarget target;
    private readonly AsyncOperation operation;
    private bool contextSeen;

    public StreamReader(LibxlContext context, Descriptor stream, RestoreTarget target, Action<LibxlError> done)
    {
        this.context = context;
        this.stream = stream;
        this.target = target;
        operation = new AsyncOperation("stream read", done);
    }

    /// <summary>libxl__stream_read_start.</summary>
    public void Start() => Read(LibxlStreamFormat.HeaderSize, "stream header", StreamHeaderDone);

    private void StreamHeaderDone(byte[] header)
    {
        var ident = BinaryPrimitives.ReadUInt64BigEndian(header);
        var version = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
        var options = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
        if (ident != LibxlStreamFormat.Ident)
        {
            Fail($"Invalid ident: expected 0x{LibxlStreamFormat.Ident:x16}, got 0x{ident:x16}");
            return;
        }
        if (version != LibxlStreamFormat.Version)
        {
            Fail($"Unexpected Version: expected {LibxlStreamFormat.Version}, got {version}");
            return;
        }
        if ((options & 1) != 0)
        {
            Fail("Unable to handle big endian streams");
            return;
        }
        NextRecord();
    }

    private void NextRecord() => Read(LibxlStreamFormat.RecordHeaderSize, "record header", RecordHeaderDone);

    private void RecordHeaderDone(byte[] header)
    {
        var type = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
        if (length > LibxlStreamFormat.RecordLengthMax)
        {
            Fail($"record 0x{type:x8} is too long: {length}");
            return;
        }
        if (length == 0)
        {
            Process(type);
            return;
        }
        Read(MigrationStream.Padded(length), "record body", _ => Process(type));
    }

    /// <summary>process_record.</summary>
    private void Process(uint type)
    {
        switch ((StreamRecord)type)
        {
            case StreamRecord.End when contextSeen:
                operation.Complete(LibxlError.Ok);
                break;
            case StreamRecord.End:
                Fail("the stream ends without a domain");
                break;
            case StreamRecord.LibxcContext when !contextSeen:
                contextSeen = true;
                new SaveProcess(context, target.Domid, HelperDone).Restore(stream, target);
                break;
            case StreamRecord.EmulatorXenstoreData or StreamRecord.EmulatorContext:
                Fail("Received a record for a device model, which a PV domain does not have");
                break;
            default:
                Fail($"Unrecognised record 0x{type:x8}");
                break;
        }
    }

    /// <summary>libxl__xc_domain_restore_done.</summary>
    private void HelperDone(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            Fail("restoring domain: its memory could not be restored");
            return;
        }
        NextRecord();
    }

    private void Read(int count, string what, Action<byte[]> then) => stream.Read(context.Process, count, bytes =>
    {
        if (bytes.Length < count)
        {
            Fail($"unexpected eof while reading the {what}");
            return;
        }
        then(bytes);
    });

    private void Fail(string text)
    {
        context.Log.Error(target.Domid, text);
        operation.Complete(LibxlError.Fail);
    }
}
