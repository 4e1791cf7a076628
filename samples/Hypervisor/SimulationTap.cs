using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Xen.Hypervisor;

/// <summary>One thing that a party said to another.</summary>
/// <param name="From">Who said it; empty for the world outside.</param>
/// <param name="To">Who hears it.</param>
/// <param name="Kind">By which way: hypercall, answer, event, store, page, copy, memory, disk, file, frame, stream, device, process, run, log.</param>
/// <param name="Text">What was said; data as length and digest.</param>
public readonly record struct Message(string From, string To, string Kind, string Text);

/// <summary>
/// What an onlooker is told of a running simulation: who runs, what it says to whom, and what becomes of the parties that never run by themselves
/// (the hypervisor, files, disks). An onlooker changes nothing: the same seed gives the same trace hash with and without one.
/// </summary>
public sealed class SimulationTap
{
    /// <summary>The way by which a domain is stopped and goes on.</summary>
    internal const string RunKind = "run";

    /// <summary>The world outside, which gives commands and hears their output.</summary>
    public const string Operator = "operator";

    private const string ArgumentsKind = "arguments";
    private const string HypercallKind = "hypercall";
    private const string AnswerKind = "answer";
    private const string DeviceKind = "device";
    private const ulong FnvPrime = 0x100000001B3UL;
    private const ulong FnvOffset = 0xCBF29CE484222325UL;

    /// <summary>Longer text is replaced by its digest.</summary>
    private const int LongestText = 200;

    private readonly Dictionary<Component, string> names = [];
    private readonly Dictionary<string, int> namesakes = new(StringComparer.Ordinal);
    private readonly Dictionary<(MachineMemory, ulong), (string Name, Domain Granter, Component? Mapper)> shared = [];
    private readonly ForeignMemory foreign;

    public SimulationTap() => foreign = new ForeignMemory(this);

    /// <summary>A component begins a handler: what it is about, and in whose handler it was queued.</summary>
    public Action<Component, string, Component?>? Began { get; set; }

    /// <summary>The handler that began last has come to its end.</summary>
    public Action<Component>? Ended { get; set; }

    /// <summary>Somebody said something.</summary>
    public Action<Message>? Sent { get; set; }

    /// <summary>A field of a party that does not run by itself has a new value; null for none.</summary>
    public Action<string, string, string?>? Changed { get; set; }

    /// <summary>The component was there and is no more.</summary>
    public Action<Component>? Left { get; set; }

    /// <summary>A hypercall of a host was made.</summary>
    public Action<Host, string>? Called { get; set; }

    /// <summary>A process that was started from outside has ended: with which code, and what it has printed.</summary>
    public Action<Component, string>? Finished { get; set; }

    /// <summary>A page that two domains share is being written to: its name, its bytes, who has granted it and who has mapped it.</summary>
    public Action<string, byte[], Component, Component?>? Written { get; set; }

    /// <summary>The name of a component, told from that of others of the same name by a number.</summary>
    public string NameOf(Component component)
    {
        if (!names.TryGetValue(component, out var name))
        {
            name = NameOn(component.Domain?.Host, component.Name);
            var number = namesakes[name] = namesakes.GetValueOrDefault(name) + 1;
            names.Add(component, name = number == 1 ? name : $"{name}#{number}");
        }

        return name;
    }

    /// <summary>The name of a party on a host; that of a second host stands behind it.</summary>
    public static string NameOn(Host? host, string name) => host is null || host.Name == "dom0" ? name : $"{name} of {host.Name}";

    /// <summary>Data in short: so many bytes, and a digest.</summary>
    public static string Digest(ReadOnlySpan<byte> data)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{data.Length} bytes {Hash(data, FnvOffset):x16}");
    }

    /// <summary>Goes on with a digest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong Hash(ReadOnlySpan<byte> data, ulong hash)
    {
        // Eight bytes at a time: pages and images are digested often.
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(data))
        {
            hash = ulong.RotateLeft((hash ^ word) * FnvPrime, 23);
        }

        foreach (var b in data[(data.Length & ~7)..])
        {
            hash = (hash ^ b) * FnvPrime;
        }

        return hash;
    }

    /// <summary>Says something on the way of a kind.</summary>
    public void Send(Component? from, Component to, string kind, string text) => Say(NameOrNone(from), NameOf(to), kind, text);

    /// <summary>Says something to or from a party that does not run by itself.</summary>
    public void Send(string from, string to, string kind, string text) =>
        Say(from, to, kind, text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText / 2), "… ", Digest(System.Text.Encoding.UTF8.GetBytes(text))));

    private void Say(string from, string to, string kind, string text)
    {
        if (Neighbours is not null)
        {
            Neighbours.Touch(from);

            // To notify a domain uses nothing of the hypervisor that others use; the event is told of by itself.
            if (kind != HypercallKind || !IsNotification(text))
            {
                Neighbours.Touch(to);
            }
        }

        Sent?.Invoke(new Message(from, to, kind, text));
    }

    /// <summary>Whether a hypercall only notifies: no state of the hypervisor that is looked at changes.</summary>
    public static bool IsNotification(string hypercall) =>
        hypercall.StartsWith("evtchn send", StringComparison.Ordinal) || hypercall.StartsWith("evtchn unmask", StringComparison.Ordinal);

    /// <summary>A handler uses what is a component's.</summary>
    internal void Touch(Component component) => Neighbours?.Touch(NameOf(component));

    /// <summary>The world outside starts a process with these words.</summary>
    public void Starts(Component process, IEnumerable<string> arguments) => Send(Operator, NameOf(process), ArgumentsKind, string.Join(' ', arguments));

    /// <summary>The name of a component; empty for the world outside.</summary>
    public string NameOrNone(Component? component) => component is null ? "" : NameOf(component);

    /// <summary>Takes what all components hand over; null for nobody.</summary>
    public MessageRecording? Recording { get; init; }

    /// <summary>Lets others hear a recording instead of some components; null where everybody hears everybody.</summary>
    public MessageReplay? Replay { get; init; }

    /// <summary>Finds handlers that may change places; null for nobody.</summary>
    public IndependentNeighbours? Neighbours { get; init; }

    /// <summary>The way of pages that two domains share.</summary>
    public const string PageKind = "page";

    /// <summary>The way of other domains' memory that is mapped by privilege.</summary>
    public const string MemoryKind = "memory";

    /// <summary>What others hear when a component says something: the message itself, another, or nothing.</summary>
    /// <param name="from">Who says it; null for the world outside.</param>
    /// <param name="kind">By which way.</param>
    /// <param name="text">The message in words.</param>
    /// <param name="payload">What the way needs to hand it over.</param>
    public byte[]? Heard(Component? from, string kind, string text, byte[] payload)
    {
        Recording?.Add(kind, text, payload);
        return Replay is null ? payload : Replay.Heard(from, kind, text, payload);
    }

    /// <summary>Makes known how a message is handed over, should somebody else than its sender have to do it.</summary>
    /// <param name="component">Whose messages; null for everybody's.</param>
    /// <param name="kind">By which way.</param>
    /// <param name="way">Hands one over.</param>
    public void Opens(Component? component, string kind, Action<RecordedMessage> way) => Replay?.Opens(component, kind, way);

    /// <summary>Ends the handler of a component that waits for an answer which nobody gives.</summary>
    public void Block(Component component, string text) => MessageReplay.Block(component, this, text);

    /// <summary>The bytes of a page that two domains share, by its name; null when it is no longer shared.</summary>
    public byte[]? PageOf(string name)
    {
        foreach (var ((memory, mfn), page) in shared)
        {
            if (page.Name == name && memory.ReferencesOf(mfn) > 0)
            {
                return memory.Bytes(mfn);
            }
        }

        return null;
    }

    internal void Begin(Component component, string what, Component? from)
    {
        foreign.Tell();
        Recording?.Begin(NameOf(component), what, component.Simulation.Now);
        Replay?.Begin(component, NameOf(component), what);
        Touch(component);
        Began?.Invoke(component, what, from);
    }

    internal void End(Component component)
    {
        foreign.Tell();
        Ended?.Invoke(component);
        Replay?.End(component);
        Recording?.End();
    }

    internal void Gone(Component component) => Left?.Invoke(component);

    internal void Hypercall(Host host, Component component, string what)
    {
        Send(NameOf(component), NameOn(host, "xen"), HypercallKind, what);
        Called?.Invoke(host, what);
    }

    /// <summary>What the hypervisor answers, beyond that it has done what it was asked for.</summary>
    internal void Answer(Host host, Domain caller, string text) => Send(NameOn(host, "xen"), NameOf(host.Simulation.Current ?? caller.Kernel), AnswerKind, text);

    /// <summary>What the hypervisor answers about a domain: what that has done by itself shows there.</summary>
    internal void Answer(Domain about, Domain caller, string text) => Send(NameOf(about.Kernel), NameOf(caller.Host.Simulation.Current ?? caller.Kernel), AnswerKind, text);

    /// <summary>A component has its kernel change a device. The world outside prepares and inspects devices: only components are of interest.</summary>
    internal void Device(Component? by, string what)
    {
        if (by?.Domain?.Host is { } host)
        {
            Send(NameOf(by), NameOn(host, "xen"), DeviceKind, what);
            Called?.Invoke(host, what);
        }
    }

    /// <summary>A component has looked at a device.</summary>
    internal void DeviceFound(Component? by, string what)
    {
        if (by?.Domain?.Host is { } host)
        {
            Send(NameOn(host, "xen"), NameOf(by), DeviceKind, what);
        }
    }

    internal ForeignMemory.Page Foreign(Domain of) => new(foreign, of);

    internal void Map(MachineMemory memory, ulong mfn, Domain granter, uint reference) =>
        shared[(memory, mfn)] = ($"dom{granter.Id} grant {reference}", granter, granter.Host.Simulation.Current);

    internal void Write(MachineMemory memory, ulong mfn)
    {
        if (shared.TryGetValue((memory, mfn), out var page) && memory.ReferencesOf(mfn) > 0)
        {
            Touch(page.Granter.Kernel);
            if (page.Mapper is not null)
            {
                Touch(page.Mapper);
            }

            Written?.Invoke(page.Name, memory.Bytes(mfn), page.Granter.Kernel, page.Mapper);
        }
    }

    internal void Copy(Domain caller, Domain? from, Domain? to, ReadOnlySpan<byte> data)
    {
        var current = caller.Host.Simulation.Current ?? caller.Kernel;
        if (to is not null && to != caller)
        {
            Send(current, to.Kernel, "copy", Digest(data));
        }
        else if (from is not null && from != caller)
        {
            Send(from.Kernel, current, "copy", Digest(data));
        }
    }

    internal void WriteDisk(Component? from, string file, long sector, ReadOnlySpan<byte> data)
    {
        var digest = Digest(data);
        Send(NameOrNone(from), "disk", "disk", string.Create(CultureInfo.InvariantCulture, $"write {file} {sector} {digest}"));
        Neighbours?.Touch("disk");
        Changed?.Invoke("disk", string.Create(CultureInfo.InvariantCulture, $"{file} {sector}"), digest);
    }

    internal void ReadDisk(Component? to, string file, long sector, ReadOnlySpan<byte> data) =>
        Send("disk", NameOrNone(to), "disk", string.Create(CultureInfo.InvariantCulture, $"read {file} {sector} {Digest(data)}"));

    internal void FailDisk(Component by, string file, long sector, int error) =>
        Send("disk", NameOf(by), "disk", string.Create(CultureInfo.InvariantCulture, $"fail {file} {sector} {error}"));

    internal void File(string place, Component? component, string path, bool changes, byte[]? content)
    {
        // The world outside prepares and inspects files: only components are of interest.
        if (component is null)
        {
            return;
        }

        var value = content is null ? "no file" : Digest(content);
        if (!changes)
        {
            Send($"{place} files", NameOf(component), "file", $"read {path} {value}");
            return;
        }

        Send(NameOf(component), $"{place} files", "file", $"write {path} {value}");
        Neighbours?.Touch($"{place} files");
        Changed?.Invoke($"{place} files", path, content is null ? null : value);
    }
}
