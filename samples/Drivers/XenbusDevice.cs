using System.Globalization;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Drivers;

/// <summary>One end of a paravirtual device: its directory in the store, its state, and the other end that it watches.</summary>
public sealed class XenbusDevice
{
    private XsWatch? otherEndWatch;

    internal XenbusDevice(XenbusBus bus, string nodeName, string type)
    {
        Bus = bus;
        NodeName = nodeName;
        Type = type;
        State = XenbusState.Initialising;
    }

    public XenbusBus Bus { get; }

    public XenbusClient Xenbus => Bus.Xenbus;

    public Host Host => Bus.Domain.Host;

    /// <summary>The domain that this end belongs to.</summary>
    public Domain Domain => Bus.Domain;

    public Component Component => Bus.Xenbus.Component;

    /// <summary>The device's directory, relative to its domain's.</summary>
    public string NodeName { get; }

    /// <summary>What kind of device it is: vbd, vif.</summary>
    public string Type { get; }

    /// <summary>The state that this end has told last.</summary>
    public XenbusState State { get; private set; }

    /// <summary>The directory of the other end. Read once: a device does not change its partner.</summary>
    public string OtherEnd { get; private set; } = "";

    public int OtherEndId { get; private set; } = DomId.Invalid;

    /// <summary>The driver that drives it, once it is probed.</summary>
    public XenbusDriver? Driver { get; internal set; }

    /// <summary>talk_to_otherend: learns who the other end is.</summary>
    internal int ReadOtherEndDetails()
    {
        var error = Xenbus.ReadUnsigned(0, $"{NodeName}/{Bus.OtherEndIdKey}", out var id);
        if (error != 0)
        {
            Fatal(error, $"reading other end details from {NodeName}");
            return error;
        }

        error = Xenbus.Read(0, $"{NodeName}/{Bus.OtherEndKey}", out var path);
        if (error != 0)
        {
            Fatal(error, $"reading other end details from {NodeName}");
            return error;
        }

        if (path.Length == 0 || !Xenbus.Exists(0, path))
        {
            Fatal(-Errno.ENOENT, $"unable to read other end from {NodeName}.  missing or inaccessible.");
            return -Errno.ENOENT;
        }

        OtherEnd = path;
        OtherEndId = (int)id;
        return 0;
    }

    internal int WatchOtherEnd()
    {
        otherEndWatch = Xenbus.Watch($"{OtherEnd}/state", OtherEndChanged);
        if (otherEndWatch is null)
        {
            Fatal(-Errno.EIO, $"adding watch on {OtherEnd}/state");
            return -Errno.EIO;
        }

        return 0;
    }

    internal void ForgetOtherEnd()
    {
        if (otherEndWatch is not null)
        {
            Xenbus.Unwatch(otherEndWatch);
            otherEndWatch = null;
        }
    }

    /// <summary>
    /// xenbus_switch_state: tells the other end. Writes nothing when the state is the same or when the toolstack has removed the
    /// device's directory: a write would bring it back as a ruin.
    /// </summary>
    public int SwitchState(XenbusState state)
    {
        if (state == State)
        {
            return 0;
        }

        while (true)
        {
            var error = Xenbus.TransactionStart(out var transaction);
            if (error != 0)
            {
                SwitchFatal(error, "starting transaction");
                return 0;
            }

            error = Xenbus.ReadUnsigned(transaction, $"{NodeName}/state", out _);
            if (error != 0)
            {
                Xenbus.TransactionEnd(transaction, abort: true);
                return 0;
            }

            error = Xenbus.Write(transaction, $"{NodeName}/state", (long)state);
            if (error != 0)
            {
                Xenbus.TransactionEnd(transaction, abort: true);
                SwitchFatal(error, "writing new state");
                return 0;
            }

            error = Xenbus.TransactionEnd(transaction, abort: false);
            if (error == -Errno.EAGAIN)
            {
                continue;
            }

            if (error != 0)
            {
                SwitchFatal(error, "ending transaction");
                return 0;
            }

            State = state;
            return 0;
        }
    }

    /// <summary>xenbus_read_driver_state: the state of any end, Unknown when it has none.</summary>
    public XenbusState ReadState(string directory)
    {
        var error = Xenbus.ReadUnsigned(0, $"{directory}/state", out var state);
        if (error != 0)
        {
            return XenbusState.Unknown;
        }

        return (XenbusState)state;
    }

    /// <summary>xenbus_dev_is_online: the toolstack wants the device to come back after it was closed.</summary>
    public bool IsOnline() => Xenbus.ReadUnsigned($"{NodeName}/online", 0) == 1;

    /// <summary>xenbus_dev_error: leaves a note for people in the store.</summary>
    public void Error(int error, string text)
    {
        var report = string.Create(CultureInfo.InvariantCulture, $"{-error} {text}");
        Log(report);
        Xenbus.Write(0, $"error/{NodeName}/error", report);
    }

    /// <summary>xenbus_dev_fatal: the same, and the device closes.</summary>
    public void Fatal(int error, string text)
    {
        Error(error, text);
        SwitchState(XenbusState.Closing);
    }

    public void Log(string text) => Host.Simulation.Trace(Component, $"{Type} {NodeName}: {text}");

    /// <summary>xenbus_alloc_evtchn: a port for the other end to bind.</summary>
    public int AllocateEventChannel(out uint port)
    {
        var error = Host.EventChannel.AllocUnbound(Domain, DomId.Self, OtherEndId, out port);
        if (error != 0)
        {
            Fatal(error, "allocating event channel");
        }

        return error;
    }

    private void SwitchFatal(int error, string text)
    {
        Error(error, text);
        if (State != XenbusState.Closing)
        {
            State = XenbusState.Closing;
            Xenbus.Write(0, $"{NodeName}/state", (long)XenbusState.Closing);
        }
    }

    private void OtherEndChanged(string path)
    {
        if (!path.StartsWith(OtherEnd, StringComparison.Ordinal))
        {
            return;
        }

        var state = ReadState(OtherEnd);
        Log($"other end is {state}");
        Driver?.OtherEndChanged(state);
    }
}
