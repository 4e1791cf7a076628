using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mutators;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Engines.Reload;
using Mutators.Campaign.Outcomes;

namespace Benchmarks;

/// <summary>Every operator's mutants by both engines: whatever an outcome says must be the same, word for word.</summary>
internal static class CrossChecking
{
    private const int EnginesDisagree = 3;

    /// <summary>Runs the mutants, and prints each difference and a table.</summary>
    /// <param name="repository">A clean clone of this repository.</param>
    /// <param name="ofEach">How many mutants of each operator; fewer where an operator has fewer reached sites.</param>
    public static int Run(string repository, int ofEach)
    {
        var configuration = ConfigurationFile.Read(Path.Combine(repository, ConfigurationFile.DefaultName)) with
        {
            Operators = [.. FaultOperator.All.Select(each => each.Definition.Id)],
        };
        using var bench = Bench.OpenReached(repository, configuration, ofEach);
        var reload = new Dictionary<MutantId, Outcome?>();
        using (var engine = bench.Engine())
        {
            engine.Run(bench.Jobs, result => reload[result.Job.Mutant] = bench.OutcomeOf(result), CancellationToken.None);
            Console.WriteLine(engine.Statistics.InWords());
        }

        var builder = new RebuildEngine(bench.Workspace.Checkout, bench.Workspace.Build);
        var rebuilt = new RebuiltOutcomes(Path.Combine(repository, ".mutators", "rebuilt.jsonl"));
        var origins = FaultOperator.All.ToDictionary(each => each.Definition.Id, each => each.Definition.Origin, StringComparer.Ordinal);
        var compared = new List<(string Operator, Outcome Reload, bool IsMode, bool IsWord)>();
        var left = 0;
        var began = Stopwatch.GetTimestamp();
        foreach (var job in bench.Jobs)
        {
            if (reload[job.Mutant] is not { } fast)
            {
                left++;
                continue;
            }

            var slow = rebuilt.Of(job.Commit, () => bench.Rebuild(builder, job).Outcome);
            var (isMode, isWord) = (fast.Mode == slow.Mode, Words(fast) == Words(slow));
            compared.Add((job.Mutant.Operator, fast, isMode, isWord));
            if (!isMode || !isWord)
            {
                Console.WriteLine($"{(isMode ? "words" : "MODE")} {job.Mutant} by {fast.Engine}\n  reload:  {Words(fast)}\n  rebuild: {Words(slow)}");
            }

            if (compared.Count % 50 == 0)
            {
                Console.WriteLine($"{compared.Count} compared after {Stopwatch.GetElapsedTime(began).TotalMinutes:0.0} minutes");
            }
        }

        Console.WriteLine("| origin of the operators | operators with reached sites | mutants compared | failure modes that differ | outcomes that differ in any word |");
        foreach (var origin in compared.GroupBy(each => (FaultOrigin?)origins[each.Operator]).OrderBy(group => group.Key).Append(compared.GroupBy(_ => (FaultOrigin?)null).Single()))
        {
            Console.WriteLine($"| {origin.Key?.ToString() ?? "all"} | {origin.Select(each => each.Operator).Distinct().Count()} of {origins.Values.Count(each => origin.Key is null || each == origin.Key)} "
                + $"| {origin.Count()} | {origin.Count(each => !each.IsMode)} | {origin.Count(each => !each.IsWord)} |");
        }

        Console.WriteLine(string.Join(", ", compared.GroupBy(each => each.Reload.Engine.Split(' ')[0]).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} by {group.Key}"))
            + $", {left} left to the rebuild engine");
        Console.WriteLine(string.Join(", ", compared.GroupBy(each => each.Reload.Mode).OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key.Words}")));
        return compared.All(each => each.IsMode) ? 0 : EnginesDisagree;
    }

    private static string Words(Outcome outcome) =>
        $"{outcome.Mode.Words}; {string.Join(", ", outcome.Flags)}; {outcome.Detection}; {string.Join(", ", outcome.Detectors)}; {outcome.Reason}; "
        + string.Join(", ", outcome.Differences.Select(each => $"{each.Golden} -> {each.Mutant}"));
}

/// <summary>What the rebuild engine said of each commit, kept in a file: it does not change when the reload engine does, and takes nearly all of the time.</summary>
internal sealed class RebuiltOutcomes
{
    private static readonly JsonSerializerOptions options = new() { Converters = { new MutantIdText() } };

    private readonly string _file;
    private readonly Dictionary<string, Outcome> _known = new(StringComparer.Ordinal);

    public RebuiltOutcomes(string file)
    {
        _file = file;
        foreach (var line in File.Exists(file) ? File.ReadAllLines(file) : [])
        {
            var entry = JsonSerializer.Deserialize<Entry>(line, options)!;
            _known[entry.Commit] = entry.Outcome;
        }
    }

    /// <summary>The outcome of a commit, from the file or by rebuilding it now.</summary>
    public Outcome Of(string commit, Func<Outcome> rebuild)
    {
        if (!_known.TryGetValue(commit, out var outcome))
        {
            _known[commit] = outcome = rebuild();
            File.AppendAllText(_file, JsonSerializer.Serialize(new Entry(commit, outcome), options) + "\n");
        }

        return outcome;
    }

    private sealed record Entry(string Commit, Outcome Outcome);

    private sealed class MutantIdText : JsonConverter<MutantId>
    {
        public override MutantId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => MutantId.TryParse(reader.GetString()!, out var id) ? id : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, MutantId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
