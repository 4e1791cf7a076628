using System.Runtime.CompilerServices;
using System.Text;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>
/// Tells the world, as lines of JSON, what each component has done whenever it returns to its receive loop: what woke it, what it said to others and
/// heard from files and disks, and which fields of its state are different from what they were. Two runs can be compared by these lines.
/// </summary>
public sealed class RendezvousRecorder
{
    private readonly Action<string> write;
    private readonly Dictionary<Component, ComponentState> states = [];
    private readonly Dictionary<string, HostFields> hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ChangedFields> passive = new(StringComparer.Ordinal);
    private readonly Stack<Step> steps = new();
    private readonly SharedPages pages = new();
    private readonly ObjectReaders readers;
    private readonly StringBuilder line = new();
    private readonly HashSet<Host> called = [];
    private Simulation? simulation;
    private long told;

    /// <param name="write">Takes each line.</param>
    /// <param name="recording">Takes what all components hand over; null for nobody.</param>
    /// <param name="replay">Lets others hear a recording instead of some components; null where everybody hears everybody.</param>
    /// <param name="without">Fields that are no part of the state; null for none.</param>
    public RendezvousRecorder(Action<string> write, MessageRecording? recording = null, MessageReplay? replay = null, IReadOnlySet<string>? without = null)
    {
        this.write = write;
        readers = new ObjectReaders(without ?? new HashSet<string>());
        Tap = new SimulationTap
        {
            Recording = recording,
            Replay = replay,
            Began = Begin,
            Ended = End,
            Sent = message => Current.Messages.Add(message),
            Changed = Change,
            Left = component => Change(Tap!.NameOf(component), "alive", component.Death ?? "exited"),
            Called = Call,
            Written = Write,
            Finished = Finish,
        };
        Tap.Opens(null, SimulationTap.PageKind, left =>
        {
            if (Tap.PageOf(left.Text) is { } bytes) pages.Put(left.Text, bytes, left.Payload);
        });
    }

    /// <summary>
    /// Lets whoever asks within this process know which component runs now, and when: under a name that a debugger's or a fault injector's probe can
    /// look up without knowing this program.
    /// </summary>
    public void Publish() => AppContext.SetData("rendezvous.now", () =>
    {
        var text = new StringBuilder("\"name\":");
        JsonText.Append(text, Current.Of);
        return text.Append(",\"at\":").Append(simulation?.Now ?? 0).ToString();
    });

    /// <summary>What the simulation tells this recorder.</summary>
    public SimulationTap Tap { get; }

    /// <summary>Whose state which objects are at the last rendezvous.</summary>
    internal IEnumerable<(Component Of, object Remembered)> Remembered => states.SelectMany(each => each.Value.Remembered.Select(remembered => (each.Key, remembered)));

    private Step Current => steps.TryPeek(out var step) ? step : Outside;

    /// <summary>What happens outside of every handler: the world acts on the machine.</summary>
    private Step Outside { get; } = new(SimulationTap.Operator, "", "");

    /// <summary>A handler in progress.</summary>
    private sealed record Step(string Of, string On, string From)
    {
        public List<Message> Messages { get; } = [];

        public ChangedFields State { get; init; } = new();

        /// <summary>The pages that it wrote to; null for none.</summary>
        public Dictionary<string, (byte[] Bytes, Component Granter, Component? Mapper)>? Pages { get; set; }
    }

    private void Begin(Component component, string what, Component? from)
    {
        if (Directs(component)) return;
        if (steps.Count == 0) FlushOutside(component.Simulation.Now);
        else FlushCaller(component.Simulation.Now);
        simulation = component.Simulation;
        steps.Push(new Step(Tap.NameOf(component), what, Tap.NameOrNone(from)));
    }

    /// <summary>Who hands over a recording is no part of the machine.</summary>
    private bool Directs(Component component) => Tap.Replay is { } replay && replay.Directs(component);

    private void End(Component component)
    {
        if (Directs(component)) return;
        var step = steps.Pop();
        if (step.Pages is not null) TellPages(step, component);
        if (Tap.Replay is not null) PutPagesOf(component);
        if (component.Containment != Containment.Trusted) StateOf(component).Collect(step.State);
        var now = component.Simulation.Now;
        Emit(step, now);
        if (steps.Count == 0) FlushHosts();
        FlushPassive(step.Of, now);
    }

    private void TellPages(Step step, Component component)
    {
        foreach (var (name, page) in step.Pages!.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var peer = component.Domain == page.Granter.Domain ? page.Mapper : page.Granter;
            var before = Tap.Replay is null ? null : pages.Before(name);
            if (pages.Changes(name, page.Bytes) is { Length: > 0 } text)
            {
                step.Messages.Add(new Message(step.Of, Tap.NameOrNone(peer), SimulationTap.PageKind, $"{name}: {text}"));
                if (!IsStoreRing(name)) Tap.Recording?.Add(SimulationTap.PageKind, name, [.. page.Bytes]);
            }

            // What an isolated component has written nobody else finds there; what it should have written comes behind.
            if (before is not null && Tap.Replay!.Isolates(component) && !IsStoreRing(name)) pages.Put(name, page.Bytes, before);
        }
    }

    /// <summary>What an isolated component should have written.</summary>
    private void PutPagesOf(Component component)
    {
        foreach (var page in Tap.Replay!.PagesOf(component))
        {
            if (Tap.PageOf(page.Text) is { } bytes) pages.Put(page.Text, bytes, page.Payload);
        }
    }

    /// <summary>What a process has printed, it has said to whoever started it.</summary>
    private void Finish(Component component, string text)
    {
        var now = component.Simulation.Now;
        FlushOutside(now);
        var step = new Step(Tap.NameOf(component), "exit", "");
        step.Messages.Add(new Message(step.Of, Outside.Of, "exit", text));
        Emit(step, now);
    }

    /// <summary>Requests to the store are messages of their own: the bytes that carry them are not replayed once more.</summary>
    private static bool IsStoreRing(string page) => page.EndsWith($" grant {Xenstored.RingGrant}", StringComparison.Ordinal);

    private ComponentState StateOf(Component component)
    {
        if (!states.TryGetValue(component, out var state)) states.Add(component, state = new ComponentState(component, readers));
        return state;
    }

    private void Change(string party, string field, string? value)
    {
        if (Current.Of == party)
        {
            Current.State[field] = value;
            return;
        }
        if (!passive.TryGetValue(party, out var fields)) passive.Add(party, fields = new ChangedFields());
        fields[field] = value;
    }

    /// <summary>Notifications change no state of the hypervisor that is looked at.</summary>
    private void Call(Host host, string what)
    {
        if (!SimulationTap.IsNotification(what)) called.Add(host);
    }

    private void Write(string name, byte[] bytes, Component granter, Component? mapper) => (Current.Pages ??= [])[name] = (bytes, granter, mapper);

    private void FlushHosts()
    {
        foreach (var host in called)
        {
            var name = SimulationTap.NameOn(host, "xen");
            if (!hosts.TryGetValue(name, out var fields)) hosts.Add(name, fields = new HostFields());
            fields.Collect(host, (field, value) => Change(name, field, value));
        }
        called.Clear();
    }

    private void FlushPassive(string from, long now)
    {
        if (passive.Count == 0) return;
        foreach (var (party, fields) in passive.OrderBy(each => each.Key, StringComparer.Ordinal)) Emit(new Step(party, "served", from) { State = fields }, now);
        passive.Clear();
    }

    /// <summary>What a handler has said so far comes before what the component says that it calls now: so causes stand before effects.</summary>
    private void FlushCaller(long now)
    {
        if (Current.Messages.Count == 0) return;
        Emit(new Step(Current.Of, Current.On, Current.From), now, Current.Messages);
        Current.Messages.Clear();
    }

    private void FlushOutside(long now)
    {
        if (Outside.Messages.Count > 0) Emit(Outside, now);
        Outside.Messages.Clear();
        Outside.Pages = null;

        // What the world has changed is not the doing of whoever runs next.
        FlushPassive("", now);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Emit(Step step, long now, List<Message>? messages = null)
    {
        line.Clear().Append("{\"observe\":\"rendezvous\",\"name\":");
        JsonText.Append(line, step.Of);
        line.Append(",\"on\":");
        JsonText.Append(line, step.On);
        line.Append(",\"from\":");
        JsonText.Append(line, step.From);
        line.Append(",\"at\":").Append(now).Append(",\"no\":").Append(++told);
        if ((messages ?? step.Messages) is { Count: > 0 } said) Messages(said);
        if (step.State.Count > 0) State(step.State);
        write(line.Append('}').ToString());
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Messages(List<Message> messages)
    {
        line.Append(",\"messages\":[");
        foreach (var message in messages)
        {
            line.Append('[');
            JsonText.Append(line, message.From);
            line.Append(',');
            JsonText.Append(line, message.To);
            line.Append(',');
            JsonText.Append(line, message.Kind);
            line.Append(',');
            JsonText.Append(line, message.Text);
            line.Append("],");
        }
        line.Length--;
        line.Append(']');
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void State(ChangedFields state)
    {
        line.Append(",\"state\":{");
        foreach (var (field, value) in state.InOrder)
        {
            JsonText.Append(line, field);
            line.Append(':');
            if (value is null) line.Append("null");
            else JsonText.Append(line, value);
            line.Append(',');
        }
        line.Length--;
        line.Append('}');
    }
}
