namespace Xen.Toolstack.Config;

/// <summary>
/// The disk specifications of xl-disk-configuration (libxlu_disk): comma-separated words, positional or named, with the old
/// prefixes and the old three-part form.
/// </summary>
public sealed class XluDisk
{
    private static readonly string[] IgnoredPrefixes = ["phy:", "file:", "aio:", "tap2:", "tapdisk:", "tap:", "ioemu:"];
    private static readonly string[] ScriptPrefixes = ["iscsi:", "nbd:", "enbd:", "drbd:"];

    private readonly DeviceDisk disk = new();
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private int positionals;
    private bool accessGiven;
    private bool oldForm;

    /// <summary>Why the specification was refused; empty when it was accepted.</summary>
    public string Error { get; private set; } = "";

    /// <summary>The disk that a specification describes; null when it is wrong, with the reason in <paramref name="error"/>.</summary>
    public static DeviceDisk? Parse(string specification, out string error)
    {
        var parser = new XluDisk();
        var accepted = parser.Run(specification);
        error = parser.Error;
        return accepted ? parser.disk : null;
    }

    private bool Run(string rest)
    {
        rest = rest.TrimStart(' ', '\t');
        while (rest.Length > 0)
        {
            rest = rest.TrimStart(' ', '\t');
            if (rest.StartsWith("target=", StringComparison.Ordinal))
            {
                // The target may hold commas, so it takes all that is left.
                if (!Once("target")) return false;
                disk.PdevPath = rest["target=".Length..];
                break;
            }
            var comma = rest.IndexOf(',');
            var word = comma < 0 ? rest : rest[..comma];
            rest = comma < 0 ? "" : rest[(comma + 1)..];
            if (!Word(word)) return false;
        }
        return Finish();
    }

    private bool Word(string word)
    {
        var equals = word.IndexOf('=');
        if (equals > 0 && IsName(word.AsSpan(0, equals))) return Named(word[..equals], word[(equals + 1)..]);
        switch (word)
        {
            case "cdrom":
                return Devtype("cdrom");
            case "direct-io-safe":
                disk.DirectIoSafe = true;
                return Once(word);
            case "discard":
                disk.DiscardEnable = true;
                return Once("discard");
            case "no-discard":
                disk.DiscardEnable = false;
                return Once("discard");
            default:
                return Positional(word);
        }
    }

    private bool Named(string name, string value)
    {
        switch (name)
        {
            case "format": return Format(value);
            case "vdev": return VirtualDevice(value);
            case "access": return Access(value);
            case "devtype": return Devtype(value);
            case "backend":
                disk.BackendDomname = value;
                return Once("backend");
            case "backendtype": return Backendtype(value);
            case "script":
                disk.Script = value;
                return Once("script");
            case "specification": return Specification(value);
            default: return Refuse($"unknown parameter `{name}'");
        }
    }

    private bool Positional(string word)
    {
        // A word fills the first of target, format, vdev, access that is still open.
        for (; positionals < 4; positionals++)
        {
            switch (positionals)
            {
                case 0 when !seen.Contains("target"):
                    positionals++;
                    return Target(word);
                case 1 when !seen.Contains("format"):
                    positionals++;
                    return word.Length == 0 || Format(word);
                case 2 when !seen.Contains("vdev"):
                    positionals++;
                    return word.Length == 0 || VirtualDevice(word);
                case 3 when !seen.Contains("access"):
                    positionals++;
                    return word.Length == 0 || Access(word);
            }
        }
        return Refuse("too many positional parameters");
    }

    private bool Target(string word)
    {
        if (!Once("target")) return false;
        foreach (var prefix in ScriptPrefixes)
        {
            if (!word.StartsWith(prefix, StringComparison.Ordinal)) continue;
            if (!Once("script")) return false;
            disk.Script = "block-" + prefix[..^1];
            disk.PdevPath = word[prefix.Length..];
            return true;
        }
        while (true)
        {
            if (word.StartsWith("raw:", StringComparison.Ordinal)) return OldForm("raw", word[4..]);
            if (word.StartsWith("qcow2:", StringComparison.Ordinal)) return OldForm("qcow2", word[6..]);
            if (word.StartsWith("qcow:", StringComparison.Ordinal)) return OldForm("qcow", word[5..]);
            if (word.StartsWith("vhd:", StringComparison.Ordinal)) return OldForm("vhd", word[4..]);
            var prefix = Array.Find(IgnoredPrefixes, candidate => word.StartsWith(candidate, StringComparison.Ordinal));
            if (prefix is null) break;
            word = word[prefix.Length..];
            oldForm = true;
        }
        disk.PdevPath = word;

        // The old form has no format word: target,vdev[:devtype],access.
        if (oldForm) positionals = 2;
        return true;
    }

    private bool OldForm(string format, string target)
    {
        if (!Format(format)) return false;
        oldForm = true;
        positionals = 2;
        disk.PdevPath = target;
        return true;
    }

    private bool Format(string value)
    {
        if (!Once("format")) return false;
        switch (value)
        {
            case "raw": disk.Format = DiskFormat.Raw; return true;
            case "qcow": disk.Format = DiskFormat.Qcow; return true;
            case "qcow2": disk.Format = DiskFormat.Qcow2; return true;
            case "vhd": disk.Format = DiskFormat.Vhd; return true;
            case "qed": disk.Format = DiskFormat.Qed; return true;
            case "empty": disk.Format = DiskFormat.Empty; return true;
            default: return Refuse($"unknown value `{value}' for format");
        }
    }

    private bool VirtualDevice(string value)
    {
        if (!Once("vdev")) return false;
        var colon = value.IndexOf(':');
        if (oldForm && colon >= 0)
        {
            if (!Devtype(value[(colon + 1)..])) return false;
            value = value[..colon];
        }
        disk.Vdev = value;
        return true;
    }

    private bool Access(string value)
    {
        if (!Once("access")) return false;
        accessGiven = true;
        switch (value)
        {
            case "rw" or "w": disk.ReadWrite = true; return true;
            case "ro" or "r": disk.ReadWrite = false; return true;
            default: return Refuse($"unknown value `{value}' for access");
        }
    }

    private bool Devtype(string value)
    {
        if (!Once("devtype")) return false;
        switch (value)
        {
            case "cdrom":
                disk.IsCdrom = true;
                disk.Removable = true;
                return true;
            case "disk":
                disk.IsCdrom = false;
                return true;
            default:
                return Refuse($"unknown value `{value}' for devtype");
        }
    }

    private bool Backendtype(string value)
    {
        if (!Once("backendtype")) return false;
        switch (value)
        {
            case "phy": disk.Backend = DiskBackend.Phy; return true;
            case "tap": disk.Backend = DiskBackend.Tap; return true;
            case "qdisk": disk.Backend = DiskBackend.Qdisk; return true;
            case "standalone": disk.Backend = DiskBackend.Standalone; return true;
            default: return Refuse($"unknown value `{value}' for backendtype");
        }
    }

    private bool Specification(string value)
    {
        if (!Once("specification")) return false;
        switch (value)
        {
            case "xen": disk.Specification = DiskSpecification.Xen; return true;
            case "virtio": disk.Specification = DiskSpecification.Virtio; return true;
            default: return Refuse($"unknown value `{value}' for specification");
        }
    }

    private bool Finish()
    {
        if (disk.Vdev.Length == 0) return Refuse("no vdev specified");
        if (disk.Format == DiskFormat.Unknown) disk.Format = DiskFormat.Raw;
        if (disk.IsCdrom)
        {
            if (accessGiven && disk.ReadWrite) return Refuse("a cdrom cannot be writable");
            disk.ReadWrite = false;
        }
        if (disk.PdevPath.Length == 0 && !disk.IsCdrom && disk.Format != DiskFormat.Empty) return Refuse("no target specified");
        if (disk.Format == DiskFormat.Empty && !disk.IsCdrom) return Refuse("an empty disk must be a cdrom");
        if (disk.PdevPath.Length > 0 && disk.Script is null && disk.PdevPath[0] != '/') disk.PdevPath = "/dev/" + disk.PdevPath;
        return true;
    }

    private bool Once(string name) => seen.Add(name) || Refuse($"{name} respecified");

    private bool Refuse(string why)
    {
        if (Error.Length == 0) Error = why;
        return false;
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && c != '-') return false;
        }
        return true;
    }
}
