using Xen.Hypervisor;

namespace Xen.XenStore;

/// <summary>The daemon's access log, which an administrator switches on with CONTROL: one line for each request and reply.</summary>
public sealed class StoreLog(Dom0Files files)
{
    public const string DefaultPath = "/var/log/xen/xenstored-trace.log";

    /// <summary>When the file is longer than this, its older half goes.</summary>
    private const int MaxLength = 256 * 1024;

    private const int MaxPayload = 60;

    public bool On { get; set; }

    public string Path { get; set; } = DefaultPath;

    public void Write(long now, string direction, StoreConnection connection, XsMessage message)
    {
        var text = XsPayload.Text(message.Payload).Replace('\0', ' ');
        if (text.Length > MaxPayload) text = text[..MaxPayload] + "...";
        Write($"{now} {direction} d{connection.Domid} {message.Type} tx{message.TransactionId} {text}");
    }

    public void Write(string line)
    {
        var before = files.ReadText(Path) ?? "";
        if (before.Length > MaxLength) before = before[(before.IndexOf('\n', before.Length / 2) + 1)..];
        files.WriteText(Path, before + line + "\n");
    }
}
