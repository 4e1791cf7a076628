using System.Buffers.Binary;
using System.Text;
using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>What xl puts before the library's stream: magic, byte order, flags, and the configuration of the domain.</summary>
public static class SaveFileHeader
{
    /// <summary>The configuration is JSON.</summary>
    public const uint MandatoryJson = 1;

    private const uint ByteOrder = 0x01020304;
    private const int FixedSize = 48;
    private const uint OptionalDataMax = 1 << 20;

    private static readonly byte[] Magic = Encoding.Latin1.GetBytes("Xen saved domain, xl format\n \0 \r");

    /// <summary>save_domain_core_writeconfig: the header with the configuration.</summary>
    public static byte[] Compose(DomainConfig config)
    {
        var json = Encoding.UTF8.GetBytes(DomainConfigJson.Write(config) + "\0");
        var optional = sizeof(uint) + json.Length;
        var header = new byte[FixedSize + optional];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(32), ByteOrder);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(36), MandatoryJson);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(44), (uint)optional);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(48), (uint)json.Length);
        json.CopyTo(header, FixedSize + sizeof(uint));
        return header;
    }

    /// <summary>What the user is told about the format.</summary>
    public static string Describe(DomainConfig config) =>
        $"new xl format (info 0x{MandatoryJson:x}/0x0/{sizeof(uint) + Encoding.UTF8.GetByteCount(DomainConfigJson.Write(config)) + 1})";

    /// <summary>Reads the header from a stream. The configuration is null when the header is wrong; the log says why.</summary>
    public static void Read(LibxlContext context, Descriptor stream, string source, Action<DomainConfig?> done)
    {
        stream.Read(context.Process, FixedSize, header =>
        {
            if (header.Length < FixedSize)
            {
                context.Log.Error(null, $"file/stream truncated reading header from {source}");
                done(null);
                return;
            }
            if (!Check(context, header, out var length))
            {
                done(null);
                return;
            }
            context.Log.Info($"Loading new save file {source} (new xl fmt info 0x{BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(36)):x}/0x0/{length})");
            stream.Read(context.Process, (int)length, data => done(Configuration(context, data, length, source)));
        });
    }

    private static bool Check(LibxlContext context, byte[] header, out uint length)
    {
        length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(44));
        if (!header.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            context.Log.Program("File has wrong magic number - corrupt or for a different tool?");
            return false;
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(32)) != ByteOrder)
        {
            context.Log.Program("File has wrong byte order");
            return false;
        }
        var bad = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(36)) & ~MandatoryJson;
        if (bad != 0)
        {
            context.Log.Program($"Savefile has mandatory flag(s) 0x{bad:x8} which are not supported; need newer xl");
            return false;
        }
        if (length > OptionalDataMax)
        {
            context.Log.Program("Too much optional data in the savefile");
            return false;
        }
        return true;
    }

    private static DomainConfig? Configuration(LibxlContext context, byte[] data, uint length, string source)
    {
        if (data.Length < length)
        {
            context.Log.Error(null, $"file/stream truncated reading optional data from {source}");
            return null;
        }
        if (data.Length < sizeof(uint))
        {
            context.Log.Program("Savefile has no configuration");
            return null;
        }
        var configLength = BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (configLength > data.Length - sizeof(uint))
        {
            context.Log.Program("optional data contains a truncated configuration");
            return null;
        }
        var text = Encoding.UTF8.GetString(data, sizeof(uint), (int)configLength).TrimEnd('\0');
        var config = DomainConfigJson.Read(text);
        if (config is null) context.Log.Program("Failed to parse the configuration in the savefile");
        return config;
    }
}
