using System.Net.Sockets;
using Xen.XenStore;

namespace Xen.XenHost;

/// <summary>A client of xenstored: bytes of the real protocol go through to the daemon and back, nothing is looked at here.</summary>
public sealed class StoreClient(Socket socket, Xenstored daemon) : HostClient(socket)
{
    private readonly StoreSocket store = daemon.ConnectSocket();

    public override bool WantsInput => !store.Closed && !store.InputPending;

    public override ReadOnlyMemory<byte> Outgoing => store.NextBytes;

    public override bool Finished => store.Closed;

    public override void Received(ReadOnlySpan<byte> bytes) => store.Receive(bytes);

    public override void Sent(int count) => store.Sent(count);

    public override void Gone() => daemon.Disconnect(store);
}
