using System.Globalization;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Drivers;

/// <summary>
/// A kernel's access to xenstore (the xs_* and xenbus_* calls of a driver): blocking, with error numbers. Paths may be relative to
/// the domain's own directory.
/// </summary>
public sealed class XenbusClient(XsClient client)
{
    private int lastToken;

    public Component Component => client.Component;

    /// <summary>xenbus_read. The value is empty when the answer is an error.</summary>
    public int Read(uint transaction, string path, out string value)
    {
        var reply = client.Call(XsMessageType.Read, transaction, XsPayload.Strings(path));
        value = reply.Ok ? reply.Value : "";
        return Error(reply.Error);
    }

    /// <summary>xenbus_scanf with one unsigned number.</summary>
    public int ReadUnsigned(uint transaction, string path, out ulong value)
    {
        value = 0;
        var error = Read(transaction, path, out var text);
        if (error != 0)
        {
            return error;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) ? 0 : -Errno.EINVAL;
    }

    /// <summary>xenbus_read_unsigned: a number, or the default when it is missing or unreadable.</summary>
    public ulong ReadUnsigned(string path, ulong defaultValue) => ReadUnsigned(0, path, out var value) == 0 ? value : defaultValue;

    /// <summary>xenbus_write.</summary>
    public int Write(uint transaction, string path, string value) =>
        Error(client.Call(XsMessageType.Write, transaction, XsPayload.PathAndValue(path, value)).Error);

    /// <summary>xenbus_printf with one number.</summary>
    public int Write(uint transaction, string path, long value) => Write(transaction, path, value.ToString(CultureInfo.InvariantCulture));

    public int Remove(uint transaction, string path) => Error(client.Call(XsMessageType.Rm, transaction, XsPayload.Strings(path)).Error);

    /// <summary>xenbus_directory: the names of the children; none when there is no such node.</summary>
    public IReadOnlyList<string> Directory(uint transaction, string path)
    {
        var reply = client.Call(XsMessageType.Directory, transaction, XsPayload.Strings(path));
        return reply.Ok ? reply.Strings : [];
    }

    /// <summary>xenbus_exists.</summary>
    public bool Exists(uint transaction, string path) => Read(transaction, path, out _) == 0;

    public int TransactionStart(out uint transaction)
    {
        var reply = client.Call(XsMessageType.TransactionStart, 0, XsPayload.Strings(""));
        transaction = XsClient.TransactionId(reply);
        return Error(reply.Error);
    }

    /// <summary>Commits or aborts. EAGAIN means that somebody else changed what the transaction looked at: do it again.</summary>
    public int TransactionEnd(uint transaction, bool abort) =>
        Error(client.Call(XsMessageType.TransactionEnd, transaction, XsPayload.Strings(abort ? "F" : "T")).Error);

    /// <summary>register_xenbus_watch: the handler gets the path that changed. Null when the store refuses.</summary>
    public XsWatch? Watch(string path, Action<string> changed)
    {
        lastToken++;
        var token = lastToken.ToString("X", CultureInfo.InvariantCulture);
        return client.WatchNow(path, token, (node, _) => changed(node));
    }

    public void Unwatch(XsWatch watch) => client.UnwatchNow(watch);

    private static int Error(XsError error) => error switch
    {
        XsError.None => 0,
        XsError.EINVAL => -Errno.EINVAL,
        XsError.EACCES => -Errno.EACCES,
        XsError.EEXIST => -Errno.EEXIST,
        XsError.EISDIR => -Errno.EISDIR,
        XsError.ENOENT => -Errno.ENOENT,
        XsError.ENOMEM => -Errno.ENOMEM,
        XsError.ENOSPC => -Errno.ENOSPC,
        XsError.ENOTEMPTY => -Errno.ENOTEMPTY,
        XsError.ENOSYS => -Errno.ENOSYS,
        XsError.EROFS => -Errno.EROFS,
        XsError.EBUSY => -Errno.EBUSY,
        XsError.EAGAIN => -Errno.EAGAIN,
        XsError.EISCONN => -Errno.EISCONN,
        XsError.E2BIG => -Errno.E2BIG,
        XsError.EPERM => -Errno.EPERM,
        _ => -Errno.EIO,
    };
}
