using System.Runtime.CompilerServices;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>
/// What a component remembers: all that its timers, event handlers and store callbacks lead to, field by field. Objects get their names, a type and a
/// number, when they are first met, so that no address and no order of enumeration shows. Objects of the trusted side are not looked into.
/// </summary>
internal sealed class ComponentState
{
    private readonly Component component;
    private readonly Dictionary<object, Known> known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly Queue<Known> open = new();
    private readonly StateText text;
    private readonly FieldDigest digest;
    private readonly ObjectReaders readers;
    private List<Known> met = [];
    private List<Known> metBefore = [];
    private int walk;

    /// <param name="component">Whose state it is.</param>
    /// <param name="readers">Shared by all components: their objects are of the same types.</param>
    public ComponentState(Component component, ObjectReaders readers)
    {
        this.component = component;
        this.readers = readers;
        text = new StateText(target => Meet(target) is { IsOthers: false } own ? own.Name : StateFields.NameOf(target.GetType()));
        digest = new FieldDigest(target => Meet(target).Number);
    }

    /// <summary>An object that was met: its name, the walk that met it last, and what its fields held then.</summary>
    private sealed class Known(object target, string name, int number, bool isOthers)
    {
        public object Target { get; } = target;

        public string Name { get; } = name;

        public int Number { get; } = number;

        /// <summary>It belongs to another component.</summary>
        public bool IsOthers { get; } = isOthers;

        public StateField[] Fields { get; } = StateFields.Of(target.GetType());

        /// <summary>Numbers and strings as they are, the text of everything else.</summary>
        public object?[] Last { get; set; } = [];

        /// <summary>What the text of everything else was made of.</summary>
        public ulong[] Digests { get; set; } = [];

        /// <summary>What all fields were at the last look; 0 where they were looked at one by one.</summary>
        public ulong Whole { get; set; }

        public int Walk { get; set; }
    }

    /// <summary>Adds each field that is not as it was at the last look, and each object that is no more, with null.</summary>
    public void Collect(SortedDictionary<string, string?> changed)
    {
        walk++;
        (met, metBefore) = (metBefore, met);
        met.Clear();
        foreach (var callback in Callbacks())
        {
            foreach (var each in Delegate.EnumerateInvocationList((MulticastDelegate)callback))
            {
                if (each.Target is { } target && StateFields.IsLookedInto(target.GetType())) Meet(target);
            }
        }
        while (open.TryDequeue(out var next)) Look(next, changed);
        foreach (var gone in metBefore)
        {
            if (gone.Walk == walk || gone.Last.Length == 0) continue;
            (gone.Last, gone.Digests) = ([], []);
            changed[gone.Name] = null;
        }
    }

    private IEnumerable<Delegate> Callbacks()
    {
        foreach (var connection in component.Connections)
        {
            if (connection is not XsClient client) continue;
            foreach (var callback in client.Callbacks) yield return callback;
        }
        foreach (var channel in component.Domain?.EventChannels ?? [])
        {
            if (channel.HandlerOwner == component && channel.Handler is { } handler) yield return handler;
        }
        foreach (var timer in component.Simulation.QueuedFor(component)) yield return timer.Handler;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Known Meet(object target)
    {
        if (!known.TryGetValue(target, out var entry))
        {
            known.Add(target, entry = First(target));
        }
        if (entry.Walk != walk && !entry.IsOthers)
        {
            entry.Walk = walk;
            met.Add(entry);
            open.Enqueue(entry);
        }
        return entry;
    }

    private Known First(object target)
    {
        if (ObjectOwner.Of(target) is { } owner && owner != component) return new Known(target, "", known.Count, isOthers: true);
        var type = StateFields.NameOf(target.GetType());
        var number = counts[type] = counts.GetValueOrDefault(type) + 1;
        return new Known(target, $"{type} {number}", known.Count, isOthers: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Look(Known each, SortedDictionary<string, string?> changed)
    {
        var first = each.Last.Length == 0;
        var whole = readers.Of(each.Target.GetType())?.Invoke(digest, each.Target) ?? 0;
        if (!first && whole != 0 && whole == each.Whole) return;
        each.Whole = whole;
        if (first) (each.Last, each.Digests) = (new object?[each.Fields.Length], new ulong[each.Fields.Length]);
        var (fields, last, digests) = (each.Fields, each.Last, each.Digests);
        for (var i = 0; i < fields.Length; i++)
        {
            // A number is compared as it is; what may have changed inside, by its digest first. Text is made only of what is new.
            var token = fields[i].ValueOf(each.Target);
            if (!fields[i].IsPlain && token is not null && !StateFields.IsPlain(token.GetType()))
            {
                var now = digest.Of(token);
                if (!first && now == digests[i]) continue;
                digests[i] = now;
                token = text.Of(token);
            }
            else if (!fields[i].IsPlain)
            {
                digests[i] = 0;
            }
            if (!first && Equals(token, last[i])) continue;
            last[i] = token;
            changed[$"{each.Name}.{fields[i].Name}"] = token as string ?? text.Of(token);
        }
    }
}
