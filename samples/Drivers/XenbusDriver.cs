namespace Xen.Drivers;

/// <summary>What drives one device: made when the device is found, told what the other end does, removed with the device.</summary>
public abstract class XenbusDriver(XenbusDevice device)
{
    public XenbusDevice Device { get; } = device;

    /// <summary>Takes the device over. An error number with a minus sign leaves it without a driver.</summary>
    public abstract int Probe();

    public abstract void OtherEndChanged(XenbusState state);

    public abstract void Remove();
}
