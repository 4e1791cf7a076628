using System.Globalization;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>The library's way to the store (libxl_xshelp): blocking calls, transactions that are repeated on a conflict.</summary>
public sealed class StoreAccess(XsClient client)
{
    /// <summary>No transaction: what is written takes effect at once.</summary>
    public const uint NoTransaction = 0;

    // A conflict means that somebody else got on; that this happens so often in a row means that something is broken.
    private const int MaxConflicts = 1000;

    public XsClient Client => client;

    /// <summary>Why the latest call failed, as errno would say.</summary>
    public XsError LastError { get; private set; }

    /// <summary>libxl__xs_read: the value, or null with the reason in <see cref="LastError"/>.</summary>
    public string? Read(uint transaction, string path)
    {
        var reply = client.Call(XsMessageType.Read, transaction, XsPayload.Strings(path));
        LastError = reply.Error;
        return reply.Ok ? reply.Value : null;
    }

    /// <summary>libxl__xs_read_checked: a missing node is no error.</summary>
    public LibxlError ReadChecked(uint transaction, string path, out string? value)
    {
        value = Read(transaction, path);
        if (value is not null) return LibxlError.Ok;
        return LastError == XsError.ENOENT ? LibxlError.Ok : LibxlError.Fail;
    }

    /// <summary>libxl__xs_write_checked.</summary>
    public LibxlError Write(uint transaction, string path, string value)
    {
        var reply = client.Call(XsMessageType.Write, transaction, XsPayload.PathAndValue(path, value));
        LastError = reply.Error;
        return reply.Ok ? LibxlError.Ok : LibxlError.Fail;
    }

    /// <summary>libxl__xs_mknod: makes a node with its permissions.</summary>
    public LibxlError Mknod(uint transaction, string path, params string[] permissions)
    {
        var rc = Write(transaction, path, "");
        if (rc != LibxlError.Ok) return rc;
        return SetPerms(transaction, path, permissions);
    }

    public LibxlError Mkdir(uint transaction, string path, params string[] permissions)
    {
        var reply = client.Call(XsMessageType.Mkdir, transaction, XsPayload.Strings(path));
        LastError = reply.Error;
        if (!reply.Ok) return LibxlError.Fail;
        return SetPerms(transaction, path, permissions);
    }

    public LibxlError SetPerms(uint transaction, string path, params string[] permissions)
    {
        var reply = client.Call(XsMessageType.SetPerms, transaction, XsPayload.Strings([path, .. permissions]));
        LastError = reply.Error;
        return reply.Ok ? LibxlError.Ok : LibxlError.Fail;
    }

    /// <summary>libxl__xs_writev_perms: a set of nodes in a directory, with the same permissions when some are given.</summary>
    public LibxlError WriteNodes(uint transaction, string directory, IEnumerable<KeyValuePair<string, string>> nodes, params string[] permissions)
    {
        foreach (var (name, value) in nodes)
        {
            var path = directory + "/" + name;
            var rc = Write(transaction, path, value);
            if (rc != LibxlError.Ok) return rc;
            if (permissions.Length > 0)
            {
                rc = SetPerms(transaction, path, permissions);
                if (rc != LibxlError.Ok) return rc;
            }
        }
        return LibxlError.Ok;
    }

    /// <summary>libxl__xs_rm_checked: removing what is not there is no error.</summary>
    public LibxlError Rm(uint transaction, string path)
    {
        var reply = client.Call(XsMessageType.Rm, transaction, XsPayload.Strings(path));
        LastError = reply.Error;
        return reply.Ok || reply.Error == XsError.ENOENT ? LibxlError.Ok : LibxlError.Fail;
    }

    /// <summary>libxl__xs_directory: the names of the children; empty when there is no such node.</summary>
    public IReadOnlyList<string> Directory(uint transaction, string path)
    {
        var reply = client.Call(XsMessageType.Directory, transaction, XsPayload.Strings(path));
        LastError = reply.Error;
        return reply.Ok ? reply.Strings : [];
    }

    /// <summary>libxl__xs_path_cleanup: removes a node and then its parents as long as they are left empty, up to one that stays.</summary>
    public LibxlError PathCleanup(uint transaction, string path, string stays = "/")
    {
        var rc = Rm(transaction, path);
        if (rc != LibxlError.Ok) return rc;
        for (var parent = StorePath.Parent(path); parent != "/" && parent != stays; parent = StorePath.Parent(parent))
        {
            var children = Directory(transaction, parent);
            if (LastError != XsError.None || children.Count > 0) break;
            rc = Rm(transaction, parent);
            if (rc != LibxlError.Ok) return rc;
        }
        return LibxlError.Ok;
    }

    /// <summary>libxl__xs_get_dompath.</summary>
    public string? DomainPath(int domid)
    {
        var reply = client.Call(XsMessageType.GetDomainPath, 0, XsPayload.Strings(domid.ToString(CultureInfo.InvariantCulture)));
        LastError = reply.Error;
        return reply.Ok ? reply.Text : null;
    }

    /// <summary>xs_introduce_domain.</summary>
    public LibxlError Introduce(int domid, ulong frame, uint port)
    {
        var reply = client.Call(XsMessageType.Introduce, 0, XsClient.IntroducePayload(domid, frame, (int)port));
        LastError = reply.Error;
        return reply.Ok ? LibxlError.Ok : LibxlError.Fail;
    }

    /// <summary>Runs a body in a transaction and commits it; on a conflict all of it again, on an error of the body nothing remains.</summary>
    public LibxlError InTransaction(Func<uint, LibxlError> body)
    {
        for (var attempt = 0; attempt < MaxConflicts; attempt++)
        {
            var rc = TransactionStart(out var transaction);
            if (rc != LibxlError.Ok) return rc;
            rc = body(transaction);
            if (rc != LibxlError.Ok)
            {
                TransactionAbort(transaction);
                return rc;
            }
            rc = TransactionCommit(transaction, out var conflict);
            if (!conflict) return rc;
        }
        return LibxlError.Fail;
    }

    private LibxlError TransactionStart(out uint transaction)
    {
        var reply = client.Call(XsMessageType.TransactionStart, 0, XsPayload.Strings(""));
        LastError = reply.Error;
        transaction = XsClient.TransactionId(reply);
        return transaction == 0 ? LibxlError.Fail : LibxlError.Ok;
    }

    private LibxlError TransactionCommit(uint transaction, out bool conflict)
    {
        var reply = client.Call(XsMessageType.TransactionEnd, transaction, XsPayload.Strings("T"));
        LastError = reply.Error;
        conflict = reply.Error == XsError.EAGAIN;
        return reply.Ok ? LibxlError.Ok : LibxlError.Fail;
    }

    private void TransactionAbort(uint transaction) => client.Call(XsMessageType.TransactionEnd, transaction, XsPayload.Strings("F"));
}
