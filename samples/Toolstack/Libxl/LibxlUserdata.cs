using System.Globalization;
using System.Text;
using Xen.Toolstack.Config;

namespace Xen.Toolstack.Libxl;

/// <summary>The files that the library keeps beside a domain (libxl_userdata): its configuration as JSON, guarded by a lock file.</summary>
public sealed class LibxlUserdata(LibxlContext context)
{
    public const string Directory = "/var/lib/xen";
    private const string ConfigName = "libxl-json";
    private const string LockName = "domain-userdata-lock";

    /// <summary>libxl__userdata_path; null when the domain does not exist or has no UUID.</summary>
    public string? ConfigPath(int domid) => PathOf(domid, ConfigName, "d");

    /// <summary>
    /// libxl__lock_domain_userdata. The one who holds the lock lets go before anybody else runs, so a lock that is found taken is
    /// left over from a process that died, and waiting for it would never end.
    /// </summary>
    public LibxlError Lock(int domid)
    {
        var path = PathOf(domid, LockName, "l");
        if (path is null) return LibxlError.LockFail;
        if (!context.Files.TryCreate(path, Encoding.UTF8.GetBytes(context.Process.Name)))
        {
            context.Log.Error(domid, $"cannot lock userdata: held by {context.Files.ReadText(path)}");
            return LibxlError.LockFail;
        }
        return LibxlError.Ok;
    }

    /// <summary>libxl__unlock_domain_userdata.</summary>
    public void Unlock(int domid)
    {
        var path = PathOf(domid, LockName, "l");
        if (path is not null) context.Files.Delete(path);
    }

    /// <summary>libxl__get_domain_configuration.</summary>
    public LibxlError Load(int domid, out DomainConfig config)
    {
        config = new DomainConfig();
        var path = ConfigPath(domid);
        if (path is null) return LibxlError.Fail;
        var text = context.Files.ReadText(path);
        if (string.IsNullOrEmpty(text))
        {
            context.Log.Error(domid, "configuration data stored in libxl is empty");
            return LibxlError.JsonConfigEmpty;
        }
        if (DomainConfigJson.Read(text) is not { } read)
        {
            context.Log.Error(domid, "failed to parse the stored configuration");
            return LibxlError.Fail;
        }
        config = read;
        return LibxlError.Ok;
    }

    /// <summary>libxl__set_domain_configuration: the old file stays whole until the new one is.</summary>
    public LibxlError Store(int domid, DomainConfig config)
    {
        var path = ConfigPath(domid);
        if (path is null) return LibxlError.Fail;
        var bytes = Encoding.UTF8.GetBytes(DomainConfigJson.Write(config));
        var temporary = PathOf(domid, ConfigName, "n")!;
        if (!context.Files.TryWrite(temporary, bytes))
        {
            context.Log.Error(domid, $"cannot write {temporary}: No space left on device");
            return LibxlError.Fail;
        }
        context.Files.Write(path, bytes);
        context.Files.Delete(temporary);
        return LibxlError.Ok;
    }

    /// <summary>libxl__userdata_destroyall: everything of this domain, the lock excepted, which the caller holds.</summary>
    public void DestroyAll(int domid)
    {
        if (UuidOf(domid) is not { } uuid) return;
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{Directory}/userdata-d.{domid}.{uuid}.");
        foreach (var path in context.Files.Below(Directory))
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal)) context.Files.Delete(path);
        }
    }

    private string? PathOf(int domid, string name, string kind)
    {
        if (UuidOf(domid) is not { } uuid) return null;
        return string.Create(CultureInfo.InvariantCulture, $"{Directory}/userdata-{kind}.{domid}.{uuid}.{name}");
    }

    private Guid? UuidOf(int domid) => context.DomainInfo(domid)?.Handle;
}
