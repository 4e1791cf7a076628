namespace Xen.Hypervisor;

/// <summary>How far an exception that escapes a component's handler reaches.</summary>
public enum Containment
{
    /// <summary>The hypervisor and the monitors: an exception here is a bug of the simulator and ends the run.</summary>
    Trusted,

    /// <summary>A process of a domain: only the process dies; its connections close, its lock files stay.</summary>
    Process,

    /// <summary>The kernel of Dom0 (the host crashes) or of a driver domain (that domain crashes).</summary>
    Kernel,

    /// <summary>A guest: the guest crashes.</summary>
    Guest,
}

/// <summary>Who runs a handler, and what dies with it: a process, a kernel (or a driver in it) or a guest.</summary>
public sealed class Component
{
    private readonly List<object> connections = [];

    public Component(Simulation simulation, string name, Containment containment, Domain? domain = null)
    {
        Simulation = simulation;
        Name = name;
        Containment = containment;
        Domain = domain;
        simulation.Register(this);
    }

    public Simulation Simulation { get; }

    public string Name { get; }

    public Containment Containment { get; }

    /// <summary>The domain whose process, kernel or guest this is. A component of a paused domain does not run.</summary>
    public Domain? Domain { get; }

    public bool Alive { get; private set; } = true;

    /// <summary>Why it died; null while it lives and after a normal exit.</summary>
    public string? Death { get; private set; }

    /// <summary>The connections that call back into the component: with its timers and event handlers, the roots of what it remembers.</summary>
    public IReadOnlyList<object> Connections => connections;

    /// <summary>How many handlers of this component have run.</summary>
    public long EventCount { get; internal set; }

    /// <summary>Queued events that are not periodic housekeeping.</summary>
    internal int Queued { get; set; }

    /// <summary>What is queued, and what has been since the last look; kept only where somebody looks on, and not for the trusted side.</summary>
    internal List<Timer> Timers { get; } = [];

    /// <summary>The component crashed or was killed; <see cref="Death"/> says why.</summary>
    public event Action<Component>? Died;

    /// <summary>The component is no more, for whatever reason, a normal exit included: what it held open is released here.</summary>
    public event Action<Component>? Ended;

    /// <summary>Notes a connection that calls back into the component.</summary>
    public void Holds(object connection) => connections.Add(connection);

    /// <summary>What is queued for the component, the next first: for those who look on.</summary>
    public IReadOnlyList<Timer> QueuedTimers()
    {
        Timers.RemoveAll(timer => !(timer.IsListed = timer.InQueue));
        if (Timers.Count > 1)
        {
            Timers.Sort((left, right) => left.Position.CompareTo(right.Position));
        }

        return Timers;
    }

    /// <summary>A normal exit.</summary>
    public void Exit()
    {
        if (!Alive)
        {
            return;
        }

        Simulation.Note(this, "exit");
        End();
    }

    /// <summary>Ends the component at once, as a crash or SIGKILL does.</summary>
    public void Kill(string reason)
    {
        if (!Alive)
        {
            return;
        }

        Simulation.Note(this, $"died: {reason}");
        Death = reason;
        End();
        Died?.Invoke(this);
    }

    /// <summary>Stops the component without a word to anyone: the machine under it is gone.</summary>
    internal void PowerOff(string reason)
    {
        Death = reason;
        Alive = false;
        Simulation.Forget(this);
        Simulation.Tap?.Gone(this);
    }

    /// <summary>Stops the component because its domain is gone: it did not crash itself, but what it held open is released.</summary>
    internal void StopWithDomain(string reason)
    {
        Death = reason;
        End();
    }

    private void End()
    {
        Alive = false;
        Simulation.Forget(this);
        Simulation.Tap?.Gone(this);
        Ended?.Invoke(this);
    }

    public override string ToString() => Name;
}
