using Xen.Hypervisor;
using Xen.Toolstack.Libxc;

namespace Xen.Toolstack.Libxl;

/// <summary>
/// libxl-save-helper: saving and restoring memory runs in a process of its own, which the library starts, talks to by messages and waits for.
/// </summary>
public sealed class SaveProcess
{
    private const string Name = "libxl-save-helper";

    private readonly LibxlContext context;
    private readonly int domid;
    private readonly AsyncOperation operation;
    private readonly Component child;
    private bool reaped;

    public SaveProcess(LibxlContext context, int domid, Action<LibxlError> done)
    {
        this.context = context;
        this.domid = domid;
        operation = new AsyncOperation(Name, done);
        child = context.Host.CreateProcess(Name);
        child.Died += _ => context.Events.Continue("save helper died", () => Reap(-1));

        // The helper does not outlive the process that started it.
        context.Process.Ended += _ => child.Kill("SIGKILL");
    }

    /// <summary>libxl__xc_domain_save. The suspend callback runs in the library's process and answers whether the guest stands still.</summary>
    public void Save(Descriptor stream, bool live, Action<Action<bool>> suspend, Action<SaveStatistics> statistics)
    {
        XcDomainSave? save = null;
        save = new XcDomainSave(context.Host, child, stream, domid, live,
            answer => context.Events.Continue("helper: suspend", () => suspend(ok => context.Simulation.Post(child, "helper: suspended", () => answer(ok)))),
            Report, result =>
            {
                context.Events.Continue("helper: statistics", () => statistics(save!.Statistics));
                Exit(result);
            });
        context.Simulation.Post(child, "main", save.Start);
    }

    /// <summary>libxl__xc_domain_restore.</summary>
    public void Restore(Descriptor stream, RestoreTarget target) =>
        context.Simulation.Post(child, "main", new XcDomainRestore(context.Host, child, stream, target, Report, Exit).Start);

    private void Report(string text) => context.Events.Continue("helper: log", () => context.Log.Xc(text));

    private void Exit(int result)
    {
        child.Exit();
        context.Events.Continue("save helper exited", () => Reap(result));
    }

    private void Reap(int result)
    {
        if (reaped) return;
        reaped = true;
        if (result == 0)
        {
            operation.Complete(LibxlError.Ok);
            return;
        }
        if (child.Death is { } death) context.Log.Error(domid, $"{Name} died: {death}");
        operation.Complete(LibxlError.Fail);
    }
}
