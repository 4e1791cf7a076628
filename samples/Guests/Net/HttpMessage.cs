using System.Globalization;
using System.Text;

namespace Xen.Guests;

/// <summary>A request or a response: its first line, its headers and its body.</summary>
public sealed record HttpMessage(string StartLine, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>The number in a header; -1 when there is none.</summary>
    public long Number(string header) =>
        Headers.TryGetValue(header, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    public static byte[] Build(string startLine, ReadOnlySpan<byte> body, params (string Name, string Value)[] headers)
    {
        var text = new StringBuilder(startLine).Append("\r\n");
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(text.ToString()), .. body];
    }
}

/// <summary>Cuts a stream of bytes into messages.</summary>
public sealed class HttpReader
{
    /// <summary>A head that is longer is no head.</summary>
    private const int MaxHead = 2048;

    /// <summary>A body that is longer was never asked for.</summary>
    private const int MaxBody = 1 << 20;

    private byte[] bytes = new byte[4096];
    private int count;
    private HttpMessage? head;
    private int bodyLength;

    /// <summary>What came is no message; nothing more is read.</summary>
    public bool Broken { get; private set; }

    public void Add(ReadOnlySpan<byte> more)
    {
        if (count + more.Length > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, count + more.Length));
        }

        more.CopyTo(bytes.AsSpan(count));
        count += more.Length;
    }

    /// <summary>The next message that is there as a whole.</summary>
    public HttpMessage? Next()
    {
        if (head is null && !Broken)
        {
            ReadHead();
        }

        if (head is null || count < bodyLength)
        {
            return null;
        }

        var message = head with { Body = bytes.AsSpan(0, bodyLength).ToArray() };
        Drop(bodyLength);
        head = null;
        return message;
    }

    private void ReadHead()
    {
        var end = bytes.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            Broken = count > MaxHead;
            return;
        }

        var lines = Encoding.ASCII.GetString(bytes.AsSpan(0, end)).Split("\r\n");
        var headers = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon > 0)
            {
                headers[line[..colon]] = line[(colon + 2)..];
            }
        }

        var message = new HttpMessage(lines[0], headers, default);
        var length = message.Number("Content-Length");
        if (length is < 0 or > MaxBody)
        {
            Broken = true;
            return;
        }

        Drop(end + 4);
        bodyLength = (int)length;
        head = message;
    }

    private void Drop(int length)
    {
        bytes.AsSpan(length, count - length).CopyTo(bytes);
        count -= length;
    }
}
