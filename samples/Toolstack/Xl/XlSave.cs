using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>xl save: writes a domain into a file. Then the domain is destroyed, or goes on (-c), or stays paused (-p).</summary>
public sealed class XlSave(XlProcess process) : XlCommand(process)
{
    private bool checkpoint;
    private bool leavePaused;

    public void Run(List<string> arguments)
    {
        checkpoint = arguments.Remove("-c");
        leavePaused = arguments.Remove("-p");
        if (!Require(arguments, "save", 2, 3) || !FindDomain(arguments[0], out var domid)) return;
        if (Context.DomainInfo(domid) is null)
        {
            Context.Log.Error(domid, "Non-existent domain");
            Process.Exit(XlMain.ExitFailure);
            return;
        }
        if (domid == 0)
        {
            Fail("Cannot save privileged domain 0.");
            return;
        }
        var rc = new LibxlUserdata(Context).Load(domid, out var config);
        if (rc != LibxlError.Ok)
        {
            Fail("unable to retrieve domain configuration");
            return;
        }
        if (Context.Files.CapacityBytes != long.MaxValue && Context.Files.UsedBytes >= Context.Files.CapacityBytes)
        {
            Fail($"Failed to open temp file {arguments[1]} for writing: {Errno.Text(Errno.ENOSPC)}");
            return;
        }
        Save(domid, config, arguments[1]);
    }

    private void Save(int domid, DomainConfig config, string path)
    {
        var file = RegularFile.Create(Process.Component, Context.Files, path);
        Context.Log.Info($"Saving to {path} {SaveFileHeader.Describe(config)}");
        file.Write(Process.Component, SaveFileHeader.Compose(config), error =>
        {
            if (error != 0)
            {
                Context.Log.Error(domid, $"failed to write to {path}: header: {Errno.Text(error)}");
                file.Close();
                Fail("Failed to save domain, resuming domain");
                return;
            }
            DomainSave? save = null;
            save = new DomainSave(Context, domid, file, live: false, rc => Saved(domid, file, save!, rc));
            save.Start();
        });
    }

    private void Saved(int domid, RegularFile file, DomainSave save, LibxlError rc)
    {
        file.Close();
        if (rc != LibxlError.Ok)
        {
            Context.Log.Program("Failed to save domain, resuming domain");
            if (save.GuestSuspended) new DomainResume(Context).Resume(domid);
            Process.Exit(XlMain.ExitFailure);
            return;
        }
        if (checkpoint || leavePaused)
        {
            var domain = new LibxlDomain(Context);
            if (leavePaused) rc = domain.Pause(domid);
            if (rc == LibxlError.Ok) rc = new DomainResume(Context).Resume(domid);
            Finish(rc);
            return;
        }
        new DomainDestruction(Context, domid, Finish).Start();
    }
}
