using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>xl migrate-receive: the receiving side, started by the sender through a remote shell.</summary>
public sealed class XlMigrateReceive(XlProcess process, Dom0Services services) : XlCommand(process)
{
    private const string Side = "migration target";

    private Descriptor stream = null!;
    private DomainConfig config = null!;
    private string name = "";
    private int domid = -1;

    public void Run(List<string> arguments)
    {
        var daemonWanted = !arguments.Remove("-e");
        if (!Require(arguments, "migrate-receive", 0)) return;
        if (Process.Stream is not { } connection)
        {
            Fail("migrate-receive: standard input is a terminal");
            return;
        }
        stream = connection;
        MigrationProtocol.Send(Context, stream, MigrationProtocol.Banner, "banner", rc =>
        {
            if (rc != LibxlError.Ok) End();
            else SaveFileHeader.Read(Context, stream, "incoming migration stream", saved => HeaderRead(saved, daemonWanted));
        });
    }

    private void HeaderRead(DomainConfig? saved, bool daemonWanted)
    {
        if (saved is null)
        {
            End();
            return;
        }
        config = saved;
        name = config.CreateInfo.Name;
        config.CreateInfo.Name = name + MigrationProtocol.IncomingSuffix;
        var creation = new XlCreateDomain(Process, services, config) { Paused = true, DaemonWanted = daemonWanted, RestoreFrom = stream };
        creation.Start((rc, created) =>
        {
            if (rc != LibxlError.Ok)
            {
                Context.Log.Program($"{Side}: Domain creation failed (code {(int)rc}).");
                End();
                return;
            }
            domid = created;
            Context.Log.Info($"{Side}: Transfer complete, requesting permission to start domain.");
            MigrationProtocol.Send(Context, stream, MigrationProtocol.Ready, "ready message", ReadySent);
        });
    }

    private void ReadySent(LibxlError rc)
    {
        if (rc != LibxlError.Ok) DestroyOurCopy();
        else MigrationProtocol.Expect(Context, stream, MigrationProtocol.PermissionToGo, "GO message", Side, Permission);
    }

    private void Permission(LibxlError rc)
    {
        if (rc != LibxlError.Ok)
        {
            DestroyOurCopy();
            return;
        }
        Context.Log.Info($"{Side}: Got permission, starting domain.");
        rc = new LibxlDomain(Context).Rename(domid, name);
        if (rc == LibxlError.Ok) rc = new LibxlDomain(Context).Unpause(domid);
        SendReport(rc);
    }

    private void SendReport(LibxlError rc)
    {
        var status = (byte)-(int)rc;
        MigrationProtocol.Send(Context, stream, MigrationProtocol.Report, "success/failure report", _ =>
        {
            stream.Write(Process.Component, [status], _ =>
            {
                if (rc == LibxlError.Ok)
                {
                    Context.Log.Info($"{Side}: Domain started successsfully.");
                    Finish(rc);
                    return;
                }
                DestroyOurCopy();
            });
        });
    }

    private void DestroyOurCopy()
    {
        Context.Log.Program($"{Side}: Failure, destroying our copy.");
        new DomainDestruction(Context, domid, rc =>
        {
            if (rc != LibxlError.Ok) Context.Log.Program($"{Side}: Failed to destroy our copy (code {(int)rc}).");
            Context.Log.Program($"{Side}: Cleanup OK, granting sender permission to resume.");
            End();
        }).Start();
    }

    private void End()
    {
        stream.Close();
        Process.Exit(XlMain.ExitFailure);
    }
}
