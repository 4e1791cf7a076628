using Xen.Hypervisor;
using Xen.Toolstack.Libxc;

namespace Xen.Toolstack.Libxl;

/// <summary>
/// libxl_domain_suspend: writes a domain into a stream. When it is done the domain stands still; who called decides whether it is
/// destroyed or goes on.
/// </summary>
public sealed class DomainSave
{
    private readonly LibxlContext context;
    private readonly int domid;
    private readonly Descriptor stream;
    private readonly bool live;
    private readonly AsyncOperation operation;
    private LibxlError suspendError;

    public DomainSave(LibxlContext context, int domid, Descriptor stream, bool live, Action<LibxlError> done)
    {
        this.context = context;
        this.domid = domid;
        this.stream = stream;
        this.live = live;
        operation = new AsyncOperation("domain save", done);
    }

    /// <summary>The guest was asked to suspend and did.</summary>
    public bool GuestSuspended { get; private set; }

    public SaveStatistics? Statistics { get; private set; }

    public void Start()
    {
        if (context.DomainInfo(domid) is null)
        {
            context.Log.Error(domid, "Non-existent domain");
            operation.Complete(LibxlError.DomainNotFound);
            return;
        }
        var rc = new LibxlUserdata(context).Load(domid, out var config);
        if (rc != LibxlError.Ok)
        {
            operation.Complete(rc);
            return;
        }
        if (live && config.BuildInfo.DisableMigrate)
        {
            context.Log.Error(domid, "the domain was created with nomigrate");
            operation.Complete(LibxlError.Fail);
            return;
        }
        var writer = new StreamWriter(context, domid, stream, Finish);
        writer.Start(helperDone => new SaveProcess(context, domid, helperDone).Save(stream, live, Suspend, statistics => Statistics = statistics));
    }

    /// <summary>libxl__domain_suspend_callback.</summary>
    private void Suspend(Action<bool> answer) => new DomainSuspend(context, domid, rc =>
    {
        suspendError = rc;
        GuestSuspended = rc == LibxlError.Ok;
        answer(GuestSuspended);
    }).Start();

    private void Finish(LibxlError rc) => operation.Complete(rc != LibxlError.Ok && suspendError != LibxlError.Ok ? suspendError : rc);
}
