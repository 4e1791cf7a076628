using System.Buffers;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.Drivers;

// Receiving: pages are offered, come back filled, and are offered again.
public sealed partial class NetfrontQueue
{
    private readonly ArrayBufferWriter<byte> packet = new();

    /// <summary>xennet_alloc_rx_buffers: offers pages up to the target. Without memory it tries again later.</summary>
    public void AllocateRxBuffers()
    {
        if (rx is not { } ring || front.Broken)
        {
            return;
        }

        while (ring.RequestProducerPrivate - ring.ResponseConsumer < RxTarget)
        {
            var page = front.Pages.Allocate();
            if (page is null)
            {
                break;
            }

            if (front.Grants.GrantForeignAccess(Device.OtherEndId, page.Mfn, readOnly: false, out var reference) != 0)
            {
                front.Pages.Release(page);
                break;
            }

            var id = (ushort)(ring.RequestProducerPrivate & (NetifProtocol.RingSize - 1));
            rxPages[id] = new GrantedPage(reference, page);
            NetifProtocol.WriteRxRequest(ring.Shared.Page, ring.NextRequest(), new NetRxRequest(id, reference));
        }

        if (ring.PushRequestsAndCheckNotify())
        {
            Host.EventChannel.Send(Device.Domain, RxPort);
        }

        if (ring.RequestProducerPrivate - ring.ResponseConsumer < NetifProtocol.SlotsMin)
        {
            refill?.Cancel();
            refill = Host.Simulation.After(RefillDelayNs, Device.Component, "rx refill", AllocateRxBuffers);
        }
    }

    private void ReceiveAll()
    {
        var ring = rx!;
        do
        {
            var producer = ring.Shared.ResponseProducer;
            if (producer - ring.ResponseConsumer > ring.RequestProducerPrivate - ring.ResponseConsumer)
            {
                front.SetBroken($"Illegal number of responses {producer - ring.ResponseConsumer}");
                return;
            }

            while (ring.ResponseConsumer != producer)
            {
                if (!ReceivePacket(producer))
                {
                    return;
                }
            }

            AllocateRxBuffers();
        }
        while (ring.FinalCheckForResponses());
    }

    // xennet_get_responses: all slots of one packet. False when the device is broken.
    private bool ReceivePacket(uint producer)
    {
        var ring = rx!;
        packet.ResetWrittenCount();
        var gso = default(NetifExtra);
        var first = default(NetRxResponse);
        var failed = false;
        var slots = 0;
        NetRxResponse response;
        do
        {
            if (ring.ResponseConsumer == producer)
            {
                front.SetBroken("Need more slots");
                return false;
            }

            response = TakeResponse(out var granted);
            if (granted is null)
            {
                front.SetBroken($"Bad rx response id {response.Id}.");
                return false;
            }

            if (slots == 0)
            {
                first = response;
                if ((response.Flags & NetRxFlags.ExtraInfo) != 0 && !TakeExtras(producer, out gso))
                {
                    return false;
                }
            }

            slots++;
            failed |= !Append(response, granted);
            if (front.Broken)
            {
                return false;
            }
        }
        while ((response.Flags & NetRxFlags.MoreData) != 0);

        if (failed || slots > NetifProtocol.SlotsMin)
        {
            return true;
        }

        front.Deliver(new SkBuff(packet.WrittenSpan.ToArray())
        {
            Checksum = (first.Flags & NetRxFlags.CsumBlank) != 0
                ? PacketChecksum.Partial
                : (first.Flags & NetRxFlags.DataValidated) != 0 ? PacketChecksum.Unnecessary : PacketChecksum.None,
            GsoSize = gso.GsoSize,
            GsoType = (GsoType)gso.GsoType,
        });
        return rx is not null;
    }

    private NetRxResponse TakeResponse(out GrantedPage? granted)
    {
        var ring = rx!;
        var response = NetifProtocol.ReadRxResponse(ring.Shared.Page, ring.Shared.EntryOffset(ring.ResponseConsumer));
        granted = TakePage(ring.ResponseConsumer);
        ring.ResponseConsumer++;
        return response;
    }

    // xennet_get_rx_skb: the page is found by the slot's number, which is the id that was given to it.
    private GrantedPage? TakePage(uint index)
    {
        var id = (int)(index & (NetifProtocol.RingSize - 1));
        var granted = rxPages[id];
        rxPages[id] = null;
        return granted;
    }

    // xennet_get_extras: a slot of extra information has used up a page, which was not touched.
    private bool TakeExtras(uint producer, out NetifExtra gso)
    {
        var ring = rx!;
        gso = default;
        NetifExtra extra;
        do
        {
            if (ring.ResponseConsumer == producer)
            {
                front.SetBroken("Missing extra info");
                return false;
            }

            extra = NetifProtocol.ReadExtra(ring.Shared.Page, ring.Shared.EntryOffset(ring.ResponseConsumer));
            if (TakePage(ring.ResponseConsumer) is { } unused)
            {
                EndAccess(unused);
            }

            ring.ResponseConsumer++;
            if (extra.Type == NetifExtraType.Gso && extra.GsoSize > 0 && extra.GsoType == (int)GsoType.TcpV4)
            {
                gso = extra;
            }
            else
            {
                Device.Log($"Invalid extra type: {(int)extra.Type}");
            }
        }
        while (extra.More);
        return true;
    }

    private bool Append(NetRxResponse response, GrantedPage granted)
    {
        if (!front.Grants.TryEndForeignAccess(granted.Reference))
        {
            front.SetBroken("Grant still in use by backend domain");
            return false;
        }

        var good = response.Status >= 0 && response.Offset + response.Status <= MachineMemory.PageSize;
        if (good)
        {
            packet.Write(granted.Page.Read.Slice(response.Offset, response.Status));
        }
        else
        {
            Device.Log($"rx->offset: {response.Offset}, size: {response.Status}");
        }

        front.Pages.Release(granted.Page);
        return good;
    }
}
