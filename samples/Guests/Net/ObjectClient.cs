using System.Globalization;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;
using Timer = Xen.Hypervisor.Timer;

namespace Xen.Guests;

/// <summary>How a network workload ended, from the guest's point of view.</summary>
public enum NetworkOutcome
{
    Running,

    /// <summary>Every request was answered with what belongs to it.</summary>
    Ok,

    /// <summary>The server refused a request, or could not be reached in time.</summary>
    Failed,

    /// <summary>An answer was not what it must be.</summary>
    Corrupt,

    /// <summary>The guest shut down before the workload was through.</summary>
    Stopped,
}

/// <summary>
/// Asks a server for objects and brings it some, one after the other over connections that each carry several requests, and looks at
/// every answer: status, sequence number, length, checksum and each byte. A request that stays without an answer is made again on a
/// new connection.
/// </summary>
public sealed class ObjectClient
{
    /// <summary>A request without an answer for so long is made again.</summary>
    public const long AnswerTimeoutNs = 10_000_000_000;

    private const int MaxAttempts = 4;
    private const int RequestsPerConnection = 6;
    private const long RetryPauseNs = 500_000_000;
    private const ulong FnvPrime = 0x100000001B3UL;
    private const ulong FnvOffset = 0xCBF29CE484222325UL;

    private readonly GuestNetwork network;
    private readonly Ipv4Address server;
    private readonly RandomStream random;
    private TcpConnection? connection;
    private HttpReader reader = new();
    private Timer? timer;
    private Action? moreDone;
    private int wanted;
    private int onConnection;
    private int attempts;
    private uint number;
    private int size;
    private bool upload;

    public ObjectClient(GuestNetwork network, Ipv4Address server, ulong seed, int requests)
    {
        this.network = network;
        this.server = server;
        wanted = requests;
        random = network.Simulation.Stream($"objects {network.Address} {seed:x}");
    }

    public NetworkOutcome Outcome { get; private set; } = NetworkOutcome.Running;

    public bool Ended => Outcome != NetworkOutcome.Running;

    /// <summary>What went wrong first; null when nothing did.</summary>
    public string? Detail { get; private set; }

    /// <summary>Requests whose answers were right.</summary>
    public int Completed { get; private set; }

    /// <summary>Requests that had to be made again.</summary>
    public int Retries { get; private set; }

    /// <summary>Over everything that was asked for and got, in order.</summary>
    public ulong Digest { get; private set; } = FnvOffset;

    /// <summary>The workload has ended, well or not.</summary>
    public event Action<ObjectClient>? Finished;

    public void Start() => NextRequest();

    /// <summary>The guest is shutting down.</summary>
    public void Stop() => End(NetworkOutcome.Stopped, null);

    /// <summary>Makes some more requests after the workload has ended well. <see cref="Outcome"/> tells how they went when <paramref name="done"/> runs.</summary>
    public bool Continue(int requests, Action done)
    {
        if (Outcome != NetworkOutcome.Ok)
        {
            return false;
        }

        Outcome = NetworkOutcome.Running;
        wanted = Completed + requests;
        moreDone = done;
        NextRequest();
        return true;
    }

    private void NextRequest()
    {
        if (Completed >= wanted)
        {
            connection?.Close();
            connection = null;
            End(NetworkOutcome.Ok, null);
            return;
        }

        upload = random.Chance(25);
        number = (uint)random.Below(10_000);
        size = random.Chance(50) ? random.Below(1500) : random.Below(24 * 1024);
        attempts = 0;
        Request();
    }

    private void Request()
    {
        attempts++;
        if (connection is null || onConnection >= RequestsPerConnection)
        {
            connection?.Close();
            Open();
        }

        onConnection++;
        timer = network.Simulation.After(AnswerTimeoutNs, network.Component, "answer timeout", () => Again("no answer"));
        var sequence = ("X-Sequence", Number(Completed));
        if (upload)
        {
            connection!.Write(HttpMessage.Build($"PUT /object/{Number(number)} HTTP/1.1", ObjectContent.Make(server, number, size), sequence));
        }
        else
        {
            connection!.Write(HttpMessage.Build($"GET /object/{Number(number)} HTTP/1.1", [], sequence, ("X-Size", Number(size))));
        }
    }

    private void Open()
    {
        onConnection = 0;
        reader = new HttpReader();
        var opened = network.Connect(server, ObjectServer.Port);
        connection = opened;
        opened.Received = bytes =>
        {
            if (connection == opened)
            {
                Received(bytes);
            }
        };
        opened.Ended = why =>
        {
            if (connection == opened)
            {
                connection = null;
                Again(why ?? "the server has hung up");
            }
        };
    }

    private void Received(ReadOnlyMemory<byte> bytes)
    {
        reader.Add(bytes.Span);
        if (reader.Broken)
        {
            End(NetworkOutcome.Corrupt, $"request {Completed}: the answer is no HTTP");
            return;
        }

        if (reader.Next() is not { } answer || Ended)
        {
            return;
        }

        timer?.Cancel();
        if (Check(answer) is { } wrong)
        {
            End(wrong.Outcome, $"request {Completed}: {wrong.Text}");
            return;
        }

        Digest = (Digest ^ ((ulong)number << 32) ^ (uint)size) * FnvPrime;
        Digest = (Digest ^ Crc32C.Compute(answer.Body.Span)) * FnvPrime;
        Completed++;
        NextRequest();
    }

    private (NetworkOutcome Outcome, string Text)? Check(HttpMessage answer)
    {
        if (answer.Number("X-Sequence") != Completed)
        {
            return (NetworkOutcome.Corrupt, $"the answer is for request {answer.Number("X-Sequence")}");
        }

        if (answer.StartLine == "HTTP/1.1 422 Unprocessable Content")
        {
            return (NetworkOutcome.Corrupt, "the object arrived damaged");
        }

        if (answer.StartLine != (upload ? "HTTP/1.1 201 Created" : "HTTP/1.1 200 OK"))
        {
            return (NetworkOutcome.Failed, answer.StartLine);
        }

        var content = ObjectContent.Make(server, number, size);
        if (!answer.Headers.TryGetValue("X-Crc32c", out var crc) || crc != ObjectServer.Crc(content))
        {
            return (NetworkOutcome.Corrupt, "the checksum is wrong");
        }

        if (!upload && answer.Body.Length != size)
        {
            return (NetworkOutcome.Corrupt, $"{answer.Body.Length} bytes instead of {size}");
        }

        if (!upload && !answer.Body.Span.SequenceEqual(content))
        {
            return (NetworkOutcome.Corrupt, "the bytes are wrong");
        }

        return null;
    }

    private void Again(string why)
    {
        timer?.Cancel();
        if (Ended)
        {
            return;
        }

        if (attempts >= MaxAttempts)
        {
            End(NetworkOutcome.Failed, $"request {Completed}: {why}");
            return;
        }

        Retries++;
        var given = connection;
        connection = null;
        given?.Abort(why);
        timer = network.Simulation.After(RetryPauseNs, network.Component, "request again", Request);
    }

    private void End(NetworkOutcome outcome, string? detail)
    {
        if (Ended)
        {
            return;
        }

        timer?.Cancel();
        Outcome = outcome;
        Detail = detail;
        if (outcome != NetworkOutcome.Ok)
        {
            var given = connection;
            connection = null;
            given?.Abort("giving up");
        }

        if (moreDone is { } done)
        {
            moreDone = null;
            done();
            return;
        }

        Finished?.Invoke(this);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
