using Xen.Hypervisor;

namespace Xen.Drivers;

// Putting requests into the ring and taking responses out of it.
public sealed partial class Blkfront
{
    /// <summary>
    /// Hands a request over. Its completion says 0 or an error number with a minus sign. Requests that find the ring full wait their turn.
    /// </summary>
    public void Submit(BlkRequest request)
    {
        if (State is BlkfrontState.Disconnected or BlkfrontState.Error)
        {
            request.Done(-Errno.EIO);
            return;
        }

        if (request.Operation != BlockOperation.Read && ReadOnly)
        {
            request.Done(-Errno.EROFS);
            return;
        }

        waiting.Enqueue(request);
        KickPendingRequests();
    }

    // blkif_queue_rq for as many of the waiting requests as the ring takes, then flush_requests.
    private void KickPendingRequests()
    {
        if (ring is null || State != BlkfrontState.Connected)
        {
            return;
        }

        while (waiting.Count > 0 && !ring.Full && freeIds.Count > 0)
        {
            var request = waiting.Peek();
            var error = QueueRequest(request);
            if (error == -Errno.EBUSY)
            {
                break;
            }

            waiting.Dequeue();
            if (error != 0)
            {
                request.Done(error);
            }
        }

        FlushRequests();
    }

    private void FlushRequests()
    {
        var notify = ring!.PushRequestsAndCheckNotify();
        if (notify)
        {
            Host.EventChannel.Send(Device.Domain, port);
        }
    }

    // blkif_queue_request.
    private int QueueRequest(BlkRequest request)
    {
        if (request.Operation == BlockOperation.Flush && !featureFlush && !featureBarrier)
        {
            return -Errno.EOPNOTSUPP;
        }

        if (request.Operation == BlockOperation.Discard)
        {
            return QueueDiscard(request);
        }

        return QueueReadWrite(request);
    }

    // blkif_queue_discard_req.
    private int QueueDiscard(BlkRequest request)
    {
        if (!featureDiscard)
        {
            return -Errno.EOPNOTSUPP;
        }

        var id = GetId(request, BlkifOperation.Discard);
        PutIntoRing(new BlkifRequest
        {
            Operation = BlkifOperation.Discard,
            Id = (ulong)id,
            SectorNumber = (ulong)request.Sector,
            NrSectors = (ulong)request.DiscardSectors,
            Handle = (ushort)VirtualDevice,
        });
        return 0;
    }

    // blkif_queue_rw_req.
    private int QueueReadWrite(BlkRequest request)
    {
        var indirect = request.Segments.Count > BlkifProtocol.MaxSegmentsPerRequest;
        if (indirect && request.Segments.Count > maxIndirectSegments)
        {
            return -Errno.EINVAL;
        }

        var granted = new List<GrantedPage>();
        var segments = new List<BlkifSegment>();
        foreach (var segment in request.Segments)
        {
            var grant = GetGrant(request.Operation, segment.Page);
            if (grant is null)
            {
                PutGrants(granted);
                return -Errno.EBUSY;
            }

            granted.Add(grant);
            if (featurePersistent && request.Operation == BlockOperation.Write)
            {
                // The granted page is the ring's own: what is to be written goes there first.
                segment.Page.Read.Slice(segment.Offset, segment.Length).CopyTo(grant.Page.Write[segment.Offset..]);
            }

            var first = segment.Offset / BlkifProtocol.SectorSize;
            var last = first + (segment.Length / BlkifProtocol.SectorSize) - 1;
            segments.Add(new BlkifSegment(grant.Reference, (byte)first, (byte)last));
        }

        var operation = request.Operation switch
        {
            BlockOperation.Read => BlkifOperation.Read,
            BlockOperation.Write => BlkifOperation.Write,
            _ => featureFlush ? BlkifOperation.FlushDiskcache : BlkifOperation.WriteBarrier,
        };
        if (indirect)
        {
            return QueueIndirect(request, operation, segments, granted);
        }

        var id = GetId(request, operation);
        shadow[id].Grants.AddRange(granted);
        PutIntoRing(new BlkifRequest
        {
            Operation = operation,
            Id = (ulong)id,
            SectorNumber = (ulong)request.Sector,
            Handle = (ushort)VirtualDevice,
            NrSegments = (byte)segments.Count,
            Segments = segments,
        });
        return 0;
    }

    private int QueueIndirect(BlkRequest request, BlkifOperation operation, List<BlkifSegment> segments, List<GrantedPage> granted)
    {
        var list = GetPooledGrant();
        if (list is null)
        {
            PutGrants(granted);
            return -Errno.EBUSY;
        }

        for (var i = 0; i < segments.Count; i++)
        {
            BlkifProtocol.WriteSegment(list.Page, i * BlkifProtocol.SegmentSize, segments[i]);
        }

        var id = GetId(request, operation);
        shadow[id].Grants.AddRange(granted);
        shadow[id].IndirectGrants.Add(list);
        PutIntoRing(new BlkifRequest
        {
            Operation = BlkifOperation.Indirect,
            IndirectOperation = operation,
            IndirectSegments = (ushort)segments.Count,
            IndirectGrefs = [list.Reference],
            Id = (ulong)id,
            SectorNumber = (ulong)request.Sector,
            Handle = (ushort)VirtualDevice,
        });
        return 0;
    }

    private void PutIntoRing(BlkifRequest request)
    {
        var offset = ring!.NextRequest();
        BlkifProtocol.WriteRequest(ring.Shared.Page, offset, request);
    }

    private int GetId(BlkRequest request, BlkifOperation operation)
    {
        var id = freeIds.Pop();
        shadow[id].Request = request;
        shadow[id].Operation = operation;
        shadow[id].Waiting = true;
        return id;
    }

    // get_grant: with persistent grants a page of the pool, otherwise the request's own page for as long as it is under way.
    private GrantedPage? GetGrant(BlockOperation operation, MappedPage data)
    {
        if (featurePersistent)
        {
            return GetPooledGrant();
        }

        var readOnly = operation == BlockOperation.Write;
        var error = grants.GrantForeignAccess(Device.OtherEndId, data.Mfn, readOnly, out var reference);
        return error == 0 ? new GrantedPage(reference, data) : null;
    }

    // get_indirect_grant comes here too: a segment list always needs a page of the frontend's own.
    private GrantedPage? GetPooledGrant()
    {
        if (idleGrants.TryPop(out var idle))
        {
            return idle;
        }

        var page = pages.Allocate();
        if (page is null)
        {
            return null;
        }

        // The backend keeps the page mapped for reads and writes, whatever it is used for first.
        if (grants.GrantForeignAccess(Device.OtherEndId, page.Mfn, readOnly: false, out var reference) != 0)
        {
            pages.Release(page);
            return null;
        }

        return new GrantedPage(reference, page);
    }

    private void PutGrants(List<GrantedPage> granted)
    {
        foreach (var grant in granted)
        {
            if (featurePersistent)
            {
                idleGrants.Push(grant);
            }
            else
            {
                grants.EndForeignAccess(grant.Reference);
            }
        }

        granted.Clear();
    }

    private void PutIndirectGrants(List<GrantedPage> granted)
    {
        foreach (var grant in granted)
        {
            idleGrants.Push(grant);
        }

        granted.Clear();
    }

    // blkif_interrupt.
    private void Interrupt()
    {
        if (ring is null || State == BlkfrontState.Error)
        {
            return;
        }

        bool more;
        do
        {
            var producer = ring.Shared.ResponseProducer;
            if (producer - ring.ResponseConsumer > ring.RequestProducerPrivate - ring.ResponseConsumer)
            {
                Disable($"illegal number of responses {producer - ring.ResponseConsumer}");
                return;
            }

            while (ring.ResponseConsumer != producer)
            {
                var offset = ring.Shared.EntryOffset(ring.ResponseConsumer);
                var response = BlkifProtocol.ReadResponse(ring.Shared.Page, offset);
                ring.ResponseConsumer++;
                var error = HandleResponse(response);
                if (error is not null)
                {
                    Disable(error);
                    return;
                }

                if (ring is null)
                {
                    // The completion has closed the device.
                    return;
                }
            }

            more = ring.FinalCheckForResponses();
        }
        while (more);

        KickPendingRequests();
    }

    private string? HandleResponse(BlkifResponse response)
    {
        if (response.Id >= (ulong)shadow.Length)
        {
            return $"response has incorrect id ({response.Id})";
        }

        var entry = shadow[(int)response.Id];
        if (!entry.Waiting)
        {
            return "response references no pending request";
        }

        if (response.Operation != entry.Operation)
        {
            return $"response carries wrong operation ({response.Operation} instead of {entry.Operation})";
        }

        var request = entry.Request!;
        entry.Waiting = false;
        entry.Request = null;
        BlkifCompletion(entry, request, response);
        freeIds.Push((int)response.Id);
        request.Done(ErrorOf(response));
        return null;
    }

    // blkif_completion: what was read comes out of the granted pages, and the grants go back.
    private void BlkifCompletion(BlkShadow entry, BlkRequest request, BlkifResponse response)
    {
        if (featurePersistent && request.Operation == BlockOperation.Read && response.Status == BlkifStatus.Okay)
        {
            for (var i = 0; i < request.Segments.Count; i++)
            {
                var segment = request.Segments[i];
                entry.Grants[i].Page.Read.Slice(segment.Offset, segment.Length).CopyTo(segment.Page.Write[segment.Offset..]);
            }
        }

        PutGrants(entry.Grants);
        PutIndirectGrants(entry.IndirectGrants);
    }

    private int ErrorOf(BlkifResponse response)
    {
        switch (response.Status)
        {
            case BlkifStatus.Okay:
                return 0;
            case BlkifStatus.EopNotSupp:
                if (response.Operation == BlkifOperation.FlushDiskcache)
                {
                    Device.Log("flush disk cache: operation not supported");
                    featureFlush = false;
                }

                if (response.Operation == BlkifOperation.WriteBarrier)
                {
                    Device.Log("write barrier: operation not supported");
                    featureBarrier = false;
                }

                if (response.Operation == BlkifOperation.Discard)
                {
                    Device.Log("discard: operation not supported");
                    featureDiscard = false;
                }

                return -Errno.EOPNOTSUPP;
            default:
                Device.Log($"Bad return from blkdev data request: {response.Status}");
                return -Errno.EIO;
        }
    }

    private void Disable(string why)
    {
        State = BlkfrontState.Error;
        Device.Log($"{why}; frontend disabled due to backend errors");
        foreach (var entry in shadow)
        {
            if (entry.Waiting)
            {
                entry.Waiting = false;
                var request = entry.Request!;
                entry.Request = null;
                request.Done(-Errno.EIO);
            }
        }

        FailWaiting();
    }
}
