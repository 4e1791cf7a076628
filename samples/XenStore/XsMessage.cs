using System.Text;

namespace Xen.XenStore;

/// <summary>The message types of the xenstore protocol, with the numbers they have on the wire. 20 was never used.</summary>
public enum XsMessageType
{
    Control = 0,
    Directory = 1,
    Read = 2,
    GetPerms = 3,
    Watch = 4,
    Unwatch = 5,
    TransactionStart = 6,
    TransactionEnd = 7,
    Introduce = 8,
    Release = 9,
    GetDomainPath = 10,
    Write = 11,
    Mkdir = 12,
    Rm = 13,
    SetPerms = 14,
    WatchEvent = 15,
    Error = 16,
    IsDomainIntroduced = 17,
    Resume = 18,
    SetTarget = 19,
    ResetWatches = 21,
    DirectoryPart = 22,
}

/// <summary>One message as it would lie on a socket or in a ring: the header's fields and the payload in the format of xs_wire.</summary>
public sealed record XsMessage(XsMessageType Type, uint RequestId, uint TransactionId, byte[] Payload)
{
    /// <summary>A longer payload ends the connection (XENSTORE_PAYLOAD_MAX).</summary>
    public const int PayloadMax = 4096;

    /// <summary>The reply of the same type, with data.</summary>
    public XsMessage Reply(byte[] payload) => this with { Payload = payload };

    /// <summary>The reply of a request that has no data to give back.</summary>
    public XsMessage Ok() => this with { Payload = XsPayload.Strings("OK") };

    /// <summary>The reply of a request that failed.</summary>
    public XsMessage Fail(XsError error) => this with { Type = XsMessageType.Error, Payload = XsPayload.Strings(error.ToString()) };
}

/// <summary>The payload formats: NUL-terminated strings, one after the other. Latin-1 keeps every byte of a value as it is.</summary>
public static class XsPayload
{
    private static Encoding Bytes => Encoding.Latin1;

    /// <summary>Each string followed by a NUL.</summary>
    public static byte[] Strings(params ReadOnlySpan<string> parts)
    {
        var length = 0;
        foreach (var part in parts) length += part.Length + 1;
        var payload = new byte[length];
        var at = 0;
        foreach (var part in parts)
        {
            at += Bytes.GetBytes(part, payload.AsSpan(at));
            at++;
        }
        return payload;
    }

    /// <summary>The payload of WRITE: the path, a NUL, and the value without a terminator.</summary>
    public static byte[] PathAndValue(string path, string value)
    {
        var payload = new byte[path.Length + 1 + value.Length];
        Bytes.GetBytes(path, payload);
        Bytes.GetBytes(value, payload.AsSpan(path.Length + 1));
        return payload;
    }

    public static byte[] Raw(string text) => Bytes.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> payload) => Bytes.GetString(payload);

    /// <summary>The terminated strings of a payload; null when the last one lacks its terminator.</summary>
    public static List<string>? Split(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > 0 && payload[^1] != 0) return null;
        var parts = new List<string>();
        while (payload.Length > 0)
        {
            var end = payload.IndexOf((byte)0);
            parts.Add(Text(payload[..end]));
            payload = payload[(end + 1)..];
        }
        return parts;
    }
}
