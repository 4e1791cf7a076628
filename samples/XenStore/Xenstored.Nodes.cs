using System.Globalization;

namespace Xen.XenStore;

/// <summary>The requests about nodes: what their payloads mean and how the answers are laid out.</summary>
public sealed partial class Xenstored
{
    private XsMessage AnswerNodeRequest(StoreConnection connection, XsMessage request, StoreTransaction? transaction)
    {
        var payload = request.Payload;
        if (request.Type == XsMessageType.Read && payload.Length == 0) return request.Fail(XsError.ENOENT);
        var end = Array.IndexOf(payload, (byte)0);
        if (end < 0) return request.Fail(XsError.EINVAL);
        var path = Canonicalize(connection, XsPayload.Text(payload.AsSpan(0, end)));
        if (path is null) return request.Fail(XsError.EINVAL);
        var rest = payload.AsSpan(end + 1);

        var nodes = new NodeRequests(Tree, watches, Quota, connection, transaction, DomainExists);
        XsMessage reply;
        switch (request.Type)
        {
            case XsMessageType.Read:
                var error = nodes.Read(path, out var value);
                reply = error == XsError.None ? request.Reply(value) : request.Fail(error);
                break;
            case XsMessageType.Write:
                reply = Result(request, nodes.Write(path, rest.ToArray()));
                break;
            case XsMessageType.Mkdir:
                reply = Result(request, nodes.Mkdir(path));
                break;
            case XsMessageType.Rm:
                reply = Result(request, nodes.Rm(path));
                break;
            case XsMessageType.Directory:
                reply = DoDirectory(nodes, request, path);
                break;
            case XsMessageType.DirectoryPart:
                reply = DoDirectoryPart(nodes, request, path, rest);
                break;
            case XsMessageType.GetPerms:
                error = nodes.GetPerms(path, out var permissions);
                reply = error == XsError.None
                    ? request.Reply(XsPayload.Strings([.. permissions!.Entries.Select(entry => entry.ToString())]))
                    : request.Fail(error);
                break;
            default:
                reply = DoSetPerms(nodes, request, path, rest);
                break;
        }

        if (transaction is null && reply.Type is XsMessageType.Write or XsMessageType.Mkdir or XsMessageType.Rm or XsMessageType.SetPerms)
        {
            ChargeWrites(connection, 1);
        }
        if (transaction is not null && !connection.Privileged && transaction.AccessedNodes > Quota.TransactionNodes)
        {
            transaction.Doomed = true;
            return request.Fail(XsError.ENOSPC);
        }
        return reply;
    }

    private static XsMessage Result(XsMessage request, XsError error) => error == XsError.None ? request.Ok() : request.Fail(error);

    private static XsMessage DoDirectory(NodeRequests nodes, XsMessage request, string path)
    {
        var error = nodes.Directory(path, out var node);
        if (error != XsError.None) return request.Fail(error);
        var names = XsPayload.Strings(node!.Children);
        return names.Length > XsMessage.PayloadMax ? request.Fail(XsError.E2BIG) : request.Reply(names);
    }

    /// <summary>A slice of a list of children that is too long for one message; the last slice ends with one more NUL.</summary>
    private static XsMessage DoDirectoryPart(NodeRequests nodes, XsMessage request, string path, ReadOnlySpan<byte> rest)
    {
        if (XsPayload.Split(rest) is not [var offsetText, ..]) return request.Fail(XsError.EINVAL);
        if (!int.TryParse(offsetText, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return request.Fail(XsError.EINVAL);
        var error = nodes.Directory(path, out var node);
        if (error != XsError.None) return request.Fail(error);

        var names = XsPayload.Strings(node!.Children);
        var generation = XsPayload.Strings(node.Generation.ToString(CultureInfo.InvariantCulture));
        if (offset >= names.Length) return request.Reply([.. generation, 0]);

        var room = XsMessage.PayloadMax - generation.Length - 1;
        if (names.Length - offset <= room) return request.Reply([.. generation, .. names.AsSpan(offset), 0]);
        var whole = names.AsSpan(offset, room).LastIndexOf((byte)0) + 1;
        return request.Reply([.. generation, .. names.AsSpan(offset, whole)]);
    }

    private static XsMessage DoSetPerms(NodeRequests nodes, XsMessage request, string path, ReadOnlySpan<byte> rest)
    {
        if (XsPayload.Split(rest) is not { Count: > 0 } entries) return request.Fail(XsError.EINVAL);
        if (StorePermissions.Parse(entries) is not { } permissions) return request.Fail(XsError.EINVAL);
        return Result(request, nodes.SetPerms(path, permissions));
    }
}
