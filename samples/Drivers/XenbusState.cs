namespace Xen.Drivers;

/// <summary>The life of one end of a device, as its state node tells the other end.</summary>
public enum XenbusState
{
    Unknown = 0,
    Initialising = 1,

    /// <summary>Ready, waiting for information from the other end or from hotplug.</summary>
    InitWait = 2,

    /// <summary>Waiting for a connection from the other end.</summary>
    Initialised = 3,
    Connected = 4,
    Closing = 5,
    Closed = 6,
    Reconfiguring = 7,
    Reconfigured = 8,
}
