namespace Xen.Toolstack.Config;

public enum DomainType
{
    Invalid = -1,
    Hvm = 1,
    Pv = 2,
    Pvh = 3,
}

/// <summary>What xl does when a domain has shut down (libxl_action_on_shutdown).</summary>
public enum ActionOnShutdown
{
    Destroy = 1,
    Restart = 2,
    RenameRestart = 3,
    Preserve = 4,
    CoredumpDestroy = 5,
    CoredumpRestart = 6,
    SoftReset = 7,
}

public enum DiskFormat
{
    Unknown,
    Qcow,
    Qcow2,
    Vhd,
    Raw,
    Empty,
    Qed,
}

/// <summary>Who serves a disk: a block device through blkback, a user-space process, or a tap device.</summary>
public enum DiskBackend
{
    Unknown,
    Phy,
    Tap,
    Qdisk,
    Standalone,
}

public enum DiskSpecification
{
    Unknown,
    Xen,
    Virtio,
}

/// <summary>libxl_device_disk: a virtual disk as the configuration describes it.</summary>
public sealed class DeviceDisk
{
    public int BackendDomid { get; set; }
    public string? BackendDomname { get; set; }
    public string PdevPath { get; set; } = "";
    public string Vdev { get; set; } = "";
    public DiskBackend Backend { get; set; }
    public DiskFormat Format { get; set; }
    public string? Script { get; set; }
    public bool Removable { get; set; }
    public bool ReadWrite { get; set; } = true;
    public bool IsCdrom { get; set; }
    public bool DirectIoSafe { get; set; }

    /// <summary>Whether guests may discard; null leaves it to the default.</summary>
    public bool? DiscardEnable { get; set; }

    public DiskSpecification Specification { get; set; }

    public DeviceDisk Clone() => (DeviceDisk)MemberwiseClone();
}

/// <summary>libxl_domain_create_info: what a domain is before it has memory.</summary>
public sealed class DomainCreateInfo
{
    public DomainType Type { get; set; } = DomainType.Invalid;
    public string Name { get; set; } = "";
    public Guid Uuid { get; set; }
    public int PoolId { get; set; }
    public bool DriverDomain { get; set; }
}

/// <summary>libxl_domain_build_info: memory, virtual CPUs, kernel.</summary>
public sealed class DomainBuildInfo
{
    /// <summary>Stands for "not configured" in the sizes below.</summary>
    public const long MemKbDefault = -1;

    public int MaxVcpus { get; set; }
    public int OnlineVcpus { get; set; }
    public long MaxMemKb { get; set; } = MemKbDefault;
    public long TargetMemKb { get; set; } = MemKbDefault;
    public long VideoMemKb { get; set; } = MemKbDefault;
    public long SlackMemKb { get; set; } = MemKbDefault;
    public int EventChannels { get; set; }
    public int MaxGrantFrames { get; set; } = -1;
    public int MaxMaptrackFrames { get; set; } = -1;
    public int CpuWeight { get; set; } = -1;
    public int CpuCap { get; set; } = -1;
    public string? Kernel { get; set; }
    public string? Ramdisk { get; set; }
    public string Cmdline { get; set; } = "";
    public bool DisableMigrate { get; set; }

    /// <summary>The physical CPUs of each virtual CPU, one bit each; virtual CPUs that the list does not reach may run anywhere.</summary>
    public List<ulong> VcpuHardAffinity { get; } = [];

    public List<ulong> VcpuSoftAffinity { get; } = [];
}

/// <summary>libxl_domain_config: everything that is known about a domain; stored as JSON beside the domain.</summary>
public sealed class DomainConfig
{
    public DomainCreateInfo CreateInfo { get; set; } = new();
    public DomainBuildInfo BuildInfo { get; set; } = new();
    public List<DeviceDisk> Disks { get; } = [];
    public List<DeviceNic> Nics { get; } = [];
    public ActionOnShutdown OnPoweroff { get; set; } = ActionOnShutdown.Destroy;
    public ActionOnShutdown OnReboot { get; set; } = ActionOnShutdown.Restart;
    public ActionOnShutdown OnWatchdog { get; set; } = ActionOnShutdown.Destroy;
    public ActionOnShutdown OnCrash { get; set; } = ActionOnShutdown.Destroy;
    public ActionOnShutdown OnSoftReset { get; set; } = ActionOnShutdown.SoftReset;
}
