namespace Xen.XenHost;

/// <summary>Something that the user of the host can put right: one line says what.</summary>
public sealed class HostException(string message) : Exception(message);
