using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Xen.Hypervisor;

namespace Xen.XenWorkloads;

/// <summary>What a run has to report: lines of JSON with the key <c>observe</c>, in the order in which things were seen.</summary>
/// <param name="simulation">Whose clock stands in the lines.</param>
/// <param name="told">Takes each line at once; null for nobody.</param>
public sealed class Observations(Simulation simulation, Action<string>? told = null)
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<string> lines = [];

    public IReadOnlyList<string> Lines => lines;

    /// <summary>The run is over, and what is still done on the machine is told by <see cref="Recovery"/> alone.</summary>
    public bool Ended { get; set; }

    public void Phase(string name) => Write("phase", json =>
    {
        json.WriteString("name", name);
        At(json);
    });

    /// <summary>A command that was given to the toolstack, with its exit code and, when that is not 0, its last words.</summary>
    public void Operation(string name, int code, string error) => Write("operation", json =>
    {
        json.WriteString("name", name);
        json.WriteNumber("code", code);
        if (code != 0) json.WriteString("error", error);
        At(json);
    });

    public void Monitor(string name, string? problem) => Write("monitor", json =>
    {
        json.WriteString("name", name);
        Verdict(json, problem);
        At(json);
    });

    public void Component(string name, string kind, string what, string detail) => Write("component", json =>
    {
        json.WriteString("name", name);
        json.WriteString("kind", kind);
        json.WriteString("event", what);
        json.WriteString("detail", detail);
        At(json);
    });

    public void Invariant(string name, string? problem) => Write("invariant", json =>
    {
        json.WriteString("name", name);
        Verdict(json, problem);
        At(json);
    });

    public void State(string name, ulong digest) => Write("state", json =>
    {
        json.WriteString("name", name);
        json.WriteString("value", Hex(digest));
    });

    /// <summary>What a guest found when it read what it had written.</summary>
    public void Data(string name, string? problem, ulong digest) => Write("data", json =>
    {
        json.WriteString("name", name);
        Verdict(json, problem);
        json.WriteString("value", Hex(digest));
    });

    public void Resource(string name, long value) => Write("resource", json =>
    {
        json.WriteString("name", name);
        json.WriteNumber("value", value);
    });

    /// <summary>What an attempt to bring the host back has brought, after a failure of the host, a hang or a crash.</summary>
    /// <param name="name">What was done, after everything before it in the order had not sufficed.</param>
    /// <param name="isBack">Whether the host does again what hosts are for.</param>
    /// <param name="problem">What it still does not do; or, when it is back, what the first of the guests lacks that have not come through; null if all is well.</param>
    /// <param name="guests">The guests that there were.</param>
    /// <param name="kept">Those of them that run on as if nothing had been, their data right.</param>
    /// <param name="restarted">Those that run again because they were started anew.</param>
    /// <param name="tookNs">How long it took, the check included.</param>
    public void Recovery(string name, bool isBack, string? problem, int guests, int kept, int restarted, long tookNs) => Add("recovery", json =>
    {
        json.WriteString("name", name);
        json.WriteBoolean("ok", isBack);
        if (problem is not null) json.WriteString("detail", problem);
        json.WriteNumber("guests", guests);
        json.WriteNumber("kept", kept);
        json.WriteNumber("restarted", restarted);
        json.WriteNumber("value", tookNs);
    });

    public static string Hex(ulong digest) => digest.ToString("x16", CultureInfo.InvariantCulture);

    private void At(Utf8JsonWriter json) => json.WriteNumber("at", simulation.Now);

    private static void Verdict(Utf8JsonWriter json, string? problem)
    {
        json.WriteBoolean("ok", problem is null);
        if (problem is not null) json.WriteString("detail", problem);
    }

    private void Write(string kind, Action<Utf8JsonWriter> fields)
    {
        if (!Ended) Add(kind, fields);
    }

    private void Add(string kind, Action<Utf8JsonWriter> fields)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Compact))
        {
            json.WriteStartObject();
            json.WriteString("observe", kind);
            fields(json);
            json.WriteEndObject();
        }
        lines.Add(Encoding.UTF8.GetString(stream.ToArray()));
        told?.Invoke(lines[^1]);
    }
}
