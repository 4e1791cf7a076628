using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>What a process that watches over a domain gets to hear.</summary>
public enum DomainEventKind
{
    /// <summary>LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN: it stopped and says why.</summary>
    Shutdown,

    /// <summary>LIBXL_EVENT_TYPE_DOMAIN_DEATH: it is dying or gone.</summary>
    Death,
}

public readonly record struct DomainEvent(DomainEventKind Kind, int Domid, ShutdownReason Reason);

/// <summary>libxl_evenable_domain_death: tells of the shutdown of a domain, once, and of its death, once.</summary>
public sealed class DomainDeathWatch(LibxlContext context, int domid, Action<DomainEvent> occurred)
{
    private EventWatch? watch;
    private bool shutdownReported;

    public LibxlError Enable() => context.Events.RegisterWatch(StorePath.ReleaseDomain, DomainDeathCallback, out watch);

    /// <summary>libxl_evdisable_domain_death.</summary>
    public void Disable()
    {
        context.Events.DeregisterWatch(watch);
        watch = null;
    }

    /// <summary>domain_death_xswatch_callback.</summary>
    private void DomainDeathCallback(EventWatch of, string changed)
    {
        DomainInfo? found = null;
        foreach (var info in context.ListDomains())
        {
            if (info.Domid == domid) found = info;
            if (info.Domid >= domid) break;
        }

        if (found is null || found.Dying)
        {
            Disable();
            occurred(new DomainEvent(DomainEventKind.Death, domid, ShutdownReason.Poweroff));
            return;
        }
        if (found.Shutdown && !shutdownReported)
        {
            shutdownReported = true;
            occurred(new DomainEvent(DomainEventKind.Shutdown, domid, found.ShutdownCode));
        }
    }
}
