namespace Xen.Hypervisor;

/// <summary>
/// Isolates components: whatever they say, all others hear what was recorded, and so go on as they did then and answer as they did then. Messages are told apart by the
/// step in which a component says them and their place in it. What has no counterpart in the recording reaches nobody; what is missing is handed over without its sender.
/// </summary>
/// <remarks>
/// Isolated are the ways that can be replayed: requests to the store, events and pages that two domains share. Hypercalls, files and disks take effect as
/// the isolated component wants it: where others come to notice that, isolation has an end, and whoever compares the runs sees it.
/// </remarks>
public sealed class MessageReplay
{
    /// <summary>The kind of a message that nobody answers: its sender waits for ever.</summary>
    public const string Unanswered = "unanswered";

    private readonly Dictionary<string, List<RecordedStep>> recorded;
    private readonly Dictionary<(Component? Component, string Kind), Action<RecordedMessage>> ways = [];
    private readonly Dictionary<string, Component> named = new(StringComparer.Ordinal);
    private readonly Dictionary<Component, Stack<Course>> courses = [];
    private readonly List<RecordedStep> due;
    private Component? director;
    private int next;

    /// <param name="steps">The recording.</param>
    /// <param name="isolated">The components to isolate, by their names.</param>
    public MessageReplay(IEnumerable<RecordedStep> steps, IEnumerable<string> isolated)
    {
        recorded = isolated.Distinct(StringComparer.Ordinal).ToDictionary(name => MessageRecording.OneLine(name), _ => new List<RecordedStep>(), StringComparer.Ordinal);
        due = [];
        foreach (var step in steps)
        {
            if (recorded.TryGetValue(step.Of, out var list))
            {
                list.Add(step);
                if (step.Messages.Count > 0)
                {
                    due.Add(step);
                }
            }
        }

        due.Sort((left, right) => left.At.CompareTo(right.At));
    }

    /// <summary>An isolated handler in progress: the step that is its counterpart, and how far its messages have been handed over.</summary>
    private sealed class Course(RecordedStep? step)
    {
        public RecordedStep? Step { get; } = step;

        public int Next { get; set; }
    }

    /// <summary>The component that hands over in time what isolated ones do not say; no part of the machine.</summary>
    public bool Directs(Component component) => component == director;

    /// <summary>Whether others hear of this component what was recorded.</summary>
    public bool Isolates(Component component) => courses.ContainsKey(component);

    /// <summary>How to hand over a message that an isolated component does not say. With a component that is no more its own ways are gone.</summary>
    /// <param name="component">Whose way it is; null for one that all have in common.</param>
    /// <param name="kind">The messages' kind.</param>
    /// <param name="way">Hands one over.</param>
    internal void Opens(Component? component, string kind, Action<RecordedMessage> way) => ways[(component, kind)] = way;

    internal void Begin(Component component, string name, string what)
    {
        var simulation = component.Simulation;
        if (director is null)
        {
            director = new Component(simulation, "isolation", Containment.Trusted);
            Await(simulation);
        }

        name = MessageRecording.OneLine(name);
        named.TryAdd(name, component);
        if (!recorded.TryGetValue(name, out var steps))
        {
            return;
        }

        var on = MessageRecording.OneLine(what);
        var counterpart = steps.Find(step => !step.IsDone && step.At == simulation.Now && step.On == on);
        counterpart?.IsDone = true;
        if (!courses.TryGetValue(component, out var course))
        {
            courses.Add(component, course = new Stack<Course>());
        }

        course.Push(new Course(counterpart));
    }

    internal void End(Component component)
    {
        if (courses.TryGetValue(component, out var course) && course.TryPop(out var ended) && ended.Step is { } step)
        {
            HandOver(step, ended.Next, step.Messages.Count);
        }
    }

    /// <summary>The recorded pages of the isolated handler that runs: what others shall find in them.</summary>
    public IEnumerable<RecordedMessage> PagesOf(Component component) =>
        courses.TryGetValue(component, out var course) && course.TryPeek(out var running) && running.Step is { } step ? step.Messages.Where(message => message.Kind == SimulationTap.PageKind) : [];

    /// <summary>
    /// What others hear when a component says something: the same, or what was recorded in its place, or nothing (null). What the recording has before it
    /// is handed over first.
    /// </summary>
    /// <param name="from">Who says it.</param>
    /// <param name="kind">By which way.</param>
    /// <param name="text">In words; the first of them is the message's type.</param>
    /// <param name="payload">The message.</param>
    internal byte[]? Heard(Component? from, string kind, string text, byte[] payload)
    {
        if (from is null || !courses.TryGetValue(from, out var course) || !course.TryPeek(out var running))
        {
            return payload;
        }

        if (running.Step is not { } step)
        {
            return null;
        }

        var line = MessageRecording.OneLine(text);
        var at = step.Messages.FindIndex(running.Next, message => message.Kind == kind && message.Text == line);
        if (at < 0)
        {
            at = step.Messages.FindIndex(running.Next, message => message.Kind != SimulationTap.PageKind);
            if (at < 0 || step.Messages[at].Kind != kind || TypeOf(step.Messages[at].Text) != TypeOf(line))
            {
                return null;
            }
        }

        HandOver(step, running.Next, at);
        running.Next = at + 1;
        return step.Messages[at].Payload;
    }

    /// <summary>The component asks and waits, and nobody will answer: this handler is over.</summary>
    internal static void Block(Component component, SimulationTap tap, string text)
    {
        tap.Sent?.Invoke(new Message(tap.NameOf(component), "", Unanswered, text));
        throw new ComponentHaltedException($"{component.Name} is not answered");
    }

    private static string TypeOf(string text) => text.Split(' ', 2)[0];

    private void HandOver(RecordedStep step, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var message = step.Messages[i];
            if ((named.TryGetValue(step.Of, out var component) && component.Alive && ways.TryGetValue((component, message.Kind), out var way)) || ways.TryGetValue((null, message.Kind), out way))
            {
                way(message);
            }
        }
    }

    /// <summary>
    /// Steps that an isolated component leaves out, or comes to later, are heard of in time. The timer was set long before: it goes round once more, behind what is due at the
    /// same time and may be the step itself.
    /// </summary>
    private void Await(Simulation simulation)
    {
        if (next == due.Count)
        {
            return;
        }

        simulation.AfterHousekeeping(Math.Max(0, due[next].At - simulation.Now), director!, "due", () => simulation.AfterHousekeeping(0, director!, "due", () =>
        {
            for (; next < due.Count && due[next].At <= simulation.Now; next++)
            {
                var step = due[next];
                if (!step.IsDone)
                {
                    step.IsDone = true;
                    HandOver(step, 0, step.Messages.Count);
                }
            }

            Await(simulation);
        }));
    }
}
