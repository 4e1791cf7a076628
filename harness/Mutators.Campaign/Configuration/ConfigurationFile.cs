using System.Collections.Immutable;
using System.Text.Json;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Configuration;

/// <summary>
/// Reads a campaign's configuration file: JSON with comments and trailing commas. A key that nobody knows is an error with a suggestion,
/// since a mistyped key that is silently ignored gives a campaign other than the one that was asked for.
/// </summary>
public static class ConfigurationFile
{
    /// <summary>The file that is read when no other is named, at the repository's root.</summary>
    public const string DefaultName = "mutators.json";

    private static readonly string[] Keys = ["$schema", .. ConfigurationKey.All.Select(key => key.Name)];

    private static readonly string[] WorkloadKeys = ["name", "project", "arguments", "rendezvous"];

    /// <summary>The configuration in <paramref name="path"/>.</summary>
    /// <exception cref="UsageException">The file cannot be read, is no JSON, or says something that has no meaning.</exception>
    public static CampaignConfiguration Read(string path) => Parse(ReadText(path), Path.GetFileName(path));

    /// <summary>The text of the file.</summary>
    internal static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The configuration {path} cannot be read: {unreadable.Message}", "Name an existing file with --campaign FILE, or leave the option out.");
        }
    }

    /// <summary>The configuration that <paramref name="json"/> states; <paramref name="name"/> is the file's, for messages.</summary>
    public static CampaignConfiguration Parse(string json, string name)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
        }
        catch (JsonException error)
        {
            throw new UsageException($"{name} is not valid JSON at line {error.LineNumber + 1}: {error.Message.Split(" LineNumber")[0]}", "Mend that line; comments and trailing commas are allowed.");
        }

        using (document)
        {
            var reader = new ObjectReader(document.RootElement, name, "");
            reader.RejectUnknown(Keys);
            var defaults = new CampaignConfiguration();
            if (reader.Has("sample") && reader.Has("margin"))
            {
                throw new UsageException($"{name} has both 'sample' and 'margin', and each says how many faults to draw.", "Leave one of them out.");
            }

            return new CampaignConfiguration
            {
                Targets = reader.Strings("targets"),
                Solution = reader.Value<string?>("solution", text => text, defaults.Solution),
                Workloads = DistinctlyNamed(reader.Objects("workloads").Select(ReadWorkload)),
                Profile = reader.Value("profile", Choices.Profile, defaults.Profile),
                Operators = reader.Strings("operators"),
                In = reader.Strings("in"),
                Members = reader.Strings("members"),
                Since = reader.Value<string?>("since", text => text, defaults.Since),
                Classes = [.. reader.Strings("classes").Select(Choices.Class)],
                Complexity = reader.Value<ComplexityRange?>("complexity", Choices.Complexity, null),
                IncludeGenerated = reader.Flag("includeGenerated"),
                IncludeExcludedFromCoverage = reader.Flag("includeExcludedFromCoverage"),
                Sample = reader.Has("sample") ? (int)reader.Number("sample", 0, 1, int.MaxValue) : null,
                Margin = reader.Share("margin"),
                Confidence = reader.Share("confidence") ?? defaults.Confidence,
                Sampling = reader.Value<SamplingRule?>("sampling", text => Choices.Sampling(text), defaults.Sampling),
                Seed = reader.Seed("seed", defaults.Seed),
                Equivalence = !reader.Has("equivalence") || reader.Flag("equivalence"),
                UnitTests = reader.Strings("unitTests"),
                UnitTestFilter = reader.Strings("unitTestFilter"),
                Residual = reader.Flag("residual"),
                Engine = reader.Choice("engine", defaults.Engine),
                Matrix = reader.Flag("matrix"),
                TimeFactor = reader.Number("timeFactor", defaults.TimeFactor, 1, 10_000),
                MemoryMebibytes = (int)reader.Number("memoryMebibytes", defaults.MemoryMebibytes, 16, 1 << 20),
                OutputMebibytes = (int)reader.Number("outputMebibytes", defaults.OutputMebibytes, 1, 1 << 20),
                DegradedShare = reader.Number("degradedShare", defaults.DegradedShare, 0, 10_000),
            };
        }
    }

    private static Workload ReadWorkload(ObjectReader reader)
    {
        reader.RejectUnknown(WorkloadKeys);
        var project = reader.String("project");
        var name = reader.Has("name") ? reader.String("name") : Path.GetFileNameWithoutExtension(project);
        return IsName(name)
            ? new Workload(name, project, reader.Strings("arguments")) { Rendezvous = reader.Strings("rendezvous") }
            : throw new UsageException($"'{name}' is no name for a workload.", "Use letters, digits, '-', '_' and '.', beginning with a letter or digit: it names a folder and appears in reports.");
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static ImmutableArray<Workload> DistinctlyNamed(IEnumerable<Workload> workloads)
    {
        var all = workloads.ToImmutableArray();
        return all.GroupBy(workload => workload.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UsageException($"Two workloads are called '{twice.Key}'.", "Give each a name of its own.")
            : all;
    }

    private sealed class ObjectReader
    {
        private readonly JsonElement element;
        private readonly string file;
        private readonly string prefix;

        internal ObjectReader(JsonElement element, string file, string prefix)
        {
            this.element = element;
            this.file = file;
            this.prefix = prefix;
            if (element.ValueKind != JsonValueKind.Object)
            {
                throw Wrong(prefix.Length == 0 ? "the file" : prefix.TrimEnd('.'), "an object { ... }");
            }
        }

        internal bool Has(string key) => element.TryGetProperty(key, out _);

        internal void RejectUnknown(string[] known)
        {
            foreach (var property in element.EnumerateObject())
            {
                if (!known.Contains(property.Name))
                {
                    throw new UsageException(
                        $"{file} has a key '{prefix}{property.Name}' that means nothing.",
                        $"Did you mean '{Suggestion.Nearest(property.Name, known)}'? Known keys: {string.Join(", ", known.Where(key => key[0] != '$'))}.");
                }
            }
        }

        internal string String(string key) =>
            element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(prefix + key, "a text");

        internal ImmutableArray<string> Strings(string key) => [.. Items(key).Select((item, index) =>
            item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong($"{prefix}{key}[{index}]", "a text"))];

        internal IEnumerable<ObjectReader> Objects(string key) =>
            Items(key).Select((item, index) => new ObjectReader(item, file, $"{prefix}{key}[{index}]."));

        internal double Number(string key, double whenAbsent, double least, double most)
        {
            if (!element.TryGetProperty(key, out var value))
            {
                return whenAbsent;
            }

            return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
                ? number
                : throw Wrong(prefix + key, $"a number from {least} to {most}");
        }

        /// <summary>Every digit of a seed counts, and a double has 16 of its 20.</summary>
        internal ulong Seed(string key, ulong whenAbsent) =>
            !element.TryGetProperty(key, out var value) ? whenAbsent
            : value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var seed) ? seed
            : throw Wrong(prefix + key, $"a whole number from 0 to {ulong.MaxValue}");

        /// <summary>A share between 0 and 1, as a number or in percent.</summary>
        internal double? Share(string key)
        {
            if (!element.TryGetProperty(key, out var value))
            {
                return null;
            }

            var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : "";
            return Choices.TryShare(text, out var share) ? share : throw Wrong(prefix + key, "a share such as \"5%\" or 0.05");
        }

        internal bool Flag(string key) =>
            element.TryGetProperty(key, out var value) && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.False ? false : throw Wrong(prefix + key, "true or false")));

        internal T Value<T>(string key, Func<string, T> read, T whenAbsent) => Has(key) ? read(String(key)) : whenAbsent;

        internal T Choice<T>(string key, T whenAbsent)
            where T : struct, Enum
        {
            if (!Has(key))
            {
                return whenAbsent;
            }

            return Enum.TryParse<T>(String(key).Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var choice) && Enum.IsDefined(choice)
                ? choice
                : throw Wrong(prefix + key, "one of " + string.Join(", ", Enum.GetNames<T>().Select(Suggestion.Kebab)));
        }

        private JsonElement[] Items(string key)
        {
            if (!element.TryGetProperty(key, out var value))
            {
                return [];
            }

            return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Wrong(prefix + key, "a list [ ... ]");
        }

        private UsageException Wrong(string what, string expected) =>
            new($"In {file}, {what} is not {expected}.", $"Give {expected}, or leave the key out for its default.");
    }
}
