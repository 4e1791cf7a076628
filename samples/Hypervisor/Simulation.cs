using System.Diagnostics;

namespace Xen.Hypervisor;

/// <summary>
/// The discrete-event core: a virtual nanosecond clock, one queue ordered by (time, sequence), seeded random streams and the
/// hash of everything that happened. One thread; equal seeds give equal traces.
/// </summary>
public sealed class Simulation
{
    /// <summary>How long a message between two components of one machine is under way.</summary>
    public const long MessageLatencyNs = 1_000;

    /// <summary>Far above what a healthy workload needs, low enough that a flood ends within seconds.</summary>
    public const long DefaultEventLimit = 5_000_000;

    /// <summary>More than a handler queues.</summary>
    private const long RoomForQueued = 1L << 32;

    private const ulong FnvPrime = 0x100000001B3UL;
    private const ulong FnvOffset = 0xCBF29CE484222325UL;

    private readonly PriorityQueue<Timer, (long Due, long Sequence)> queue = new();
    private readonly List<Component> components = [];
    private readonly SortedDictionary<string, RandomStream> streams = new(StringComparer.Ordinal);
    private readonly ulong seed;
    private long sequence;
    private long dispatched;
    private long busy;
    private bool dispatching;

    public Simulation(ulong seed) => this.seed = seed;

    /// <summary>Virtual nanoseconds since boot.</summary>
    public long Now { get; private set; }

    /// <summary>The most handlers a run may execute.</summary>
    public long EventLimit { get; set; } = DefaultEventLimit;

    /// <summary>Handlers executed so far.</summary>
    public long EventCount { get; private set; }

    /// <summary>FNV-1a over (time, component, text) of every trace record.</summary>
    public ulong TraceHash { get; private set; } = FnvOffset;

    /// <summary>The trace's text goes here when somebody wants to read it; null otherwise.</summary>
    public Action<string>? TraceSink { get; set; }

    /// <summary>Who looks on, message by message; null when nobody does. Nothing that happens depends on it.</summary>
    public SimulationTap? Tap { get; init; }

    /// <summary>
    /// Which handlers change places with the one behind them, by their number among all that were taken from the queue; null for none. Where those two have nothing in common
    /// (<see cref="IndependentNeighbours"/>) that is neutral: all that each component does stays as it is.
    /// </summary>
    public IReadOnlySet<long>? Swapped { get; init; }

    /// <summary>The component whose handler is running; null between handlers.</summary>
    public Component? Current { get; private set; }

    /// <summary>All components, in the order of their creation, the dead included.</summary>
    public IReadOnlyList<Component> Components => components;

    /// <summary>Something is queued that is not periodic housekeeping.</summary>
    public bool Busy => busy > 0;

    /// <summary>A component crashed; raised after it was stopped, so that the domain or the host can follow it.</summary>
    public event Action<Component>? Crashed;

    /// <summary>The random stream of this name: independent of every other and of who asks when.</summary>
    public RandomStream Stream(string name)
    {
        if (!streams.TryGetValue(name, out var stream))
        {
            stream = new RandomStream(seed, name);
            streams.Add(name, stream);
        }

        return stream;
    }

    /// <summary>Runs the handler after a delay, on behalf of the owner. Handlers of a dead component are dropped.</summary>
    public Timer After(long delayNs, Component owner, string what, Action handler) => Enqueue(delayNs, owner, what, false, handler);

    /// <summary>Like <see cref="After"/>, for periodic upkeep that should not keep <see cref="RunToQuiescence"/> busy.</summary>
    public Timer AfterHousekeeping(long delayNs, Component owner, string what, Action handler) => Enqueue(delayNs, owner, what, true, handler);

    /// <summary>Sends the owner a message.</summary>
    public void Post(Component owner, string what, Action handler) => Enqueue(MessageLatencyNs, owner, what, false, handler);

    /// <summary>Adds what a component itself writes into its log to the trace, and tells those who look on.</summary>
    public void Trace(Component? component, string what)
    {
        Note(component, what);
        Tap?.Send(Tap.NameOrNone(component), "log", "log", what);
    }

    /// <summary>Adds a record to the trace that those who look on are told of otherwise.</summary>
    internal void Note(Component? component, string what)
    {
        var name = component?.Name ?? "xen";
        var hash = (TraceHash ^ (ulong)Now) * FnvPrime;
        foreach (var c in name)
        {
            hash = (hash ^ c) * FnvPrime;
        }

        hash = (hash ^ '|') * FnvPrime;
        foreach (var c in what)
        {
            hash = (hash ^ c) * FnvPrime;
        }

        TraceHash = (hash ^ '\n') * FnvPrime;
        TraceSink?.Invoke($"{Now} {name}: {what}");
    }

    /// <summary>Runs until the condition holds. False on a timeout or when nothing is queued any more.</summary>
    public bool RunUntil(Func<bool> condition, long timeoutNs)
    {
        Tap?.Neighbours?.Part();
        var deadline = Now + timeoutNs;
        while (!condition())
        {
            if (!Step(deadline))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Runs until nothing but periodic housekeeping is queued. False when that did not happen in time.</summary>
    public bool RunToQuiescence(long timeoutNs)
    {
        Tap?.Neighbours?.Part();
        var deadline = Now + timeoutNs;
        while (busy > 0)
        {
            if (!Step(deadline))
            {
                return busy == 0;
            }
        }

        return true;
    }

    /// <summary>Lets virtual time pass.</summary>
    public void RunFor(long durationNs)
    {
        Tap?.Neighbours?.Part();
        var deadline = Now + durationNs;
        while (Step(deadline))
        {
        }

        Now = deadline;
    }

    /// <summary>
    /// Runs an action as the given component, inside the handler of another: a synchronous call across components. An exception
    /// that escapes kills the called one as far as its containment says. False when the called component is (now) dead.
    /// </summary>
    public bool RunAs(Component component, Action action)
    {
        if (!component.Alive)
        {
            return false;
        }

        var caller = Current;
        if (caller is not null)
        {
            // Whoever keeps calling others without ever returning floods the simulation as much as one who keeps queueing events.
            EventCount++;
            if (EventCount > EventLimit)
            {
                throw new SimulationLimitException(caller, EventLimit);
            }
        }

        Execute(component, action, "call", caller);
        if (caller is { Alive: false })
        {
            throw new ComponentHaltedException($"{caller.Name} is gone");
        }

        return component.Alive;
    }

    internal void Register(Component component) => components.Add(component);

    internal void Forget(Component component)
    {
        busy -= component.Queued;
        component.Queued = 0;
    }

    internal void Uncount(Timer timer)
    {
        if (!timer.Housekeeping)
        {
            busy--;
            timer.Owner.Queued--;
        }
    }

    /// <summary>Puts an entry back that waited while its domain was paused.</summary>
    internal void Requeue(Timer timer)
    {
        if (timer.Pending)
        {
            timer.MarkQueued();
            Count(timer);
            Enqueue(timer, Math.Max(Now, timer.DueNs));
        }
    }

    private Timer Enqueue(long delayNs, Component owner, string what, bool housekeeping, Action handler)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(delayNs);
        var timer = new Timer(owner, what, Now + delayNs, housekeeping, handler) { From = Current };
        if (owner.Alive)
        {
            Tap?.Touch(owner);
            Count(timer);
            Enqueue(timer, timer.DueNs);
        }

        return timer;
    }

    private void Enqueue(Timer timer, long due)
    {
        timer.Position = (due, sequence++);
        queue.Enqueue(timer, timer.Position);
        if (Tap is not null && !timer.IsListed && timer.Owner.Containment != Containment.Trusted)
        {
            timer.IsListed = true;
            timer.Owner.Timers.Add(timer);
        }
    }

    private void Count(Timer timer)
    {
        if (!timer.Housekeeping)
        {
            busy++;
            timer.Owner.Queued++;
        }
    }

    private bool Step(long deadline)
    {
        if (dispatching)
        {
            throw new InvalidOperationException("a handler must not run the simulation");
        }

        while (queue.TryPeek(out var timer, out var position))
        {
            if (!timer.InQueue)
            {
                queue.Dequeue();
                continue;
            }

            if (position.Due > deadline)
            {
                Now = deadline;
                return false;
            }

            queue.Dequeue();
            Now = position.Due;
            if (Swapped is not null && Swapped.Contains(dispatched) && TakeNeighbour(timer) is { } next)
            {
                DispatchSwapped(timer, next);
            }
            else
            {
                Dispatch(timer);
            }

            return true;
        }

        Now = deadline;
        return false;
    }

    /// <summary>Takes the entry behind one from the queue, if it is due at the same moment and both will run.</summary>
    private Timer? TakeNeighbour(Timer timer)
    {
        if (IsParked(timer) || !queue.TryPeek(out var next, out var position) || position.Due != Now || !next.InQueue || IsParked(next))
        {
            return null;
        }

        return queue.Dequeue();
    }

    /// <summary>Runs two entries in the other order. What they queue keeps the places that it would have had.</summary>
    private void DispatchSwapped(Timer timer, Timer next)
    {
        var first = sequence;
        sequence += RoomForQueued;
        Dispatch(next);
        var end = sequence;
        sequence = first;
        if (timer.InQueue)
        {
            Dispatch(timer);
        }

        sequence = Math.Max(end, sequence);
    }

    private static bool IsParked(Timer timer) => timer.Owner is { Domain.IsRunning: false, Containment: not Containment.Trusted };

    private void Dispatch(Timer timer)
    {
        Uncount(timer);
        var owner = timer.Owner;
        if (IsParked(timer))
        {
            timer.MarkParked();
            owner.Domain!.Park(timer);
            return;
        }

        Tap?.Neighbours?.Take(timer, dispatched, sequence);
        dispatched++;
        EventCount++;
        if (EventCount > EventLimit)
        {
            throw new SimulationLimitException(components.MaxBy(c => c.EventCount)!, EventLimit);
        }

        Note(owner, timer.What);
        dispatching = true;
        try
        {
            Execute(owner, timer.Fire, timer.What, timer.From);
        }
        finally
        {
            dispatching = false;
        }
    }

    // The one place that catches Exception: here an escaped exception becomes the death of the component that let it escape.
    private void Execute(Component component, Action action, string what, Component? from)
    {
        var caller = Current;
        Current = component;
        Tap?.Begin(component, what, from);
        component.EventCount++;
        if (component.Domain is { Vcpus: [var boot, ..] })
        {
            boot.Account(Now);
        }

        try
        {
            action();
        }
        catch (ComponentHaltedException)
        {
            // The component, or the machine under it, stopped while it was running; that was recorded where it happened.
        }
        catch (Exception exception) when (component.Containment != Containment.Trusted && exception is not SimulationLimitException)
        {
            component.Kill(Describe(exception));
            Crashed?.Invoke(component);
        }
        finally
        {
            Tap?.End(component);
            Current = caller;
        }
    }

    private static string Describe(Exception exception)
    {
        var message = exception.Message.ReplaceLineEndings(" ");
        foreach (var frame in new StackTrace(exception).GetFrames())
        {
            var method = frame.GetMethod();
            var type = method?.DeclaringType;
            if (method is null || type?.Namespace?.StartsWith("Xen.", StringComparison.Ordinal) != true)
            {
                continue;
            }

            // A lambda is named after the method it stands in.
            var name = method.Name;
            while (type.DeclaringType is not null && type.Name.StartsWith('<'))
            {
                type = type.DeclaringType;
            }

            if (name.StartsWith('<') && name.IndexOf('>') is var end and > 1)
            {
                name = name[1..end];
            }

            return $"{exception.GetType().Name}: {message} in {type.FullName}.{name}";
        }

        return $"{exception.GetType().Name}: {message}";
    }
}
