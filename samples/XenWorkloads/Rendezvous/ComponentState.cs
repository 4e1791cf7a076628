using System.Runtime.CompilerServices;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>
/// What a component remembers: all that its timers, event handlers and store callbacks lead to, field by field. Objects get their names, a type and a
/// number, when they are first met, so that no address and no order of enumeration shows. Objects of the trusted side and those of other components are not looked into.
/// </summary>
internal sealed class ComponentState
{
    private readonly Component component;
    private readonly ObjectReaders readers;
    private readonly Dictionary<object, Known> known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly StateText text;
    private readonly FieldDigest digest;

    // Those met in this walk, in order: also what is still to be looked at.
    private List<Known> met = [];
    private List<Known> metBefore = [];
    private int walk;

    // The object whose fields are digested, and how many references of it were followed.
    private Known? reading;
    private int followed;

    /// <param name="component">Whose state it is.</param>
    /// <param name="readers">Shared by all components: their objects are of the same types.</param>
    public ComponentState(Component component, ObjectReaders readers)
    {
        this.component = component;
        this.readers = readers;
        text = new StateText(target => Meet(target) is { IsOthers: false } own ? own.Name : StateFields.NameOf(target.GetType()));
        digest = new FieldDigest(this);
    }

    /// <summary>All objects with fields that were ever its state.</summary>
    public IEnumerable<object> Remembered => known.Values.Where(each => !each.IsOthers && each.Last.Length > 0).Select(each => each.Target);

    /// <summary>Adds each field that is not as it was at the last look, and each object that is no more, with null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Collect(ChangedFields changed)
    {
        walk++;
        (met, metBefore) = (metBefore, met);
        met.Clear();
        MeetRoots();
        for (var i = 0; i < met.Count; i++) Look(met[i], changed);
        foreach (var gone in metBefore)
        {
            if (gone.Walk == walk || gone.Last.Length == 0) continue;
            (gone.Last, gone.Digests) = ([], []);
            changed[gone.Name] = null;
        }
    }

    /// <summary>The number of an object that is looked into by itself, which is looked at in this walk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong NumberOf(object target)
    {
        if (reading is not { } from) return (ulong)Meet(target).Number;

        // Most objects refer to what they referred to at the last look.
        var place = followed++;
        var before = from.Followed;
        if (place < before.Length && before[place] is { } same && ReferenceEquals(same.Target, target))
        {
            Mark(same);
            return (ulong)same.Number;
        }
        var entry = Meet(target);
        if (place >= before.Length) Array.Resize(ref before, Math.Max(4, place * 2));
        from.Followed = before;
        before[place] = entry;
        return (ulong)entry.Number;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MeetRoots()
    {
        foreach (var connection in component.Connections)
        {
            if (connection is not XsClient client) continue;
            foreach (var callback in client.Callbacks) MeetTargets(callback);
        }
        if (component.Domain?.EventChannels is { } channels)
        {
            for (var i = 0; i < channels.Count; i++)
            {
                var channel = channels[i];
                if (channel.HandlerOwner == component && channel.Handler is { } handler) MeetTargets(handler);
            }
        }
        foreach (var timer in component.QueuedTimers()) MeetTargets(timer.Handler);
    }

    private void MeetTargets(Delegate callback)
    {
        if (callback.HasSingleTarget)
        {
            MeetTarget(callback.Target);
            return;
        }
        foreach (var each in Delegate.EnumerateInvocationList((MulticastDelegate)callback)) MeetTarget(each.Target);
    }

    private void MeetTarget(object? target)
    {
        if (target is not null && StateFields.IsLookedInto(target.GetType())) Meet(target);
    }

    private Known Meet(object target)
    {
        if (!known.TryGetValue(target, out var entry)) known.Add(target, entry = First(target));
        Mark(entry);
        return entry;
    }

    private void Mark(Known entry)
    {
        if (entry.Walk == walk || entry.IsOthers) return;
        entry.Walk = walk;
        met.Add(entry);
    }

    private Known First(object target)
    {
        var type = target.GetType();
        var reader = readers.Of(type);
        if (ObjectOwner.Of(target) is { } owner && owner != component) return new Known(target, "", known.Count, reader, isOthers: true);
        var name = StateFields.NameOf(type);
        var number = counts[name] = counts.GetValueOrDefault(name) + 1;
        return new Known(target, $"{name} {number}", known.Count, reader, isOthers: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Look(Known each, ChangedFields changed)
    {
        var first = each.Last.Length == 0;
        (reading, followed) = (each, 0);
        var now = each.Reader.Read(digest, each.Target);
        reading = null;
        if (first) (each.Last, each.Digests) = (new object?[now.Length], new ulong[now.Length]);
        else if (now.AsSpan().SequenceEqual(each.Digests)) return;
        for (var i = 0; i < now.Length; i++)
        {
            if (first || now[i] != each.Digests[i]) Tell(each, i, now[i], first, changed);
        }
    }

    /// <summary>Text is made only of what is new.</summary>
    private void Tell(Known each, int index, ulong now, bool first, ChangedFields changed)
    {
        each.Digests[index] = now;
        var field = each.Reader.Fields[index];
        var token = field.ValueOf(each.Target);
        if (!field.IsPlain && token is not null && !StateFields.IsPlain(token.GetType())) token = text.Of(token);
        if (!first && Equals(token, each.Last[index])) return;
        each.Last[index] = token;
        changed[$"{each.Name}.{field.Name}"] = token as string ?? text.Of(token);
    }

    /// <summary>An object that was met: its name, the walk that met it last, and what its fields held then.</summary>
    private sealed class Known(object target, string name, int number, ObjectReader reader, bool isOthers)
    {
        public object Target { get; } = target;

        public string Name { get; } = name;

        public int Number { get; } = number;

        public ObjectReader Reader { get; } = reader;

        /// <summary>It belongs to another component.</summary>
        public bool IsOthers { get; } = isOthers;

        /// <summary>Numbers and strings as they are, the text of everything else.</summary>
        public object?[] Last { get; set; } = [];

        /// <summary>What the fields' texts were made of.</summary>
        public ulong[] Digests { get; set; } = [];

        /// <summary>What its references led to at the last look, in the order in which they are read.</summary>
        public Known?[] Followed { get; set; } = [];

        public int Walk { get; set; }
    }
}
