using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>
/// xl migrate, the sending side: sends a running domain to `xl migrate-receive` on another host. Until the receiver has got the permission
/// to start the domain, every failure ends with the domain going on here.
/// </summary>
public sealed class XlMigrate(XlProcess process, Dom0Services services) : XlCommand(process)
{
    private const string Side = "migration sender";

    private int domid;
    private string name = "";
    private Descriptor stream = null!;
    private XlProcess receiver = null!;
    private DomainSave save = null!;

    public void Run(List<string> arguments)
    {
        var daemonWanted = !arguments.Remove("-e");
        if (!TakeOption(arguments, "-s", out _) || !Require(arguments, "migrate", 2) || !FindDomain(arguments[0], out domid)) return;
        if (Context.DomainInfo(domid) is null || domid == 0)
        {
            Context.Log.Error(domid, domid == 0 ? "Cannot migrate privileged domain 0" : "Non-existent domain");
            Process.Exit(XlMain.ExitFailure);
            return;
        }
        if (new LibxlUserdata(Context).Load(domid, out var config) != LibxlError.Ok)
        {
            Fail("unable to retrieve domain configuration");
            return;
        }
        name = config.CreateInfo.Name;
        if (!services.Peers.TryGetValue(arguments[1], out var peer) || peer.Host.Crashed)
        {
            Context.Log.Program($"ssh: Could not resolve hostname {arguments[1]}: Name or service not known");
            Context.Log.Error(null, "file/stream truncated reading banner from migration stream");
            Fail("migration child exited with error status 255");
            return;
        }
        Connect(peer, daemonWanted);
        MigrationProtocol.Expect(Context, stream, MigrationProtocol.Banner, "banner", Side, rc =>
        {
            if (rc == LibxlError.Ok) SendDomain(config);
            else FailedResume("unable to talk to the receiver");
        });
    }

    /// <summary>create_migration_child: the remote shell, with the receiver at its other end.</summary>
    private void Connect(Dom0Services peer, bool daemonWanted)
    {
        receiver = XlProcess.Start(peer, daemonWanted ? ["migrate-receive"] : ["migrate-receive", "-e"]);
        var (near, far) = Socket.Pair(Process.Component, receiver.Component);
        receiver.Stream = far;
        stream = near;
    }

    private void SendDomain(DomainConfig config)
    {
        Context.Log.Info($"Saving to migration stream {SaveFileHeader.Describe(config)}");
        stream.Write(Process.Component, SaveFileHeader.Compose(config), error =>
        {
            if (error != 0)
            {
                Context.Log.Error(domid, $"failed to write to migration stream: header: {Errno.Text(error)}");
                FailedResume("the receiver is gone");
                return;
            }
            save = new DomainSave(Context, domid, stream, live: true, Sent);
            save.Start();
        });
    }

    private void Sent(LibxlError rc)
    {
        if (save.Statistics is { } statistics)
        {
            Context.Log.Info($"{Side}: {statistics.Rounds} rounds, {statistics.PagesSent} pages, {statistics.LastRoundPages} of them while the domain stood still");
        }
        if (rc != LibxlError.Ok)
        {
            Context.Log.Program($"{Side}: libxl_domain_suspend failed (rc={(int)rc})");
            if (rc == LibxlError.GuestTimedOut) FailedSuspend();
            else FailedResume("the transfer failed");
            return;
        }
        MigrationProtocol.Expect(Context, stream, MigrationProtocol.Ready, "ready message", Side, TargetReady);
    }

    private void TargetReady(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            FailedResume("target did not acknowledge");
            return;
        }
        Context.Log.Info($"{Side}: Target has acknowledged transfer.");
        rc = new LibxlDomain(Context).Rename(domid, name + MigrationProtocol.MigratedAwaySuffix);
        if (rc != LibxlError.Ok)
        {
            FailedResume("cannot rename the domain");
            return;
        }
        Context.Log.Info($"{Side}: Giving target permission to start.");
        MigrationProtocol.Send(Context, stream, MigrationProtocol.PermissionToGo, "permission message", sent =>
        {
            // From here on nobody knows whose the domain is until the report has come.
            if (sent != LibxlError.Ok) FailedBadly();
            else MigrationProtocol.Expect(Context, stream, MigrationProtocol.Report, "success/failure report message", Side, ReportHeader);
        });
    }

    private void ReportHeader(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            FailedBadly();
            return;
        }
        stream.Read(Process.Component, 1, status =>
        {
            if (status.Length == 0)
            {
                Context.Log.Error(null, "file/stream truncated reading success/failure status from migration stream");
                FailedBadly();
                return;
            }
            Reported(status[0]);
        });
    }

    private void Reported(byte status)
    {
        if (status != 0)
        {
            Context.Log.Info($"{Side}: Target reports startup failure (status code {status}).");
            var rc = new LibxlDomain(Context).Rename(domid, name);
            if (rc != LibxlError.Ok) Context.Log.Program($"{Side}: cannot rename the domain back to {name}");
            Context.Log.Info($"{Side}: Trying to resume at our end.");
            Resume();
            Fail("Migration failed due to problems at target.");
            return;
        }
        Context.Log.Info($"{Side}: Target reports successful startup.");
        new DomainDestruction(Context, domid, rc =>
        {
            Context.Log.Info("Migration successful.");
            Finish(rc);
        }).Start();
    }

    private void FailedSuspend()
    {
        CloseStream();
        Fail("Migration failed, failed to suspend at sender.");
    }

    private void FailedResume(string why)
    {
        CloseStream();
        Context.Log.Info($"{Side}: {why}");
        Resume();
        Fail("Migration failed, resuming at sender.");
    }

    /// <summary>The domain goes on here, if it ever stopped.</summary>
    private void Resume()
    {
        if (save is not { GuestSuspended: true }) return;
        var rc = new DomainResume(Context).Resume(domid);
        if (rc != LibxlError.Ok) Context.Log.Program($"{Side}: cannot resume the domain (rc={(int)rc})");
    }

    private void FailedBadly()
    {
        CloseStream();
        Context.Log.Info("** Migration failed during final handshake **");
        Context.Log.Info("Domain state is now undefined !");
        Context.Log.Info("Please CHECK AND REPAIR the domain.");
        Fail("** Migration failed during final handshake **");
    }

    private void CloseStream() => stream.Close();
}
