using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.Drivers;

// From the guest: taking packets out of the transmit ring.
public sealed partial class XenvifQueue
{
    /// <summary>Packets per poll: NAPI_POLL_WEIGHT.</summary>
    private const int Budget = 64;

    /// <summary>A frontend that chains more slots than this is malicious, not just greedy.</summary>
    private const int FatalSlots = 20;

    private readonly List<NetTxRequest> slots = [];
    private readonly NetifExtra[] extras = new NetifExtra[Enum.GetValues<NetifExtraType>().Length];

    // xenvif_poll.
    private void Poll()
    {
        napiScheduled = false;
        if (Tx is null)
        {
            return;
        }

        if (vif.Disabled)
        {
            vif.CarrierOff();
            return;
        }

        if (!vif.Schedulable)
        {
            return;
        }

        var done = TxAction();
        if (vif.Disabled)
        {
            return;
        }

        if (done >= Budget || (Tx!.FinalCheckForRequests() && !waitingForCredit))
        {
            ScheduleNapi();
        }
    }

    private bool waitingForCredit;

    // xenvif_tx_action: packets until the ring is empty, the budget is used up, or the credit is.
    private int TxAction()
    {
        var ring = Tx!;
        waitingForCredit = false;
        var packets = 0;
        while (packets < Budget)
        {
            var producer = ring.Shared.RequestProducer;
            if (producer - ring.RequestConsumer > NetifProtocol.RingSize)
            {
                FatalTxError($"Impossible number of requests. req_prod {producer}, req_cons {ring.RequestConsumer}, size {NetifProtocol.RingSize}");
                break;
            }

            var work = (int)(producer - ring.RequestConsumer);
            if (work == 0)
            {
                break;
            }

            var first = ReadTx(ring.RequestConsumer);
            if (Credit.Exceeded(first.Size))
            {
                Statistics.CreditWaits++;
                waitingForCredit = true;
                break;
            }

            Credit.Take(first.Size);
            work--;
            ring.RequestConsumer++;
            if (!TakePacket(first, work))
            {
                break;
            }

            packets++;
        }

        return packets;
    }

    // The body of xenvif_tx_build_gops for one packet. False when the interface is disabled.
    private bool TakePacket(NetTxRequest first, int work)
    {
        var ring = Tx!;
        var extraCount = 0;
        Array.Clear(extras);
        if ((first.Flags & NetTxFlags.ExtraInfo) != 0)
        {
            if (!GetExtras(ref work, out extraCount))
            {
                return false;
            }
        }

        if (extras[(int)NetifExtraType.MulticastAdd].Type != NetifExtraType.None)
        {
            var added = vif.AddMulticast(extras[(int)NetifExtraType.MulticastAdd].Address);
            MakeTxResponse(first, extraCount, added ? NetifStatus.Okay : NetifStatus.Error);
            PushTxResponses();
            return true;
        }

        if (extras[(int)NetifExtraType.MulticastDelete].Type != NetifExtraType.None)
        {
            vif.DeleteMulticast(extras[(int)NetifExtraType.MulticastDelete].Address);
            MakeTxResponse(first, extraCount, NetifStatus.Okay);
            PushTxResponses();
            return true;
        }

        var error = CountRequests(first, extraCount, work);
        if (error != 0)
        {
            return !vif.Disabled;
        }

        ring.RequestConsumer += (uint)(slots.Count - 1);
        first = slots[0];
        if (first.Size < SkBuff.EthernetHeaderLength && slots.Count == 1)
        {
            vif.Device.Log($"Bad packet size: {first.Size}");
            FailPacket(extraCount);
            return true;
        }

        // A request must not reach over the end of its page: the grant is for one page only.
        if (first.Offset + first.Size > MachineMemory.PageSize)
        {
            FatalTxError($"txreq.offset: {first.Offset}, size: {first.Size}, end: {first.Offset + first.Size}");
            return false;
        }

        var gso = extras[(int)NetifExtraType.Gso];
        if (gso.Type != NetifExtraType.None && !CheckGso(gso))
        {
            return false;
        }

        CopyAndSubmit(gso, extraCount);
        return true;
    }

    // xenvif_get_extras. A missing or unknown one is fatal.
    private bool GetExtras(ref int work, out int count)
    {
        var ring = Tx!;
        count = 0;
        NetifExtra extra;
        do
        {
            if (work-- <= 0)
            {
                FatalTxError("Missing extra info");
                return false;
            }

            extra = NetifProtocol.ReadExtra(ring.Shared.Page, ring.Shared.EntryOffset(ring.RequestConsumer));
            ring.RequestConsumer++;
            count++;
            if (extra.Type == NetifExtraType.None || (int)extra.Type >= extras.Length)
            {
                FatalTxError($"Invalid extra type: {(int)extra.Type}");
                return false;
            }

            extras[(int)extra.Type] = extra;
        }
        while (extra.More);
        return true;
    }

    // xenvif_count_requests: collects the slots of a packet. The first one's size becomes that of its own part.
    private int CountRequests(NetTxRequest first, int extraCount, int work)
    {
        slots.Clear();
        slots.Add(first);
        if ((first.Flags & NetTxFlags.MoreData) == 0)
        {
            return 0;
        }

        var consumer = Tx!.RequestConsumer;
        var remaining = first.Size;
        var dropError = 0;
        NetTxRequest slot;
        do
        {
            var count = slots.Count - 1;
            if (count >= work)
            {
                FatalTxError($"Asked for {count} slots but exceeds this limit");
                return -Errno.ENODATA;
            }

            // This guest is really using too many slots and is considered malicious.
            if (count >= FatalSlots)
            {
                FatalTxError($"Malicious frontend using {count} slots, threshold {FatalSlots}");
                return -Errno.E2BIG;
            }

            if (dropError == 0 && count >= NetifProtocol.SlotsMin)
            {
                vif.Device.Log($"Too many slots ({count}) exceeding limit ({NetifProtocol.SlotsMin}), dropping packet");
                dropError = -Errno.E2BIG;
            }

            slot = ReadTx(consumer + (uint)count);
            if (slot.Size > remaining)
            {
                if (dropError == 0)
                {
                    vif.Device.Log($"Invalid tx request, slot size {slot.Size} > remaining size {remaining}");
                }

                dropError = -Errno.EIO;
            }

            remaining -= slot.Size;
            slots.Add(slot);
            if (slot.Offset + slot.Size > MachineMemory.PageSize)
            {
                FatalTxError($"Cross page boundary, txp->offset: {slot.Offset}, size: {slot.Size}");
                return -Errno.EINVAL;
            }
        }
        while ((slot.Flags & NetTxFlags.MoreData) != 0);

        if (dropError != 0)
        {
            Tx.RequestConsumer += (uint)(slots.Count - 1);
            FailPacket(extraCount);
            return dropError;
        }

        slots[0] = first with { Size = remaining };
        return 0;
    }

    // xenvif_set_skb_gso.
    private bool CheckGso(NetifExtra gso)
    {
        if (gso.GsoSize == 0)
        {
            FatalTxError("GSO size must not be zero.");
            return false;
        }

        if (gso.GsoType != (int)GsoType.TcpV4)
        {
            FatalTxError($"Bad GSO type {gso.GsoType}.");
            return false;
        }

        return true;
    }

    // The grant copies, and xenvif_tx_submit.
    private void CopyAndSubmit(NetifExtra gso, int extraCount)
    {
        var copies = new GrantCopy[slots.Count];
        var length = 0;
        for (var i = 0; i < slots.Count; i++)
        {
            var source = GrantCopySide.Grant(vif.Domid, slots[i].Gref, slots[i].Offset);
            copies[i] = new GrantCopy(source, GrantCopySide.Own(buffers[i].Mfn, 0), slots[i].Size);
            length += slots[i].Size;
        }

        Host.GrantTable.Copy(Domain, copies);
        foreach (var copy in copies)
        {
            if (copy.Status != GrantStatus.Okay)
            {
                vif.Device.Log($"Grant copy of ref {copy.Source.ReferenceOrFrame} failed: {copy.Status}");
                FailPacket(extraCount);
                return;
            }
        }

        var data = new byte[length];
        var position = 0;
        for (var i = 0; i < slots.Count; i++)
        {
            buffers[i].Read[..slots[i].Size].CopyTo(data.AsSpan(position));
            position += slots[i].Size;
        }

        var flags = slots[0].Flags;
        Respond(NetifStatus.Okay, extraCount);
        Submit(data, flags, gso);
    }

    private void Submit(byte[] data, NetTxFlags flags, NetifExtra gso)
    {
        var checksum = PacketChecksum.None;
        if ((flags & NetTxFlags.CsumBlank) != 0)
        {
            checksum = PacketChecksum.Partial;
        }
        else if ((flags & NetTxFlags.DataValidated) != 0)
        {
            checksum = PacketChecksum.Unnecessary;
        }

        var skb = new SkBuff(data)
        {
            Checksum = checksum,
            GsoSize = gso.GsoSize,
            GsoType = gso.Type == NetifExtraType.Gso ? (GsoType)gso.GsoType : GsoType.None,
        };
        if (skb.Checksum == PacketChecksum.Partial && (Ipv4Packet.Parse(skb) is not { } packet || !TcpSegment.IsTcp(packet)))
        {
            vif.Device.Log("Can't setup checksum in net_tx_action");
            Statistics.TxErrors++;
            return;
        }

        if (skb.GsoSize > 0)
        {
            Statistics.TxGso++;
        }

        Statistics.TxPackets++;
        Statistics.TxBytes += data.Length;
        vif.Interface.Receive(skb);
    }

    // xenvif_tx_err: every slot of the packet gets its response.
    private void FailPacket(int extraCount)
    {
        Statistics.TxErrors++;
        Respond(NetifStatus.Error, extraCount);
    }

    private void Respond(int status, int extraCount)
    {
        for (var i = 0; i < slots.Count; i++)
        {
            MakeTxResponse(slots[i], i == 0 ? extraCount : 0, status);
        }

        PushTxResponses();
    }

    // make_tx_response: one for the request, and one that says nothing for each slot of extra information.
    private void MakeTxResponse(NetTxRequest request, int extraCount, int status)
    {
        var ring = Tx!;
        NetifProtocol.WriteTxResponse(ring.Shared.Page, ring.NextResponse(), new NetTxResponse(request.Id, status));
        for (var i = 0; i < extraCount; i++)
        {
            NetifProtocol.WriteTxResponse(ring.Shared.Page, ring.NextResponse(), new NetTxResponse(0, NetifStatus.Null));
        }
    }

    private void PushTxResponses()
    {
        if (Tx!.PushResponsesAndCheckNotify())
        {
            Host.EventChannel.Send(Domain, txPort);
        }
    }

    private NetTxRequest ReadTx(uint index) => NetifProtocol.ReadTxRequest(Tx!.Shared.Page, Tx.Shared.EntryOffset(index));

    // xenvif_fatal_tx_err: this frontend is not served any more.
    private void FatalTxError(string why)
    {
        vif.Device.Log($"{why}; fatal error; disabling device");
        vif.Disabled = true;
        Statistics.TxErrors++;
        vif.Kick();
    }
}
