using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>The verbs about memory: mem-set, mem-max.</summary>
public sealed class XlMemory(XlProcess process) : XlCommand(process)
{
    public void MemSet(List<string> arguments)
    {
        if (!Require(arguments, "mem-set", 2) || !FindDomain(arguments[0], out var domid) || !Size(arguments[1], out var kb)) return;
        Finish(new LibxlMemory(Context).SetTarget(domid, kb, relative: false, enforce: domid != 0));
    }

    public void MemMax(List<string> arguments)
    {
        if (!Require(arguments, "mem-max", 2) || !FindDomain(arguments[0], out var domid) || !Size(arguments[1], out var kb)) return;
        var rc = new LibxlMemory(Context).SetMaximum(domid, kb);
        if (rc != LibxlError.Ok) Context.Log.Program($"cannot set domid {domid} static max memory to : {arguments[1]}");
        Finish(rc);
    }

    private bool Size(string given, out long kb)
    {
        if (MemorySize.TryParse(given, out kb)) return true;
        Fail($"invalid memory size: {given}");
        return false;
    }
}
