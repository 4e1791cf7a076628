using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.Toolstack.Xl;

/// <summary>What a process that is started in Dom0 finds there.</summary>
public sealed record Dom0Services(Host Host, Xenstored Xenstored);
