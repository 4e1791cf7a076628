using System.Collections;
using System.Reflection;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>
/// What a component remembers: all that its timers, event handlers and store callbacks lead to, field by field. Objects get their names, a type and a
/// number, when they are first met, so that no address and no order of enumeration shows. Objects of the trusted side are not looked into.
/// </summary>
internal sealed class ComponentState
{
    private readonly Dictionary<object, Known> known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly Queue<Known> open = new();
    private readonly StateText text;
    private int walk;

    public ComponentState() => text = new StateText(Name);

    /// <summary>An object that was met: its name, the walk that met it last, and what its fields held then.</summary>
    private sealed class Known(object target, string name)
    {
        public object Target { get; } = target;

        public string Name { get; } = name;

        public FieldInfo[] Fields { get; } = StateFields.Of(target.GetType());

        public object?[] Last { get; set; } = [];

        public int Walk { get; set; }
    }

    /// <summary>Adds each field that is not as it was at the last look, and each object that is no more, with null.</summary>
    public void Collect(Component component, SortedDictionary<string, string?> changed)
    {
        walk++;
        foreach (var callback in Callbacks(component))
        {
            foreach (var each in callback.GetInvocationList())
            {
                if (each.Target is { } target && StateFields.IsLookedInto(target.GetType())) Name(target);
            }
        }
        while (open.TryDequeue(out var next)) Look(next, changed);
        foreach (var gone in known.Values.Where(each => each.Walk != walk && each.Last.Length > 0))
        {
            gone.Last = [];
            changed[gone.Name] = null;
        }
    }

    private static IEnumerable<Delegate> Callbacks(Component component)
    {
        foreach (var client in component.Connections.OfType<XsClient>())
        {
            foreach (var callback in client.Callbacks) yield return callback;
        }
        foreach (var channel in component.Domain?.EventChannels ?? [])
        {
            if (channel.HandlerOwner == component && channel.Handler is { } handler) yield return handler;
        }
        foreach (var timer in component.Simulation.QueuedFor(component)) yield return timer.Handler;
    }

    private string Name(object target)
    {
        if (!known.TryGetValue(target, out var entry))
        {
            var type = StateFields.NameOf(target.GetType());
            var number = counts[type] = counts.GetValueOrDefault(type) + 1;
            known.Add(target, entry = new Known(target, $"{type} {number}"));
        }
        if (entry.Walk != walk)
        {
            entry.Walk = walk;
            open.Enqueue(entry);
        }
        return entry.Name;
    }

    private void Look(Known each, SortedDictionary<string, string?> changed)
    {
        var first = each.Last.Length == 0;
        if (first) each.Last = new object?[each.Fields.Length];
        for (var i = 0; i < each.Fields.Length; i++)
        {
            var value = each.Fields[i].GetValue(each.Target);

            // A number is compared as it is, text is made of it only when it is a new one; what may have changed inside is compared by its text.
            var token = value is null || StateFields.IsPlain(value.GetType()) ? value : text.Of(value);
            if (!first && Equals(token, each.Last[i])) continue;
            each.Last[i] = token;
            changed[$"{each.Name}.{StateFields.NameOf(each.Fields[i])}"] = token as string ?? text.Of(token);
        }
    }
}
