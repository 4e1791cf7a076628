using Xen.Hypervisor;

namespace Xen.Drivers;

/// <summary>
/// The page that a frontend and a backend share: free-running indexes of requests and responses, the indexes at which each side wants
/// to be notified, and a power of two of slots that requests and responses take turns in.
/// </summary>
public sealed class SharedRing
{
    public const int RequestProducerOffset = 0;
    public const int RequestEventOffset = 4;
    public const int ResponseProducerOffset = 8;
    public const int ResponseEventOffset = 12;
    public const int FirstEntryOffset = 64;

    private readonly MappedPage page;
    private readonly int entrySize;

    public SharedRing(MappedPage page, int entrySize)
    {
        this.page = page;
        this.entrySize = entrySize;
        Size = RingSize(entrySize);
    }

    /// <summary>How many slots there are.</summary>
    public uint Size { get; }

    public MappedPage Page => page;

    public uint RequestProducer
    {
        get => page.ReadUInt32(RequestProducerOffset);
        set => page.WriteUInt32(RequestProducerOffset, value);
    }

    public uint RequestEvent
    {
        get => page.ReadUInt32(RequestEventOffset);
        set => page.WriteUInt32(RequestEventOffset, value);
    }

    public uint ResponseProducer
    {
        get => page.ReadUInt32(ResponseProducerOffset);
        set => page.WriteUInt32(ResponseProducerOffset, value);
    }

    public uint ResponseEvent
    {
        get => page.ReadUInt32(ResponseEventOffset);
        set => page.WriteUInt32(ResponseEventOffset, value);
    }

    /// <summary>SHARED_RING_INIT: empty, and both sides want to hear of the first entry.</summary>
    public void Initialise()
    {
        page.Write.Clear();
        RequestProducer = 0;
        ResponseProducer = 0;
        RequestEvent = 1;
        ResponseEvent = 1;
    }

    /// <summary>Where the slot of a free-running index begins in the page.</summary>
    public int EntryOffset(uint index) => FirstEntryOffset + ((int)(index & (Size - 1)) * entrySize);

    /// <summary>__RING_SIZE: the largest power of two of entries that fits into a page after the header.</summary>
    public static uint RingSize(int entrySize)
    {
        var size = 1u;
        while ((size * 2 * entrySize) + FirstEntryOffset <= MachineMemory.PageSize)
        {
            size *= 2;
        }

        return size;
    }
}

/// <summary>A frontend's view of a ring: it produces requests and consumes responses.</summary>
public sealed class FrontRing(SharedRing shared)
{
    private uint requestProducerPrivate;

    public SharedRing Shared { get; } = shared;

    /// <summary>The next request that will be filled in; not yet visible to the backend.</summary>
    public uint RequestProducerPrivate => requestProducerPrivate;

    public uint ResponseConsumer { get; set; }

    /// <summary>RING_FREE_REQUESTS.</summary>
    public uint FreeRequests => Shared.Size - (requestProducerPrivate - ResponseConsumer);

    public bool Full => FreeRequests == 0;

    /// <summary>Takes the next slot for a request. Its offset in the page.</summary>
    public int NextRequest()
    {
        var offset = Shared.EntryOffset(requestProducerPrivate);
        requestProducerPrivate++;
        return offset;
    }

    /// <summary>RING_PUSH_REQUESTS_AND_CHECK_NOTIFY: publishes the requests; true when the backend asked to be told of one of them.</summary>
    public bool PushRequestsAndCheckNotify()
    {
        var old = Shared.RequestProducer;
        var now = requestProducerPrivate;
        Shared.RequestProducer = now;
        return now - Shared.RequestEvent < now - old;
    }

    /// <summary>RING_FINAL_CHECK_FOR_RESPONSES: asks to be told of the next response, and looks once more whether it is there already.</summary>
    public bool FinalCheckForResponses()
    {
        if (Shared.ResponseProducer != ResponseConsumer)
        {
            return true;
        }

        Shared.ResponseEvent = ResponseConsumer + 1;
        return Shared.ResponseProducer != ResponseConsumer;
    }
}

/// <summary>A backend's view of a ring: it consumes requests and produces responses.</summary>
public sealed class BackRing
{
    private uint responseProducerPrivate;

    /// <summary>BACK_RING_ATTACH: goes on where the shared indexes say that the last connection ended.</summary>
    public BackRing(SharedRing shared)
    {
        Shared = shared;
        RequestConsumer = shared.ResponseProducer;
        responseProducerPrivate = shared.ResponseProducer;
    }

    public SharedRing Shared { get; }

    public uint RequestConsumer { get; set; }

    public uint ResponseProducerPrivate => responseProducerPrivate;

    /// <summary>RING_REQUEST_CONS_OVERFLOW: consuming this one would overtake the responses, so that its slot may be overwritten.</summary>
    public bool RequestConsumerOverflow(uint consumer) => consumer - responseProducerPrivate >= Shared.Size;

    /// <summary>RING_REQUEST_PROD_OVERFLOW: a producer index that no honest frontend writes.</summary>
    public bool RequestProducerOverflow(uint producer) => producer - responseProducerPrivate > Shared.Size;

    public int NextResponse()
    {
        var offset = Shared.EntryOffset(responseProducerPrivate);
        responseProducerPrivate++;
        return offset;
    }

    /// <summary>RING_PUSH_RESPONSES_AND_CHECK_NOTIFY.</summary>
    public bool PushResponsesAndCheckNotify()
    {
        var old = Shared.ResponseProducer;
        var now = responseProducerPrivate;
        Shared.ResponseProducer = now;
        return now - Shared.ResponseEvent < now - old;
    }

    /// <summary>RING_FINAL_CHECK_FOR_REQUESTS.</summary>
    public bool FinalCheckForRequests()
    {
        if (UnconsumedRequests)
        {
            return true;
        }

        Shared.RequestEvent = RequestConsumer + 1;
        return UnconsumedRequests;
    }

    private bool UnconsumedRequests => Shared.RequestProducer != RequestConsumer && !RequestConsumerOverflow(RequestConsumer);
}
