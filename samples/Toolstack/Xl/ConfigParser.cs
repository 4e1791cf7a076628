using Xen.Hypervisor;
using Xen.Toolstack.Config;

namespace Xen.Toolstack.Xl;

/// <summary>parse_config_data: what a configuration file says, as the library's domain configuration.</summary>
public sealed class ConfigParser(XluConfig source, int nrCpus = CpuMap.MaxCpus)
{
    private const long KbPerMb = 1024;
    private const long MaxMemoryMb = long.MaxValue / KbPerMb;

    private readonly DomainConfig config = new();

    /// <summary>Why the configuration was refused; empty when it was accepted.</summary>
    public string Error { get; private set; } = "";

    public DomainConfig? Parse()
    {
        if (!ParseCreateInfo()) return null;
        if (!ParseMemory()) return null;
        if (!ParseVcpus()) return null;
        if (!ParseScheduling()) return null;
        if (!ParseKernel()) return null;
        if (!ParseLimits()) return null;
        if (!ParseActions()) return null;
        if (!ParseDisks()) return null;
        if (!ParseNics()) return null;
        return config;
    }

    private bool ParseCreateInfo()
    {
        var info = config.CreateInfo;
        info.Type = DomainType.Pv;
        if (source.GetString("type", out var type) == 0)
        {
            switch (type)
            {
                case "pv": info.Type = DomainType.Pv; break;
                case "pvh": info.Type = DomainType.Pvh; break;
                case "hvm": info.Type = DomainType.Hvm; break;
                default: return Refuse($"Invalid domain type {type}.");
            }
        }
        if (source.GetString("name", out var name) != 0) return Refuse("Domain name must be specified.");
        info.Name = name;
        if (source.GetString("uuid", out var text) == 0)
        {
            if (!Guid.TryParse(text, out var uuid)) return Refuse($"Failed to parse UUID: {text}");
            info.Uuid = uuid;
        }
        if (source.GetString("pool", out var pool, dontWarn: true) == 0 && pool is not ("Pool-0" or "0")) return Refuse($"Illegal pool specified {pool}");
        if (source.GetLong("driver_domain", out var driver) == 0) info.DriverDomain = driver != 0;
        return true;
    }

    private bool ParseMemory()
    {
        var build = config.BuildInfo;
        if (source.GetLong("memory", out var memory) == 0)
        {
            if (memory <= 0 || memory > MaxMemoryMb) return Refuse($"memory {memory} is out of range");
            build.MaxMemKb = memory * KbPerMb;
            build.TargetMemKb = build.MaxMemKb;
        }
        if (source.GetLong("maxmem", out var maximum) == 0)
        {
            if (maximum > MaxMemoryMb) return Refuse($"maxmem {maximum} is out of range");
            build.MaxMemKb = maximum * KbPerMb;
            if (build.TargetMemKb > build.MaxMemKb) return Refuse("maxmem must not be below memory");
        }
        return true;
    }

    private bool ParseVcpus()
    {
        var build = config.BuildInfo;
        if (source.GetLong("vcpus", out var vcpus) == 0)
        {
            if (vcpus is < 1 or > 128) return Refuse($"vcpus {vcpus} is out of range");
            build.MaxVcpus = (int)vcpus;
            build.OnlineVcpus = (int)vcpus;
        }
        if (source.GetLong("maxvcpus", out var maximum) == 0)
        {
            if (maximum is < 1 or > 128) return Refuse($"maxvcpus {maximum} is out of range");
            build.MaxVcpus = (int)maximum;
            if (build.OnlineVcpus > build.MaxVcpus) return Refuse("maxvcpus must not be below vcpus");
        }
        return true;
    }

    /// <summary>cpus and cpus_soft: one set for all virtual CPUs, or a list with one for each.</summary>
    private bool ParseAffinity(string key, List<ulong> masks)
    {
        if (source.GetList(key, out var list, dontWarn: true) == 0)
        {
            foreach (var value in list)
            {
                if (value is not XluAtom atom || !CpuMap.TryParse(atom.Text, nrCpus, out var mask)) return Refuse($"Unable to parse {key} list");
                masks.Add(mask);
            }
            return true;
        }
        if (source.GetString(key, out var text, dontWarn: true) != 0) return true;
        if (!CpuMap.TryParse(text, nrCpus, out var all)) return Refuse($"failed to parse cpu range {text}");
        for (var i = 0; i < Math.Max(config.BuildInfo.MaxVcpus, 1); i++) masks.Add(all);
        return true;
    }

    private bool ParseScheduling()
    {
        if (!ParseAffinity("cpus", config.BuildInfo.VcpuHardAffinity)) return false;
        if (!ParseAffinity("cpus_soft", config.BuildInfo.VcpuSoftAffinity)) return false;
        if (source.GetLong("cpu_weight", out var weight) == 0)
        {
            if (weight is < 1 or > 65535) return Refuse($"cpu_weight {weight} is out of range");
            config.BuildInfo.CpuWeight = (int)weight;
        }
        if (source.GetLong("cap", out var cap) == 0)
        {
            if (cap < 0) return Refuse($"cap {cap} is out of range");
            config.BuildInfo.CpuCap = (int)cap;
        }
        return true;
    }

    private bool ParseKernel()
    {
        var build = config.BuildInfo;
        if (source.GetString("kernel", out var kernel) == 0) build.Kernel = kernel;
        if (source.GetString("ramdisk", out var ramdisk) == 0) build.Ramdisk = ramdisk;
        if (source.GetString("cmdline", out var cmdline) == 0)
        {
            build.Cmdline = cmdline;
            return true;
        }
        var hasRoot = source.GetString("root", out var root) == 0;
        var hasExtra = source.GetString("extra", out var extra) == 0;
        if (hasRoot && hasExtra) build.Cmdline = $"root={root} {extra}";
        else if (hasRoot) build.Cmdline = $"root={root}";
        else if (hasExtra) build.Cmdline = extra;
        return true;
    }

    private bool ParseLimits()
    {
        var build = config.BuildInfo;
        if (source.GetLong("max_event_channels", out var channels) == 0)
        {
            if (channels is < 1 or > 131071) return Refuse($"max_event_channels {channels} is out of range");
            build.EventChannels = (int)channels;
        }
        if (source.GetLong("max_grant_frames", out var grants) == 0)
        {
            if (grants is < 1 or > 65535) return Refuse($"max_grant_frames {grants} is out of range");
            build.MaxGrantFrames = (int)grants;
        }
        if (source.GetLong("max_maptrack_frames", out var maptrack) == 0)
        {
            if (maptrack is < 0 or > 65535) return Refuse($"max_maptrack_frames {maptrack} is out of range");
            build.MaxMaptrackFrames = (int)maptrack;
        }
        if (source.GetLong("nomigrate", out var nomigrate) == 0) build.DisableMigrate = nomigrate != 0;
        return true;
    }

    private bool ParseActions()
    {
        if (!ParseAction("on_poweroff", config.OnPoweroff, out var action)) return false;
        config.OnPoweroff = action;
        if (!ParseAction("on_reboot", config.OnReboot, out action)) return false;
        config.OnReboot = action;
        if (!ParseAction("on_watchdog", config.OnWatchdog, out action)) return false;
        config.OnWatchdog = action;
        if (!ParseAction("on_crash", config.OnCrash, out action)) return false;
        config.OnCrash = action;
        if (!ParseAction("on_soft_reset", config.OnSoftReset, out action)) return false;
        config.OnSoftReset = action;
        return true;
    }

    private bool ParseAction(string key, ActionOnShutdown fallback, out ActionOnShutdown action)
    {
        action = fallback;
        if (source.GetString(key, out var text) != 0) return true;
        if (ShutdownActions.TryParse(text, out action)) return true;
        return Refuse($"Unknown {key} action \"{text}\" specified");
    }

    private bool ParseDisks()
    {
        var error = source.GetStrings("disk", out var specifications);
        if (error == Errno.EINVAL) return Refuse("disk must be a list");
        foreach (var specification in specifications)
        {
            if (XluDisk.Parse(specification, out var problem) is not { } disk) return Refuse($"config parsing error in disk specification: {problem} in `{specification}'");
            config.Disks.Add(disk);
        }
        return true;
    }

    private bool ParseNics()
    {
        if (source.GetStrings("vfb", out var framebuffers) == 0 && framebuffers.Count > 0) return Refuse("vfb is not supported: the device model of this host has no framebuffer");
        var error = source.GetStrings("vif", out var specifications);
        if (error == Errno.EINVAL) return Refuse("vif must be a list");
        foreach (var specification in specifications)
        {
            if (XluVif.Parse(specification, out var problem) is not { } nic) return Refuse(problem);
            config.Nics.Add(nic);
        }
        return true;
    }

    private bool Refuse(string why)
    {
        Error = why;
        return false;
    }
}
