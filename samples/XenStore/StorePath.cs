using System.Buffers;

namespace Xen.XenStore;

/// <summary>The rules for names in the store.</summary>
public static class StorePath
{
    /// <summary>XENSTORE_ABS_PATH_MAX: the limit leaves a leading /local/domain/N/ out of the count.</summary>
    public const int MaxLength = 2048;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("-/_@0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public const string IntroduceDomain = "@introduceDomain";
    public const string ReleaseDomain = "@releaseDomain";

    public static bool IsSpecial(string path) => path.StartsWith('@');

    public static string DomainHome(int domid) => $"/local/domain/{domid}";

    /// <summary>The absolute form of a path as a connection means it, or null when it is not a valid path.</summary>
    public static string? Canonicalize(string path, int domid, int maxLength = MaxLength)
    {
        if (path.Length == 0) return null;
        var relative = path[0] != '/';
        if (!HasValidForm(path)) return null;
        if (IsSpecial(path)) return path;
        var absolute = relative ? DomainHome(domid) + "/" + path : path;
        return CountedLength(absolute) > maxLength ? null : absolute;
    }

    public static string Parent(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    public static string Child(string parent, string name) => parent == "/" ? "/" + name : parent + "/" + name;

    /// <summary>Is <paramref name="path"/> the same as <paramref name="ancestor"/> or below it? Names that only share a prefix are not.</summary>
    public static bool IsSameOrBelow(string path, string ancestor)
    {
        if (ancestor == "/") return path.StartsWith('/');
        if (!path.StartsWith(ancestor, StringComparison.Ordinal)) return false;
        return path.Length == ancestor.Length || path[ancestor.Length] == '/';
    }

    private static bool HasValidForm(string path) =>
        path == "/" || (path[^1] != '/' && !path.AsSpan().ContainsAnyExcept(Allowed) && !path.Contains("//", StringComparison.Ordinal));

    private static int CountedLength(string path)
    {
        const string homes = "/local/domain/";
        if (!path.StartsWith(homes, StringComparison.Ordinal)) return path.Length;
        var end = path.IndexOf('/', homes.Length);
        if (end < 0) return path.Length;
        foreach (var c in path.AsSpan(homes.Length, end - homes.Length))
        {
            if (!char.IsAsciiDigit(c)) return path.Length;
        }
        return path.Length - end - 1;
    }
}
