using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Xen.XenStore;

namespace Xen.Drivers;

/// <summary>The network backend of one device: it walks the states with the frontend and makes the interface that a bridge can take.</summary>
public sealed partial class Netback : XenbusDriver
{
    private readonly GuestPages pages;
    private XenbusState reached = XenbusState.Initialising;
    private XsWatch? hotplugStatusWatch;
    private XsWatch? creditWatch;

    public Netback(XenbusDevice device, GuestPages pages)
        : base(device)
    {
        this.pages = pages;
    }

    /// <summary>The interface; null before the device was probed and after it was removed.</summary>
    public Xenvif? Vif { get; private set; }

    /// <summary>xenvif_max_queues: as many as the backend's domain has processors.</summary>
    private int MaxQueues => Math.Max(1, Device.Domain.Vcpus.Count);

    private XenbusClient Xenbus => Device.Xenbus;

    /// <summary>netback_probe.</summary>
    public override int Probe()
    {
        int error;
        do
        {
            error = Xenbus.TransactionStart(out var transaction);
            if (error != 0)
            {
                return Fail(error, "starting transaction");
            }

            error = WriteFeatures(transaction, out var message);
            if (error != 0)
            {
                Xenbus.TransactionEnd(transaction, abort: true);
                return Fail(error, message);
            }

            error = Xenbus.TransactionEnd(transaction, abort: false);
        }
        while (error == -Errno.EAGAIN);

        if (error != 0)
        {
            return Fail(error, "completing transaction");
        }

        // Split event channels and several queues are extras: a frontend that does not hear of them goes without.
        error = Xenbus.Write(0, $"{Device.NodeName}/feature-split-event-channels", 1);
        if (error != 0)
        {
            Device.Log("Error writing feature-split-event-channels");
        }

        error = Xenbus.Write(0, $"{Device.NodeName}/multi-queue-max-queues", MaxQueues);
        if (error != 0)
        {
            Device.Log("Error writing multi-queue-max-queues");
        }

        error = Device.SwitchState(XenbusState.InitWait);
        if (error != 0)
        {
            return Fail(error, "switching to InitWait");
        }

        reached = XenbusState.InitWait;
        return CreateXenvif();
    }

    /// <summary>frontend_changed.</summary>
    public override void OtherEndChanged(XenbusState state)
    {
        switch (state)
        {
            case XenbusState.Initialising:
                SetBackendState(XenbusState.InitWait);
                break;

            case XenbusState.Initialised:
                break;

            case XenbusState.Connected:
                SetBackendState(XenbusState.Connected);
                break;

            case XenbusState.Closing:
                SetBackendState(XenbusState.Closing);
                break;

            case XenbusState.Closed:
                SetBackendState(XenbusState.Closed);
                if (Device.IsOnline())
                {
                    break;
                }

                Device.Bus.Unregister(Device);
                break;

            case XenbusState.Unknown:
                SetBackendState(XenbusState.Closed);
                Device.Bus.Unregister(Device);
                break;

            default:
                Device.Fatal(-Errno.EINVAL, $"saw state {(int)state} ({state}) at frontend");
                break;
        }
    }

    /// <summary>netback_remove.</summary>
    public override void Remove()
    {
        UnregisterHotplugStatusWatch();
        if (Vif is { } vif)
        {
            UnregisterCreditWatch();
            vif.Disconnect();
            vif.Free();
            Vif = null;
        }
    }

    private int WriteFeatures(uint transaction, out string message)
    {
        (string Key, int Value)[] features =
        [
            ("feature-sg", 1), ("feature-gso-tcpv4", 1), ("feature-gso-tcpv6", 0), ("feature-ipv6-csum-offload", 0),
            ("feature-rx-copy", 1), ("feature-rx-flip", 0), ("feature-multicast-control", 1), ("feature-dynamic-multicast-control", 0),
        ];
        foreach (var (key, value) in features)
        {
            var error = Xenbus.Write(transaction, $"{Device.NodeName}/{key}", value);
            if (error != 0)
            {
                message = $"writing {key}";
                return error;
            }
        }

        message = "";
        return 0;
    }

    private int Fail(int error, string message)
    {
        Device.Fatal(error, message);
        Remove();
        return error;
    }

    // backend_create_xenvif.
    private int CreateXenvif()
    {
        if (Vif is not null)
        {
            return 0;
        }

        var error = Xenbus.ReadUnsigned(0, $"{Device.NodeName}/handle", out var handle);
        if (error != 0)
        {
            Device.Fatal(error, "reading handle");
            return error;
        }

        Vif = Xenvif.Allocate(Device, (int)handle, pages);
        return Vif is null ? -Errno.EEXIST : 0;
    }

    // set_backend_state: goes from state to state along the edges that exist, so that nothing is left out.
    private void SetBackendState(XenbusState wanted)
    {
        while (reached != wanted)
        {
            switch (reached)
            {
                case XenbusState.Closed when wanted is XenbusState.InitWait or XenbusState.Connected:
                    if (CreateXenvif() != 0)
                    {
                        return;
                    }

                    SwitchTo(XenbusState.InitWait);
                    break;

                case XenbusState.Closed when wanted == XenbusState.Closing:
                    SwitchTo(XenbusState.Closing);
                    break;

                case XenbusState.InitWait when wanted == XenbusState.Connected:
                    if (Connect() != 0)
                    {
                        // The error has been told; the frontend sees the backend closing.
                        reached = XenbusState.Closing;
                        return;
                    }

                    SwitchTo(XenbusState.Connected);
                    break;

                case XenbusState.InitWait when wanted is XenbusState.Closing or XenbusState.Closed:
                    SwitchTo(XenbusState.Closing);
                    break;

                case XenbusState.Connected when wanted is XenbusState.InitWait or XenbusState.Closing or XenbusState.Closed:
                    Disconnect();
                    SwitchTo(XenbusState.Closing);
                    break;

                case XenbusState.Closing when wanted is XenbusState.InitWait or XenbusState.Connected or XenbusState.Closed:
                    SwitchTo(XenbusState.Closed);
                    break;

                default:
                    throw new InvalidOperationException($"netback: no way from {reached} to {wanted}");
            }
        }
    }

    // backend_switch_state: Connected is told when the hotplug script is through, not before.
    private void SwitchTo(XenbusState next)
    {
        reached = next;
        if (next == XenbusState.Connected && hotplugStatusWatch is not null)
        {
            return;
        }

        Device.SwitchState(next);
    }

    // backend_disconnect.
    private void Disconnect()
    {
        UnregisterHotplugStatusWatch();
        UnregisterCreditWatch();
        Vif?.Disconnect();
    }

    // hotplug_status_changed.
    private void HotplugStatusChanged(string path)
    {
        var error = Xenbus.Read(0, $"{Device.NodeName}/hotplug-status", out var status);
        if (error != 0 || status != "connected")
        {
            return;
        }

        UnregisterHotplugStatusWatch();
        if (reached == XenbusState.Connected)
        {
            Device.SwitchState(XenbusState.Connected);
        }
    }

    private void UnregisterHotplugStatusWatch()
    {
        if (hotplugStatusWatch is not null)
        {
            Xenbus.Unwatch(hotplugStatusWatch);
            hotplugStatusWatch = null;
        }
    }

    private void UnregisterCreditWatch()
    {
        if (creditWatch is not null)
        {
            Xenbus.Unwatch(creditWatch);
            creditWatch = null;
        }
    }
}
