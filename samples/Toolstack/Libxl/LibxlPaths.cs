using System.Globalization;

namespace Xen.Toolstack.Libxl;

/// <summary>Where things lie in the store.</summary>
public static class LibxlPaths
{
    public static string Vm(Guid uuid) => $"/vm/{uuid}";

    /// <summary>libxl__xs_libxl_path: the toolstack's own notes, out of reach of guests.</summary>
    public static string Libxl(int domid) => string.Create(CultureInfo.InvariantCulture, $"/libxl/{domid}");

    public static string Frontend(DeviceAddress device) =>
        string.Create(CultureInfo.InvariantCulture, $"/local/domain/{device.Domid}/device/{device.Kind}/{device.Devid}");

    public static string Backend(DeviceAddress device) =>
        string.Create(CultureInfo.InvariantCulture, $"/local/domain/{device.BackendDomid}/backend/{device.BackendKind}/{device.Domid}/{device.Devid}");

    public static string LibxlDevice(DeviceAddress device) =>
        string.Create(CultureInfo.InvariantCulture, $"/libxl/{device.Domid}/device/{device.Kind}/{device.Devid}");
}

/// <summary>libxl__device: which device of which domain, and who serves it.</summary>
public readonly record struct DeviceAddress(int Domid, string Kind, int Devid, int BackendDomid)
{
    public const string Vbd = "vbd";
    public const string Vif = "vif";
    public const string Console = "console";

    /// <summary>The back-end of a vbd that the device model serves.</summary>
    public const string Qdisk = "qdisk";

    /// <summary>The name of the back-end's kind, which is that of the frontend unless another program serves it.</summary>
    public string BackendKind { get; init; } = Kind;
}
