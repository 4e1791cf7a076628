using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>libxl_domain_resume: a domain that has suspended itself goes on where it stopped, with everything still connected.</summary>
public sealed class DomainResume(LibxlContext context)
{
    public LibxlError Resume(int domid)
    {
        if (context.DomainInfo(domid) is null)
        {
            context.Log.Error(domid, "Non-existent domain");
            return LibxlError.DomainNotFound;
        }
        var error = context.Host.Domctl.ResumeDomain(context.Self, domid);
        if (error != 0)
        {
            context.Log.Error(domid, $"xc_domain_resume failed: {Errno.Name(error)}");
            return LibxlError.Fail;
        }
        var reply = context.Xs.Client.Call(XsMessageType.Resume, 0, XsPayload.Strings(domid.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (reply.Ok) return LibxlError.Ok;
        context.Log.Error(domid, $"xs_resume_domain failed: {reply.Error}");
        return LibxlError.Fail;
    }
}
