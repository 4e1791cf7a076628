using System.Globalization;

namespace Xen.Hypervisor.Network;

/// <summary>An Ethernet address: six bytes.</summary>
public readonly record struct MacAddress(ulong Value)
{
    public const int Size = 6;

    /// <summary>Xen's own vendor prefix, 00:16:3e, for addresses that the toolstack draws.</summary>
    public const ulong XenPrefix = 0x00163E000000;

    public static MacAddress Broadcast { get; } = new(0xFFFFFFFFFFFF);

    /// <summary>What a backend's own interface has, so that a bridge never picks it as its own.</summary>
    public static MacAddress Backend { get; } = new(0xFEFFFFFFFFFF);

    /// <summary>Sent to many: broadcast is one of them.</summary>
    public bool IsMulticast => ((Value >> 40) & 1) != 0;

    public static MacAddress ReadFrom(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < Size; i++)
        {
            value = (value << 8) | bytes[i];
        }

        return new MacAddress(value);
    }

    public void WriteTo(Span<byte> bytes)
    {
        for (var i = 0; i < Size; i++)
        {
            bytes[i] = (byte)(Value >> (8 * (Size - 1 - i)));
        }
    }

    /// <summary>Six groups of one or two hex digits with colons between them, as the store holds it.</summary>
    public static bool TryParse(string text, out MacAddress address)
    {
        address = default;
        var groups = text.Split(':');
        if (groups.Length != Size)
        {
            return false;
        }

        ulong value = 0;
        foreach (var group in groups)
        {
            if (group.Length is 0 or > 2 || !byte.TryParse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var part))
            {
                return false;
            }

            value = (value << 8) | part;
        }

        address = new MacAddress(value);
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteTo(bytes);
        return string.Create(CultureInfo.InvariantCulture,
            $"{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}:{bytes[3]:x2}:{bytes[4]:x2}:{bytes[5]:x2}");
    }
}
