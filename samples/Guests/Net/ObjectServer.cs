using System.Globalization;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Xen.Guests;

/// <summary>
/// Serves objects by number and takes objects in: GET answers with the bytes that belong to the number, PUT says whether what came is
/// what belongs to it. Every answer names the request's sequence number and the body's checksum.
/// </summary>
public sealed class ObjectServer
{
    public const ushort Port = 80;
    public const int MaxObject = 128 * 1024;

    private readonly Ipv4Address address;

    public ObjectServer(GuestNetwork network)
    {
        address = network.Address;
        network.Listen(Port, Accept);
    }

    /// <summary>Requests answered with success.</summary>
    public long Served { get; private set; }

    /// <summary>Requests that made no sense.</summary>
    public long Refused { get; private set; }

    /// <summary>Objects that came in and were not what they should be.</summary>
    public long CorruptUploads { get; private set; }

    private void Accept(TcpConnection connection)
    {
        var reader = new HttpReader();
        connection.Received = bytes =>
        {
            reader.Add(bytes.Span);
            while (reader.Next() is { } request)
            {
                connection.Write(Answer(request));
            }

            if (reader.Broken)
            {
                Refused++;
                connection.Abort("bad request");
            }
        };
    }

    private byte[] Answer(HttpMessage request)
    {
        var sequence = request.Number("X-Sequence").ToString(CultureInfo.InvariantCulture);
        var words = request.StartLine.Split(' ');
        if (words is not [var method, var target, "HTTP/1.1"] || !TryNumber(target, out var number))
        {
            Refused++;
            return HttpMessage.Build("HTTP/1.1 400 Bad Request", [], ("X-Sequence", sequence));
        }

        if (method == "PUT")
        {
            return Take(request, number, sequence);
        }

        var size = request.Number("X-Size");
        if (method != "GET" || size is < 0 or > MaxObject)
        {
            Refused++;
            return HttpMessage.Build("HTTP/1.1 400 Bad Request", [], ("X-Sequence", sequence));
        }

        Served++;
        var body = ObjectContent.Make(address, number, (int)size);
        return HttpMessage.Build("HTTP/1.1 200 OK", body, ("X-Sequence", sequence), ("X-Crc32c", Crc(body)));
    }

    private byte[] Take(HttpMessage request, uint number, string sequence)
    {
        var body = request.Body.Span;
        if (!body.SequenceEqual(ObjectContent.Make(address, number, body.Length)))
        {
            CorruptUploads++;
            return HttpMessage.Build("HTTP/1.1 422 Unprocessable Content", [], ("X-Sequence", sequence));
        }

        Served++;
        return HttpMessage.Build("HTTP/1.1 201 Created", [], ("X-Sequence", sequence), ("X-Crc32c", Crc(body)));
    }

    private static bool TryNumber(string target, out uint number)
    {
        const string prefix = "/object/";
        number = 0;
        return target.StartsWith(prefix, StringComparison.Ordinal)
            && uint.TryParse(target.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    internal static string Crc(ReadOnlySpan<byte> body) => Crc32C.Compute(body).ToString("x8", CultureInfo.InvariantCulture);
}
