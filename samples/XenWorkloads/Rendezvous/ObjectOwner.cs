using System.Reflection;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;
using Xen.Toolstack.Xl;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>
/// Which process an object of the toolstack belongs to. A child calls its parent back, and a command holds the one that it has started at the other end: such references
/// stand for a pipe or an exit status, and what is behind them is the other's memory.
/// </summary>
internal static class ObjectOwner
{
    private static readonly Dictionary<Type, FieldInfo?> Fields = [];

    /// <summary>The process; null for an object that belongs to whoever leads to it.</summary>
    public static Component? Of(object target)
    {
        switch (target)
        {
            case LibxlContext context: return context.Process;
            case XlProcess process: return process.Component;
            case XlDaemon daemon: return daemon.Process;
        }
        var type = target.GetType();
        lock (Fields)
        {
            if (!Fields.TryGetValue(type, out var field)) Fields.Add(type, field = Find(type));
            return field?.GetValue(target) is { } held ? Of(held) : null;
        }
    }

    /// <summary>The variables of a lambda are under way to whoever runs it, and belong to nobody else.</summary>
    private static FieldInfo? Find(Type type) => type.Name.StartsWith('<') ? null
        : StateFields.Of(type).Select(field => field.Info).FirstOrDefault(info => info.FieldType == typeof(LibxlContext) || info.FieldType == typeof(XlProcess) || info.FieldType == typeof(XlDaemon));
}
