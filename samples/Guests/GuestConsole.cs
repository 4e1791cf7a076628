using System.Text;
using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>
/// The guest's end of its console ring: in[1024] at 0, out[2048] at 1024, then the four indexes. Text that the console daemon has not
/// made room for is dropped.
/// </summary>
public sealed class GuestConsole(Domain domain, MappedPage page, uint port)
{
    public const int OutOffset = 1024;
    public const int OutSize = 2048;
    public const int OutConsumerOffset = 3080;
    public const int OutProducerOffset = 3084;

    /// <summary>Bytes that found no room.</summary>
    public long Dropped { get; private set; }

    public void WriteLine(string text)
    {
        var producer = page.ReadUInt32(OutProducerOffset);
        var consumer = page.ReadUInt32(OutConsumerOffset);
        foreach (var b in Encoding.ASCII.GetBytes(text + "\r\n"))
        {
            if (producer - consumer >= OutSize)
            {
                Dropped++;
                continue;
            }

            page.WriteByte(OutOffset + (int)(producer & (OutSize - 1)), b);
            producer++;
        }

        page.WriteUInt32(OutProducerOffset, producer);
        if (port != 0)
        {
            domain.Host.EventChannel.Send(domain, port);
        }
    }
}
