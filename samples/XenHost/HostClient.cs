using System.Net.Sockets;

namespace Xen.XenHost;

/// <summary>A real process at the other end of one of the host's sockets.</summary>
public abstract class HostClient(Socket socket) : IDisposable
{
    public Socket Socket => socket;

    /// <summary>Bytes from the client are welcome now.</summary>
    public abstract bool WantsInput { get; }

    /// <summary>The next bytes for the client.</summary>
    public abstract ReadOnlyMemory<byte> Outgoing { get; }

    /// <summary>There is nothing more to say, and everything was said.</summary>
    public abstract bool Finished { get; }

    public abstract void Received(ReadOnlySpan<byte> bytes);

    public abstract void Sent(int count);

    /// <summary>The client has hung up.</summary>
    public abstract void Gone();

    public void Dispose()
    {
        socket.Dispose();
        GC.SuppressFinalize(this);
    }
}
