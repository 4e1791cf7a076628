using Xen.Toolstack.Config;

namespace Xen.Toolstack.Libxl;

/// <summary>libxl__domain_config_setdefault: fills in what a configuration leaves open and refuses what cannot work.</summary>
public sealed class ConfigDefaults(LibxlContext context)
{
    /// <summary>The memory of a domain whose configuration does not say.</summary>
    private const long DefaultMemKb = 32 * 1024;

    private const int DefaultEventChannels = 1023;
    private const int DefaultMaxGrantFrames = 64;
    private const int DefaultMaxMaptrackFrames = 1024;
    private const int MaxNameLength = 255;

    public LibxlError SetDefault(DomainConfig config)
    {
        var rc = CreateInfo(config.CreateInfo);
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(null, "Unable to set domain create info defaults");
            return rc;
        }
        rc = BuildInfo(config.BuildInfo);
        if (rc != LibxlError.Ok)
        {
            context.Log.Error(null, "Unable to set domain build info defaults");
            return rc;
        }
        return LibxlError.Ok;
    }

    /// <summary>libxl__domain_create_info_setdefault.</summary>
    private LibxlError CreateInfo(DomainCreateInfo info)
    {
        if (info.Type == DomainType.Invalid)
        {
            context.Log.Error(null, "domain type unspecified");
            return LibxlError.Invalid;
        }
        if (info.Type != DomainType.Pv)
        {
            context.Log.Error(null, $"domain type {info.Type.ToString().ToLowerInvariant()} is not supported on this host");
            return LibxlError.NotImplemented;
        }
        if (info.Name.Length == 0 || info.Name.Length > MaxNameLength)
        {
            context.Log.Error(null, "invalid domain name");
            return LibxlError.Invalid;
        }
        if (info.PoolId != 0)
        {
            context.Log.Error(null, $"cpupool {info.PoolId} does not exist");
            return LibxlError.Invalid;
        }
        if (info.Uuid == Guid.Empty) info.Uuid = context.Simulation.Stream("uuid").NextUuid();
        return LibxlError.Ok;
    }

    /// <summary>libxl__domain_build_info_setdefault.</summary>
    private LibxlError BuildInfo(DomainBuildInfo info)
    {
        if (info.MaxVcpus == 0) info.MaxVcpus = 1;
        if (info.OnlineVcpus == 0) info.OnlineVcpus = info.MaxVcpus;
        if (info.OnlineVcpus > info.MaxVcpus)
        {
            context.Log.Error(null, $"more vcpus online ({info.OnlineVcpus}) than there can be ({info.MaxVcpus})");
            return LibxlError.Invalid;
        }

        if (info.MaxMemKb == DomainBuildInfo.MemKbDefault) info.MaxMemKb = DefaultMemKb;
        if (info.TargetMemKb == DomainBuildInfo.MemKbDefault) info.TargetMemKb = info.MaxMemKb;
        if (info.VideoMemKb == DomainBuildInfo.MemKbDefault) info.VideoMemKb = 0;
        if (info.SlackMemKb == DomainBuildInfo.MemKbDefault) info.SlackMemKb = 0;
        if (info.TargetMemKb > info.MaxMemKb)
        {
            context.Log.Error(null, "target memory must not be above the maximum");
            return LibxlError.Invalid;
        }
        if (info.TargetMemKb - info.VideoMemKb <= 0)
        {
            context.Log.Error(null, "a domain needs memory");
            return LibxlError.Invalid;
        }

        if (info.EventChannels == 0) info.EventChannels = DefaultEventChannels;
        if (info.MaxGrantFrames < 0) info.MaxGrantFrames = DefaultMaxGrantFrames;
        if (info.MaxMaptrackFrames < 0) info.MaxMaptrackFrames = DefaultMaxMaptrackFrames;

        if (string.IsNullOrEmpty(info.Kernel))
        {
            context.Log.Error(null, "no kernel and no bootloader specified");
            return LibxlError.Invalid;
        }
        return LibxlError.Ok;
    }
}
