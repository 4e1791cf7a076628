using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.Drivers;

// Sending: a packet becomes a chain of requests, one per page.
public sealed partial class NetfrontQueue
{
    /// <summary>xennet_start_xmit: 0, EBUSY when there is no room now, or an error with which the packet is lost.</summary>
    public int StartXmit(SkBuff skb)
    {
        var ring = tx!;
        var slots = (Headroom + skb.Length + MachineMemory.PageSize - 1) / MachineMemory.PageSize;
        if (slots > NetifProtocol.SlotsMin)
        {
            Device.Log($"xennet: skb rides the rocket: {slots} slots, {skb.Length} bytes");
            return -Errno.E2BIG;
        }

        var needed = slots + (skb.GsoSize > 0 ? 1 : 0);
        if (ring.FreeRequests < needed || freeIds.Count < slots)
        {
            return -Errno.EBUSY;
        }

        var pages = GrantData(skb, slots);
        if (pages is null)
        {
            return -Errno.ENOMEM;
        }

        PutRequests(skb, pages);
        if (ring.PushRequestsAndCheckNotify())
        {
            Host.EventChannel.Send(Device.Domain, TxPort);
        }

        return 0;
    }

    private List<GrantedPage>? GrantData(SkBuff skb, int slots)
    {
        var granted = new List<GrantedPage>();
        var position = 0;
        for (var i = 0; i < slots; i++)
        {
            var page = front.Pages.Allocate();
            if (page is null || front.Grants.GrantForeignAccess(Device.OtherEndId, page.Mfn, readOnly: true, out var reference) != 0)
            {
                if (page is not null)
                {
                    front.Pages.Release(page);
                }

                foreach (var done in granted)
                {
                    EndAccess(done);
                }

                return null;
            }

            var offset = i == 0 ? Headroom : 0;
            var length = Math.Min(MachineMemory.PageSize - offset, skb.Length - position);
            skb.Data.AsSpan(position, length).CopyTo(page.Write[offset..]);
            position += length;
            granted.Add(new GrantedPage(reference, page));
        }

        return granted;
    }

    // xennet_make_txreqs. The first request carries the size of the whole packet.
    private void PutRequests(SkBuff skb, List<GrantedPage> pages)
    {
        var ring = tx!;
        var position = 0;
        for (var i = 0; i < pages.Count; i++)
        {
            var id = freeIds.Pop();
            txPages[id] = pages[i];
            var offset = i == 0 ? Headroom : 0;
            var length = Math.Min(MachineMemory.PageSize - offset, skb.Length - position);
            position += length;
            var flags = i + 1 < pages.Count ? NetTxFlags.MoreData : NetTxFlags.None;
            if (i == 0)
            {
                flags |= skb.Checksum switch
                {
                    PacketChecksum.Partial => NetTxFlags.CsumBlank | NetTxFlags.DataValidated,
                    PacketChecksum.Unnecessary => NetTxFlags.DataValidated,
                    _ => NetTxFlags.None,
                };
                flags |= skb.GsoSize > 0 ? NetTxFlags.ExtraInfo : NetTxFlags.None;
            }

            var request = new NetTxRequest(pages[i].Reference, offset, flags, id, i == 0 ? skb.Length : length);
            NetifProtocol.WriteTxRequest(ring.Shared.Page, ring.NextRequest(), request);
            if (i == 0 && skb.GsoSize > 0)
            {
                var extra = new NetifExtra(NetifExtraType.Gso, false, skb.GsoSize, (int)skb.GsoType, 0);
                NetifProtocol.WriteExtra(ring.Shared.Page, ring.NextRequest(), extra);
            }
        }
    }

    // xennet_tx_buf_gc.
    private void TxBufGc()
    {
        var ring = tx!;
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
                var response = NetifProtocol.ReadTxResponse(ring.Shared.Page, ring.Shared.EntryOffset(ring.ResponseConsumer));
                ring.ResponseConsumer++;
                if (response.Status == NetifStatus.Null)
                {
                    continue;
                }

                if (!Completed(response))
                {
                    return;
                }
            }
        }
        while (ring.FinalCheckForResponses());
    }

    private bool Completed(NetTxResponse response)
    {
        if (response.Id >= NetifProtocol.RingSize)
        {
            front.SetBroken($"Response has incorrect id ({response.Id})");
            return false;
        }

        if (txPages[response.Id] is not { } granted)
        {
            front.SetBroken($"Response for inactive request id {response.Id}");
            return false;
        }

        if (!front.Grants.TryEndForeignAccess(granted.Reference))
        {
            front.SetBroken("Grant still in use by backend domain");
            return false;
        }

        front.Pages.Release(granted.Page);
        txPages[response.Id] = null;
        freeIds.Push(response.Id);
        return true;
    }
}
