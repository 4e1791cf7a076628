using Xen.Hypervisor;

namespace Xen.Drivers;

// Taking requests out of the ring, checking them, and answering.
public sealed partial class BlkifRing
{
    /// <summary>What may go into an indirect request: MAX_INDIRECT_SEGMENTS.</summary>
    public const int MaxIndirectSegments = 256;

    /// <summary>do_block_io_op: serves the ring until it is empty. 1 when something is left to do, EACCES for a broken frontend.</summary>
    private int DoBlockIoOp()
    {
        bool more;
        do
        {
            var result = DoBlockIoOpOnce();
            if (result != 0)
            {
                return result;
            }

            more = Ring!.FinalCheckForRequests();
        }
        while (more);

        return 0;
    }

    // __do_block_io_op.
    private int DoBlockIoOpOnce()
    {
        var ring = Ring!;
        var consumer = ring.RequestConsumer;
        var producer = ring.Shared.RequestProducer;
        if (ring.RequestProducerOverflow(producer))
        {
            consumer = ring.ResponseProducerPrivate;
            blkif.Device.Log($"Frontend provided bogus ring requests ({producer} - {consumer} = {producer - consumer}). Halting ring processing");
            return -Errno.EACCES;
        }

        while (consumer != producer)
        {
            if (ring.RequestConsumerOverflow(consumer))
            {
                break;
            }

            var pending = AllocateRequest();
            if (pending is null)
            {
                Statistics.OutOfRequests++;
                return 1;
            }

            var request = BlkifProtocol.ReadRequest(ring.Shared.Page, ring.Shared.EntryOffset(consumer));
            consumer++;
            ring.RequestConsumer = consumer;
            switch (request.Operation)
            {
                case BlkifOperation.Read:
                case BlkifOperation.Write:
                case BlkifOperation.WriteBarrier:
                case BlkifOperation.FlushDiskcache:
                case BlkifOperation.Indirect:
                    DispatchReadWrite(request, pending);
                    break;
                case BlkifOperation.Discard:
                    DispatchDiscard(request, pending);
                    break;
                default:
                    DispatchOther(request, pending);
                    break;
            }

            if (drain is not null)
            {
                // A barrier waits for what is under way; what comes after it in the ring waits for the barrier.
                return 1;
            }
        }

        return 0;
    }

    // dispatch_rw_block_io.
    private int DispatchReadWrite(BlkifRequest request, PendingRequest pending)
    {
        var operation = request.Operation == BlkifOperation.Indirect ? request.IndirectOperation : request.Operation;
        pending.Id = request.Id;
        pending.Operation = operation;
        if (request.Operation == BlkifOperation.Indirect && operation != BlkifOperation.Read && operation != BlkifOperation.Write)
        {
            blkif.Device.Log($"Invalid indirect operation ({operation})");
            return FailResponse(pending);
        }

        BlockOperation blockOperation;
        var mustDrain = false;
        switch (operation)
        {
            case BlkifOperation.Read:
                Statistics.ReadRequests++;
                blockOperation = BlockOperation.Read;
                break;
            case BlkifOperation.Write:
                Statistics.WriteRequests++;
                blockOperation = BlockOperation.Write;
                break;
            case BlkifOperation.WriteBarrier:
                Statistics.FlushRequests++;
                mustDrain = true;

                // A barrier without data is how frontends flush that know no flush.
                blockOperation = request.NrSegments == 0 ? BlockOperation.Flush : BlockOperation.Write;
                break;
            default:
                Statistics.FlushRequests++;
                blockOperation = BlockOperation.Flush;
                break;
        }

        var count = request.Operation == BlkifOperation.Indirect ? request.IndirectSegments : request.NrSegments;
        if (BadSegmentCount(request.Operation, blockOperation, count))
        {
            blkif.Device.Log($"Bad number of segments in request ({count})");
            return FailResponse(pending);
        }

        var segments = request.Segments;
        if (request.Operation == BlkifOperation.Indirect)
        {
            var error = ParseIndirect(request, pending, out segments);
            if (error != 0)
            {
                return FailFlush(pending);
            }
        }

        ulong sectors = 0;
        foreach (var segment in segments)
        {
            if (segment.LastSect >= BlkifProtocol.SectorsPerPage || segment.LastSect < segment.FirstSect)
            {
                return FailFlush(pending);
            }

            pending.Segments.Add(new GrantPage(segment.Gref));
            sectors += (ulong)segment.Sectors;
        }

        if (blkif.Vbd!.Translate(blockOperation, request.SectorNumber, sectors) != 0)
        {
            blkif.Device.Log($"access denied: {blockOperation} of [{request.SectorNumber},{request.SectorNumber + sectors}]");
            return FailFlush(pending);
        }

        if (mustDrain && Inflight > 0)
        {
            drain = () => MapAndSubmit(request, pending, blockOperation, segments, sectors);
            return 0;
        }

        return MapAndSubmit(request, pending, blockOperation, segments, sectors);
    }

    private static bool BadSegmentCount(BlkifOperation operation, BlockOperation blockOperation, int count)
    {
        if (count == 0 && blockOperation != BlockOperation.Flush)
        {
            return true;
        }

        if (operation == BlkifOperation.Indirect)
        {
            return count > MaxIndirectSegments;
        }

        return count > BlkifProtocol.MaxSegmentsPerRequest;
    }

    // xen_blkbk_parse_indirect: the segments stand in pages that the frontend granted.
    private int ParseIndirect(BlkifRequest request, PendingRequest pending, out IReadOnlyList<BlkifSegment> segments)
    {
        var parsed = new List<BlkifSegment>();
        segments = parsed;
        var count = (int)request.IndirectSegments;
        var pages = (count + BlkifProtocol.SegmentsPerIndirectPage - 1) / BlkifProtocol.SegmentsPerIndirectPage;
        for (var i = 0; i < pages; i++)
        {
            pending.IndirectPages.Add(new GrantPage(request.IndirectGrefs[i]));
        }

        var error = MapPages(pending.IndirectPages, readOnly: true);
        if (error != 0)
        {
            return error;
        }

        for (var i = 0; i < count; i++)
        {
            var page = pending.IndirectPages[i / BlkifProtocol.SegmentsPerIndirectPage].Page!;
            var offset = i % BlkifProtocol.SegmentsPerIndirectPage * BlkifProtocol.SegmentSize;
            parsed.Add(BlkifProtocol.ReadSegment(page, offset));
        }

        UnmapPages(pending.IndirectPages);
        pending.IndirectPages.Clear();
        return 0;
    }

    private int MapAndSubmit(BlkifRequest request, PendingRequest pending, BlockOperation operation, IReadOnlyList<BlkifSegment> segments,
        ulong sectors)
    {
        var readOnly = operation != BlockOperation.Read;
        if (MapPages(pending.Segments, readOnly) != 0)
        {
            return FailFlush(pending);
        }

        blkif.Get();
        Inflight++;
        var device = blkif.Vbd!.Device;
        if (segments.Count == 0)
        {
            pending.PendingCount = 1;
            device.Submit(blkif.Device.Component, BlockOperation.Flush, 0, 0, [], error => EndBlockIoOp(pending, error));
            return 0;
        }

        var pieces = new List<BlockSegment>();
        for (var i = 0; i < segments.Count; i++)
        {
            var offset = segments[i].FirstSect * BlkifProtocol.SectorSize;
            var length = segments[i].Sectors * BlkifProtocol.SectorSize;
            pieces.Add(new BlockSegment(pending.Segments[i].Page!, offset, length));
        }

        pending.PendingCount = 1;
        if (operation == BlockOperation.Read)
        {
            Statistics.ReadSectors += (long)sectors;
        }
        else
        {
            Statistics.WriteSectors += (long)sectors;
        }

        // A flush that carries data is a write that reaches the disk before it is answered.
        var submitted = operation == BlockOperation.Flush ? BlockOperation.Write : operation;
        device.Submit(blkif.Device.Component, submitted, (long)request.SectorNumber, (long)sectors, pieces, error => EndBlockIoOp(pending, error));
        return 0;
    }

    // dispatch_discard_io.
    private int DispatchDiscard(BlkifRequest request, PendingRequest pending)
    {
        pending.Id = request.Id;
        pending.Operation = request.Operation;
        if (!blkif.Vbd!.DiscardSupport)
        {
            MakeResponse(request.Id, request.Operation, BlkifStatus.EopNotSupp);
            FreeRequest(pending);
            return 0;
        }

        Statistics.DiscardRequests++;
        if (blkif.Vbd.Translate(BlockOperation.Discard, request.SectorNumber, request.NrSectors) != 0)
        {
            blkif.Device.Log($"access denied: DISCARD [{request.SectorNumber}->{request.SectorNumber + request.NrSectors}]");
            return FailResponse(pending);
        }

        blkif.Get();
        Inflight++;
        pending.PendingCount = 1;
        blkif.Vbd.Device.Submit(blkif.Device.Component, BlockOperation.Discard, (long)request.SectorNumber, (long)request.NrSectors, [],
            error => EndBlockIoOp(pending, error));
        return 0;
    }

    // dispatch_other_io: an operation that nobody knows.
    private int DispatchOther(BlkifRequest request, PendingRequest pending)
    {
        FreeRequest(pending);
        MakeResponse(request.Id, request.Operation, BlkifStatus.EopNotSupp);
        return -Errno.EIO;
    }

    private int FailFlush(PendingRequest pending)
    {
        UnmapPages(pending.IndirectPages);
        UnmapPages(pending.Segments);
        return FailResponse(pending);
    }

    private int FailResponse(PendingRequest pending)
    {
        MakeResponse(pending.Id, pending.Operation, BlkifStatus.Error);
        FreeRequest(pending);
        return -Errno.EIO;
    }

    // end_block_io_op and __end_block_io_op.
    private void EndBlockIoOp(PendingRequest pending, int error)
    {
        if (error != 0)
        {
            if (pending.Operation is BlkifOperation.FlushDiskcache or BlkifOperation.WriteBarrier && error == -Errno.EOPNOTSUPP)
            {
                blkif.Device.Log("flush diskcache op failed, not supported");
                blkif.Vbd!.FlushSupport = false;
                blkif.FlushNotSupported(pending.Operation);
                pending.Status = BlkifStatus.EopNotSupp;
            }
            else
            {
                blkif.Device.Log($"Buffer not up-to-date at end of operation, error={error}");
                pending.Status = BlkifStatus.Error;
            }
        }

        pending.PendingCount--;
        if (pending.PendingCount == 0)
        {
            UnmapAndRespond(pending);
        }
    }

    // xen_blkbk_unmap_and_respond and its callback.
    private void UnmapAndRespond(PendingRequest pending)
    {
        UnmapPages(pending.Segments);
        MakeResponse(pending.Id, pending.Operation, pending.Status);
        FreeRequest(pending);
        Inflight--;
        if (Inflight == 0 && drain is not null)
        {
            var continuation = drain;
            drain = null;
            continuation();
            Wake();
        }

        blkif.Put();
    }

    // make_response: in the ring, and to the frontend when it asked to be told.
    private void MakeResponse(ulong id, BlkifOperation operation, BlkifStatus status)
    {
        var ring = Ring!;
        var offset = ring.NextResponse();
        BlkifProtocol.WriteResponse(ring.Shared.Page, offset, new BlkifResponse(id, operation, status));
        var notify = ring.PushResponsesAndCheckNotify();
        if (notify)
        {
            Host.EventChannel.Send(Domain, port);
        }
    }
}
