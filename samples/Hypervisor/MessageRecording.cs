namespace Xen.Hypervisor;

/// <summary>A message as it was handed over: by which way, in words, and what the receiver got.</summary>
/// <param name="Kind">The way: store, event, page.</param>
/// <param name="Text">The message in words; what two messages are compared by.</param>
/// <param name="Payload">What the way needs to hand it over once more.</param>
public sealed record RecordedMessage(string Kind, string Text, byte[] Payload);

/// <summary>A handler of a component: when it ran, what it was about, and what it handed over, in order.</summary>
public sealed record RecordedStep(string Of, string On, long At)
{
    public List<RecordedMessage> Messages { get; } = [];

    /// <summary>It has taken place again, or its messages were handed over without it.</summary>
    public bool IsDone { get; set; }
}

/// <summary>
/// Writes down what all components hand over, so that another run can let the others hear it whatever one of them says there. A line of text for each step, and one
/// for each of its messages behind it.
/// </summary>
public sealed class MessageRecording(TextWriter file)
{
    private readonly Stack<RecordedStep> steps = new();

    /// <summary>Reads what <see cref="MessageRecording"/> has written, in the order in which the handlers ended.</summary>
    public static IEnumerable<RecordedStep> Read(TextReader file)
    {
        RecordedStep? step = null;
        while (file.ReadLine() is { } line)
        {
            var words = line.Split('\t');
            if (words.Length != 4)
            {
                throw new FormatException($"'{line}' is no line of a recording.");
            }

            if (words[0].Length > 0)
            {
                if (step is not null)
                {
                    yield return step;
                }

                step = new RecordedStep(words[0], words[1], long.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                step!.Messages.Add(new RecordedMessage(words[1], words[2], Convert.FromBase64String(words[3])));
            }
        }

        if (step is not null)
        {
            yield return step;
        }
    }

    internal void Begin(string component, string what, long now) => steps.Push(new RecordedStep(component, what, now));

    /// <summary>Takes a message of the handler that runs.</summary>
    public void Add(string kind, string text, byte[] payload)
    {
        if (steps.TryPeek(out var step))
        {
            step.Messages.Add(new RecordedMessage(kind, OneLine(text), payload));
        }
    }

    internal void End()
    {
        var step = steps.Pop();
        file.Write(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{OneLine(step.Of)}\t{OneLine(step.On)}\t{step.At}\t\n"));
        foreach (var message in step.Messages)
        {
            file.Write($"\t{message.Kind}\t{message.Text}\t{Convert.ToBase64String(message.Payload)}\n");
        }
    }

    internal static string OneLine(string text) => text.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ');
}
