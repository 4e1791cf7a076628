using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>
/// A process's way to the daemon in a domain that has no socket: the file /dev/xen/xenbus. Its requests go through the kernel's ring
/// under the domain's own rights; its watches are the kernel's with names of their own, and end with the process.
/// </summary>
public sealed class XenbusDeviceFile : XsTransport
{
    private readonly XsClient kernel;
    private readonly SortedDictionary<string, XsWatch> watches = new(StringComparer.Ordinal);

    public XenbusDeviceFile(Component process, XsClient kernel)
        : base(process)
    {
        this.kernel = kernel;
        process.Ended += _ => Release();
    }

    public override bool Closed => kernel.Closed || !Client.Alive;

    public override void Send(XsMessage request)
    {
        if (Exchange(request) is { } reply) Post(reply);
    }

    public override XsMessage? Exchange(XsMessage request)
    {
        if (Closed) return null;
        switch (request.Type)
        {
            case XsMessageType.Watch: return Watch(request);
            case XsMessageType.Unwatch: return Unwatch(request);
            default:
                var reply = kernel.Call(request.Type, request.TransactionId, request.Payload);
                return reply.Ok ? request.Reply(reply.Payload) : request.Fail(reply.Error);
        }
    }

    private XsMessage Watch(XsMessage request)
    {
        if (XsPayload.Split(request.Payload) is not [var path, var token]) return request.Fail(XsError.EINVAL);
        if (watches.ContainsKey(Key(path, token))) return request.Fail(XsError.EEXIST);
        var watch = kernel.WatchNow(path, $"{Client.Name} {path} {token}", (changed, _) =>
            Post(new XsMessage(XsMessageType.WatchEvent, 0, 0, XsPayload.Strings(changed, token))));
        if (watch is null) return request.Fail(XsError.EINVAL);
        watches.Add(Key(path, token), watch);
        return request.Ok();
    }

    private XsMessage Unwatch(XsMessage request)
    {
        if (XsPayload.Split(request.Payload) is not [var path, var token]) return request.Fail(XsError.EINVAL);
        if (!watches.Remove(Key(path, token), out var watch)) return request.Fail(XsError.ENOENT);
        var error = kernel.UnwatchNow(watch);
        return error == XsError.None ? request.Ok() : request.Fail(error);
    }

    private void Release()
    {
        // When the kernel goes, its connection goes, and the watches with it.
        if (!kernel.Component.Alive) return;
        foreach (var watch in watches.Values) kernel.UnwatchNow(watch);
        watches.Clear();
    }

    private void Post(XsMessage message) =>
        Client.Simulation.Post(Client, XsMessageNames.Reply(message.Type), () => Received?.Invoke(message));

    private static string Key(string path, string token) => $"{path} {token}";
}
