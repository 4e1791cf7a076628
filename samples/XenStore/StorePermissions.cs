using System.Globalization;

namespace Xen.XenStore;

/// <summary>What a domain may do with a node.</summary>
[Flags]
public enum XsAccess
{
    None = 0,
    Read = 1,
    Write = 2,
    Both = Read | Write,
}

/// <summary>One entry of a permission list, such as <c>r5</c>: domain 5 may read.</summary>
public readonly record struct PermissionEntry(XsAccess Access, int Domid)
{
    public override string ToString()
    {
        var letter = Access switch { XsAccess.None => 'n', XsAccess.Read => 'r', XsAccess.Write => 'w', _ => 'b' };
        return letter + Domid.ToString(CultureInfo.InvariantCulture);
    }

    public static bool TryParse(string text, out PermissionEntry entry)
    {
        entry = default;
        if (text.Length < 2) return false;
        XsAccess access;
        switch (text[0])
        {
            case 'n': access = XsAccess.None; break;
            case 'r': access = XsAccess.Read; break;
            case 'w': access = XsAccess.Write; break;
            case 'b': access = XsAccess.Both; break;
            default: return false;
        }
        if (!ushort.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var domid)) return false;
        entry = new PermissionEntry(access, domid);
        return true;
    }
}

/// <summary>
/// The permission list of a node. The first entry names the owner, who may do everything, and what everybody else may do who is not
/// named by a later entry.
/// </summary>
public sealed class StorePermissions
{
    private readonly PermissionEntry[] entries;

    public StorePermissions(params ReadOnlySpan<PermissionEntry> entries)
    {
        if (entries.IsEmpty) throw new ArgumentException("a permission list has at least the owner's entry", nameof(entries));
        this.entries = entries.ToArray();
    }

    public IReadOnlyList<PermissionEntry> Entries => entries;

    public int Owner => entries[0].Domid;

    /// <summary>The rights of an unprivileged domain.</summary>
    public XsAccess Of(int domid)
    {
        if (domid == Owner) return XsAccess.Both;
        for (var i = 1; i < entries.Length; i++)
        {
            if (entries[i].Domid == domid) return entries[i].Access;
        }
        return entries[0].Access;
    }

    public StorePermissions WithOwner(int domid)
    {
        var changed = (PermissionEntry[])entries.Clone();
        changed[0] = changed[0] with { Domid = domid };
        return new StorePermissions(changed);
    }

    /// <summary>The list of entries such as <c>n0</c> and <c>r5</c>; null when one of them is not well formed or there is none.</summary>
    public static StorePermissions? Parse(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) return null;
        var entries = new PermissionEntry[texts.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            if (!PermissionEntry.TryParse(texts[i], out entries[i])) return null;
        }
        return new StorePermissions(entries);
    }

    public override string ToString() => string.Join(',', entries);
}
