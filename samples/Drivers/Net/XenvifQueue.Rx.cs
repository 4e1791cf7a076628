using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Drivers;

// To the guest: packets wait in a queue until the guest has offered pages for them, and are copied there.
public sealed partial class XenvifQueue
{
    /// <summary>rx_drain_timeout_msecs: a packet that waited so long for a page is dropped.</summary>
    public const long DrainTimeoutNs = 10_000_000_000;

    /// <summary>rx_stall_timeout_msecs: a guest that offers no pages for so long is taken for dead.</summary>
    public const long StallTimeoutNs = 60_000_000_000;

    /// <summary>Bytes that may wait: half of what the ring takes.</summary>
    private const int MaxQueuedBytes = NetifProtocol.RingSize / 2 * MachineMemory.PageSize;

    private readonly Queue<(SkBuff Packet, long ExpiresNs)> rxQueue = new();
    private int rxQueuedBytes;
    private bool rxKicked;
    private bool stalled;
    private long lastRxTime;
    private Timer? rxTimer;

    /// <summary>Packets that wait for pages of the guest.</summary>
    public int RxQueued => rxQueue.Count;

    /// <summary>xenvif_rx_queue_tail. False when there is no room.</summary>
    public bool QueueTail(SkBuff skb)
    {
        if (rxQueuedBytes + skb.Length > MaxQueuedBytes || Rx is null)
        {
            Statistics.RxDropped++;
            return false;
        }

        rxQueue.Enqueue((skb, Host.Simulation.Now + DrainTimeoutNs));
        rxQueuedBytes += skb.Length;
        KickReceive();
        return true;
    }

    private void StartReceiving()
    {
        lastRxTime = Host.Simulation.Now;
        stalled = false;
    }

    private void StopReceiving()
    {
        rxTimer?.Cancel();
        rxTimer = null;
        Statistics.RxDropped += rxQueue.Count;
        rxQueue.Clear();
        rxQueuedBytes = 0;
    }

    private void KickReceive()
    {
        if (rxKicked)
        {
            return;
        }

        rxKicked = true;
        Host.Simulation.Post(vif.Device.Component, "guest rx", GuestReceive);
    }

    // The body of xenvif_kthread_guest_rx.
    private void GuestReceive()
    {
        rxKicked = false;
        if (Rx is null)
        {
            return;
        }

        if (vif.Disabled)
        {
            vif.CarrierOff();
            return;
        }

        RxAction();
        CheckStall();
        DropExpired();
        rxTimer?.Cancel();
        rxTimer = null;
        if (rxQueue.TryPeek(out var head))
        {
            rxTimer = Host.Simulation.After(head.ExpiresNs - Host.Simulation.Now, vif.Device.Component, "rx drain", KickReceive);
        }
    }

    // xenvif_rx_action.
    private void RxAction()
    {
        var ring = Rx!;
        var copies = new List<GrantCopy>();
        var responses = new List<(GrantCopy Copy, NetRxResponse Response, int Offset)>();
        var notify = false;
        while (rxQueue.TryPeek(out var head))
        {
            var needed = SlotsNeeded(head.Packet);
            var producer = ring.Shared.RequestProducer;
            if (producer - ring.RequestConsumer > NetifProtocol.RingSize || producer - ring.RequestConsumer < needed)
            {
                ring.Shared.RequestEvent = ring.RequestConsumer + needed;
                if (ring.Shared.RequestProducer - ring.RequestConsumer < needed || producer - ring.RequestConsumer > NetifProtocol.RingSize)
                {
                    break;
                }
            }

            rxQueue.Dequeue();
            rxQueuedBytes -= head.Packet.Length;
            copies.Clear();
            responses.Clear();
            RxPacket(head.Packet, copies, responses);
            Host.GrantTable.Copy(Domain, copies);
            foreach (var (copy, response, offset) in responses)
            {
                var answer = copy.Status == GrantStatus.Okay ? response : response with { Status = NetifStatus.Error };
                NetifProtocol.WriteRxResponse(ring.Shared.Page, offset, answer);
            }

            notify |= ring.PushResponsesAndCheckNotify();
            lastRxTime = Host.Simulation.Now;
        }

        if (notify)
        {
            Host.EventChannel.Send(Domain, rxPort);
        }
    }

    // xenvif_rx_skb: one page after the other, and a slot for the GSO parameters behind the first.
    private void RxPacket(SkBuff skb, List<GrantCopy> copies, List<(GrantCopy Copy, NetRxResponse Response, int Offset)> responses)
    {
        var ring = Rx!;
        var position = 0;
        var buffer = 0;
        do
        {
            var request = NetifProtocol.ReadRxRequest(ring.Shared.Page, ring.Shared.EntryOffset(ring.RequestConsumer));
            ring.RequestConsumer++;
            var length = Math.Min(MachineMemory.PageSize, skb.Length - position);
            skb.Data.AsSpan(position, length).CopyTo(buffers[buffer].Write);
            var copy = new GrantCopy(GrantCopySide.Own(buffers[buffer].Mfn, 0), GrantCopySide.Grant(vif.Domid, request.Gref, 0), length);
            copies.Add(copy);
            buffer++;
            var flags = NetRxFlags.None;
            var first = position == 0;
            if (first)
            {
                flags = skb.Checksum switch
                {
                    PacketChecksum.Partial => NetRxFlags.CsumBlank | NetRxFlags.DataValidated,
                    PacketChecksum.Unnecessary => NetRxFlags.DataValidated,
                    _ => NetRxFlags.None,
                };
            }

            position += length;
            if (position < skb.Length)
            {
                flags |= NetRxFlags.MoreData;
            }

            if (first && skb.GsoSize > 0)
            {
                flags |= NetRxFlags.ExtraInfo;
            }

            responses.Add((copy, new NetRxResponse(request.Id, 0, flags, length), ring.NextResponse()));
            if (first && skb.GsoSize > 0)
            {
                PutGso(skb);
            }
        }
        while (position < skb.Length);

        Statistics.RxPackets++;
        Statistics.RxBytes += skb.Length;
    }

    // The request whose slot this takes is used up: the frontend finds its page by the slot's number.
    private void PutGso(SkBuff skb)
    {
        var ring = Rx!;
        ring.RequestConsumer++;
        var extra = new NetifExtra(NetifExtraType.Gso, false, skb.GsoSize, (int)skb.GsoType, 0);
        NetifProtocol.WriteExtra(ring.Shared.Page, ring.NextResponse(), extra);
        Statistics.RxGso++;
    }

    private static uint SlotsNeeded(SkBuff skb)
    {
        var slots = (uint)((skb.Length + MachineMemory.PageSize - 1) / MachineMemory.PageSize);
        return Math.Max(slots, 1) + (skb.GsoSize > 0 ? 1u : 0u);
    }

    // xenvif_rx_queue_stalled and _ready: without pages for a minute the carrier goes, and comes back with the pages.
    private void CheckStall()
    {
        var unused = Rx!.Shared.RequestProducer - Rx.RequestConsumer;
        var needed = rxQueue.TryPeek(out var head) ? SlotsNeeded(head.Packet) : 1;
        if (!stalled && unused < needed && Host.Simulation.Now - lastRxTime > StallTimeoutNs)
        {
            stalled = true;
            vif.Device.Log($"Guest Rx stalled on queue {Id}");
            vif.QueueStalled();
        }
        else if (stalled && unused >= needed)
        {
            stalled = false;
            lastRxTime = Host.Simulation.Now;
            vif.Device.Log($"Guest Rx ready on queue {Id}");
            vif.QueueReady();
        }
    }

    // xenvif_rx_queue_drop_expired.
    private void DropExpired()
    {
        while (rxQueue.TryPeek(out var head) && head.ExpiresNs <= Host.Simulation.Now)
        {
            rxQueue.Dequeue();
            rxQueuedBytes -= head.Packet.Length;
            Statistics.RxDropped++;
        }
    }
}
