using System.Text;
using System.Text.Json;

namespace Xen.Toolstack.Config;

/// <summary>The JSON form of a domain's configuration (libxl_domain_config_gen_json and _from_json). What has its default value is left out.</summary>
public static class DomainConfigJson
{
    public static string Write(DomainConfig config)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            WriteCreateInfo(json, config.CreateInfo);
            WriteBuildInfo(json, config.BuildInfo);
            if (config.Disks.Count > 0)
            {
                json.WriteStartArray("disks");
                foreach (var disk in config.Disks) WriteDisk(json, disk);
                json.WriteEndArray();
            }
            if (config.Nics.Count > 0)
            {
                json.WriteStartArray("nics");
                foreach (var nic in config.Nics) DeviceNicJson.Write(json, nic);
                json.WriteEndArray();
            }
            WriteAction(json, "on_poweroff", config.OnPoweroff);
            WriteAction(json, "on_reboot", config.OnReboot);
            WriteAction(json, "on_watchdog", config.OnWatchdog);
            WriteAction(json, "on_crash", config.OnCrash);
            WriteAction(json, "on_soft_reset", config.OnSoftReset);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The configuration in a text; null when it is no JSON or not of this shape.</summary>
    public static DomainConfig? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void WriteCreateInfo(Utf8JsonWriter json, DomainCreateInfo info)
    {
        json.WriteStartObject("c_info");
        json.WriteString("type", Name(info.Type.ToString()));
        json.WriteString("name", info.Name);
        json.WriteString("uuid", info.Uuid.ToString());
        if (info.PoolId != 0) json.WriteNumber("poolid", info.PoolId);
        if (info.DriverDomain) json.WriteBoolean("driver_domain", true);
        json.WriteEndObject();
    }

    private static void WriteBuildInfo(Utf8JsonWriter json, DomainBuildInfo info)
    {
        json.WriteStartObject("b_info");
        json.WriteNumber("max_vcpus", info.MaxVcpus);
        json.WriteNumber("avail_vcpus", info.OnlineVcpus);
        json.WriteNumber("max_memkb", info.MaxMemKb);
        json.WriteNumber("target_memkb", info.TargetMemKb);
        json.WriteNumber("video_memkb", info.VideoMemKb);
        json.WriteNumber("slack_memkb", info.SlackMemKb);
        json.WriteNumber("event_channels", info.EventChannels);
        json.WriteNumber("max_grant_frames", info.MaxGrantFrames);
        json.WriteNumber("max_maptrack_frames", info.MaxMaptrackFrames);
        if (info.CpuWeight >= 0) json.WriteNumber("weight", info.CpuWeight);
        if (info.CpuCap >= 0) json.WriteNumber("cap", info.CpuCap);
        WriteAffinity(json, "vcpu_hard_affinity", info.VcpuHardAffinity);
        WriteAffinity(json, "vcpu_soft_affinity", info.VcpuSoftAffinity);
        if (info.Kernel is not null) json.WriteString("kernel", info.Kernel);
        if (info.Ramdisk is not null) json.WriteString("ramdisk", info.Ramdisk);
        if (info.Cmdline.Length > 0) json.WriteString("cmdline", info.Cmdline);
        if (info.DisableMigrate) json.WriteBoolean("disable_migrate", true);
        json.WriteEndObject();
    }

    private static void WriteAffinity(Utf8JsonWriter json, string name, List<ulong> masks)
    {
        if (masks.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var mask in masks)
        {
            json.WriteStartArray();
            foreach (var cpu in CpuMap.Members(mask)) json.WriteNumberValue(cpu);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void ReadAffinity(JsonElement json, string name, List<ulong> masks)
    {
        if (!json.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array) return;
        foreach (var element in list.EnumerateArray())
        {
            masks.Add(CpuMap.Of(element.EnumerateArray().Select(cpu => cpu.GetInt32()).Where(cpu => cpu is >= 0 and < CpuMap.MaxCpus)));
        }
    }

    private static void WriteDisk(Utf8JsonWriter json, DeviceDisk disk)
    {
        json.WriteStartObject();
        if (disk.BackendDomid != 0) json.WriteNumber("backend_domid", disk.BackendDomid);
        if (disk.BackendDomname is not null) json.WriteString("backend_domname", disk.BackendDomname);
        json.WriteString("pdev_path", disk.PdevPath);
        json.WriteString("vdev", disk.Vdev);
        json.WriteString("backend", Name(disk.Backend.ToString()));
        json.WriteString("format", Name(disk.Format.ToString()));
        if (disk.Script is not null) json.WriteString("script", disk.Script);
        json.WriteNumber("removable", disk.Removable ? 1 : 0);
        json.WriteNumber("readwrite", disk.ReadWrite ? 1 : 0);
        json.WriteNumber("is_cdrom", disk.IsCdrom ? 1 : 0);
        if (disk.DirectIoSafe) json.WriteBoolean("direct_io_safe", true);
        if (disk.DiscardEnable is { } discard) json.WriteString("discard_enable", discard ? "True" : "False");
        json.WriteString("specification", Name(disk.Specification.ToString()));
        json.WriteEndObject();
    }

    private static void WriteAction(Utf8JsonWriter json, string name, ActionOnShutdown action) => json.WriteString(name, ShutdownActions.Name(action));

    private static DomainConfig? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return null;
        if (!root.TryGetProperty("c_info", out var create) || create.ValueKind != JsonValueKind.Object) return null;
        if (!root.TryGetProperty("b_info", out var build) || build.ValueKind != JsonValueKind.Object) return null;
        var config = new DomainConfig();
        if (!ReadCreateInfo(create, config.CreateInfo)) return null;
        ReadBuildInfo(build, config.BuildInfo);
        if (root.TryGetProperty("disks", out var disks))
        {
            foreach (var element in disks.EnumerateArray()) config.Disks.Add(ReadDisk(element));
        }
        if (root.TryGetProperty("nics", out var nics))
        {
            foreach (var element in nics.EnumerateArray()) config.Nics.Add(DeviceNicJson.Read(element));
        }
        config.OnPoweroff = Action(root, "on_poweroff", config.OnPoweroff);
        config.OnReboot = Action(root, "on_reboot", config.OnReboot);
        config.OnWatchdog = Action(root, "on_watchdog", config.OnWatchdog);
        config.OnCrash = Action(root, "on_crash", config.OnCrash);
        config.OnSoftReset = Action(root, "on_soft_reset", config.OnSoftReset);
        return config;
    }

    private static bool ReadCreateInfo(JsonElement json, DomainCreateInfo info)
    {
        info.Type = EnumOf(json, "type", DomainType.Invalid);
        info.Name = Text(json, "name") ?? "";
        info.PoolId = (int)Number(json, "poolid", 0);
        info.DriverDomain = json.TryGetProperty("driver_domain", out var driver) && driver.ValueKind == JsonValueKind.True;
        if (!Guid.TryParse(Text(json, "uuid"), out var uuid)) return false;
        info.Uuid = uuid;
        return true;
    }

    private static void ReadBuildInfo(JsonElement json, DomainBuildInfo info)
    {
        info.MaxVcpus = (int)Number(json, "max_vcpus", 0);
        info.OnlineVcpus = (int)Number(json, "avail_vcpus", 0);
        info.MaxMemKb = Number(json, "max_memkb", DomainBuildInfo.MemKbDefault);
        info.TargetMemKb = Number(json, "target_memkb", DomainBuildInfo.MemKbDefault);
        info.VideoMemKb = Number(json, "video_memkb", DomainBuildInfo.MemKbDefault);
        info.SlackMemKb = Number(json, "slack_memkb", DomainBuildInfo.MemKbDefault);
        info.EventChannels = (int)Number(json, "event_channels", 0);
        info.MaxGrantFrames = (int)Number(json, "max_grant_frames", -1);
        info.MaxMaptrackFrames = (int)Number(json, "max_maptrack_frames", -1);
        info.CpuWeight = (int)Number(json, "weight", -1);
        info.CpuCap = (int)Number(json, "cap", -1);
        ReadAffinity(json, "vcpu_hard_affinity", info.VcpuHardAffinity);
        ReadAffinity(json, "vcpu_soft_affinity", info.VcpuSoftAffinity);
        info.Kernel = Text(json, "kernel");
        info.Ramdisk = Text(json, "ramdisk");
        info.Cmdline = Text(json, "cmdline") ?? "";
        info.DisableMigrate = json.TryGetProperty("disable_migrate", out var migrate) && migrate.ValueKind == JsonValueKind.True;
    }

    private static DeviceDisk ReadDisk(JsonElement json)
    {
        var disk = new DeviceDisk
        {
            BackendDomid = (int)Number(json, "backend_domid", 0),
            BackendDomname = Text(json, "backend_domname"),
            PdevPath = Text(json, "pdev_path") ?? "",
            Vdev = Text(json, "vdev") ?? "",
            Backend = EnumOf(json, "backend", DiskBackend.Unknown),
            Format = EnumOf(json, "format", DiskFormat.Unknown),
            Script = Text(json, "script"),
            Removable = Number(json, "removable", 0) != 0,
            ReadWrite = Number(json, "readwrite", 0) != 0,
            IsCdrom = Number(json, "is_cdrom", 0) != 0,
            DirectIoSafe = json.TryGetProperty("direct_io_safe", out var safe) && safe.ValueKind == JsonValueKind.True,
            Specification = EnumOf(json, "specification", DiskSpecification.Unknown),
        };
        if (Text(json, "discard_enable") is { } discard) disk.DiscardEnable = discard == "True";
        return disk;
    }

    private static ActionOnShutdown Action(JsonElement json, string name, ActionOnShutdown fallback) =>
        Text(json, name) is { } text && ShutdownActions.TryParse(text, out var action) ? action : fallback;

    private static string Name(string enumName) => enumName.ToLowerInvariant();

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement json, string name, long fallback) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : fallback;

    private static T EnumOf<T>(JsonElement json, string name, T fallback)
        where T : struct, Enum =>
        Enum.TryParse<T>(Text(json, name), ignoreCase: true, out var value) ? value : fallback;
}
