using System.Text;
using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>
/// create_domain: what create, restore and migrate-receive have in common. Takes xl's lock, sees to free memory, creates the domain, unpauses it
/// and leaves a daemon behind.
/// </summary>
public sealed class XlCreateDomain(XlProcess process, Dom0Services services, DomainConfig config)
{
    /// <summary>One create at a time: they all measure the free memory first.</summary>
    public const string LockPath = "/var/lock/xl";

    private const long LockRetryMs = 100;
    private const int LockRetries = 600;
    private const long KbPerPage = 4;

    /// <summary>What a domain needs beside its own memory.</summary>
    private const long OverheadKb = 2048;

    private readonly LibxlContext context = process.Context;
    private Action<LibxlError, int>? done;
    private int lockAttempts;

    public bool Paused { get; init; }

    public bool DaemonWanted { get; init; } = true;

    /// <summary>The stream with the domain's memory, when it is restored.</summary>
    public Descriptor? RestoreFrom { get; init; }

    /// <summary>Creates; the result and the new domain's id go to the callback.</summary>
    public void Start(Action<LibxlError, int> created)
    {
        done = created;
        Begin();
    }

    private void Begin()
    {
        if (!context.Files.TryCreate(LockPath, Encoding.UTF8.GetBytes(process.Component.Name)))
        {
            lockAttempts++;
            if (lockAttempts > LockRetries)
            {
                context.Log.Program("unable to acquire the lock of xl");
                done!(LibxlError.LockFail, -1);
                return;
            }
            context.Events.RegisterTime(LockRetryMs, "xl lock", Begin);
            return;
        }

        if (!FreeMemory(config.BuildInfo))
        {
            ReleaseLock();
            context.Log.Program("failed to free memory for the domain");
            done!(LibxlError.Fail, -1);
            return;
        }
        new DomainCreation(context, config, Created, RestoreFrom).Start();
    }

    /// <summary>freemem: is there room for the domain? Dom0 keeps what it has.</summary>
    private bool FreeMemory(DomainBuildInfo info)
    {
        var needed = info.MaxMemKb == DomainBuildInfo.MemKbDefault ? OverheadKb : info.MaxMemKb + OverheadKb;
        if (context.Host.Sysctl.PhysInfo(context.Self, out var physical) != 0 || physical is null) return false;
        return (physical.FreePages - physical.OutstandingPages) * KbPerPage >= needed;
    }

    private void Created(LibxlError rc, int domid)
    {
        ReleaseLock();
        if (rc == LibxlError.Ok && !Paused) rc = new LibxlDomain(context).Unpause(domid);
        if (rc == LibxlError.Ok && DaemonWanted) XlDaemon.Fork(services, domid, config.CreateInfo.Name);
        done!(rc, domid);
    }

    private void ReleaseLock() => context.Files.Delete(LockPath);
}
