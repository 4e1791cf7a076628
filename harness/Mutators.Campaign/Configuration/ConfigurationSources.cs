using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Mutators.Campaign.Configuration;

/// <summary>A configuration and what each of its values came from, as far as file and environment go: environment over file over default.</summary>
/// <param name="Configuration">The effective values.</param>
/// <param name="File">The file's name; null without one.</param>
/// <param name="InFile">The keys whose value is the file's.</param>
/// <param name="InEnvironment">The keys whose value is a variable's.</param>
public sealed record ConfigurationSources(CampaignConfiguration Configuration, string? File, IReadOnlySet<string> InFile, IReadOnlySet<string> InEnvironment)
{
    private const string EnvironmentName = "the environment";

    private static readonly JsonDocumentOptions lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Variables of the same beginning that are the tool's own, for the processes that it starts.</summary>
    private static readonly string[] Internal = ["MUTATORS_AGENT_", "MUTATORS_ACTIVATION_"];

    /// <summary>Keys that say the same thing in two ways: who gives one takes the other away.</summary>
    private static readonly (string Key, string Instead)[] exclusive = [("sample", "margin"), ("margin", "sample"), ("profile", "operators")];

    internal static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Reads a file, if there is one, and what the environment says in its place.</summary>
    /// <param name="path">The file; null for none.</param>
    /// <param name="environment">The variables.</param>
    /// <exception cref="UsageException">One of them says something that has no meaning.</exception>
    public static ConfigurationSources Read(string? path, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var name = path is null ? null : Path.GetFileName(path);
        var text = path is null ? "{}" : ConfigurationFile.ReadText(path);

        // By itself first, so that what is wrong is said of the file and its lines.
        var configuration = ConfigurationFile.Parse(text, name ?? "");
        var values = Values(text);
        values.Remove("$schema");
        var given = FromEnvironment(environment);
        if (given.Count > 0)
        {
            ConfigurationFile.Parse(given.ToJsonString(), EnvironmentName);
            foreach (var (key, instead) in exclusive.Where(each => given.ContainsKey(each.Key) && !given.ContainsKey(each.Instead)))
            {
                values.Remove(instead);
            }

            foreach (var (key, value) in given)
            {
                values[key] = value?.DeepClone();
            }

            configuration = ConfigurationFile.Parse(values.ToJsonString(), name ?? EnvironmentName);
        }

        return new ConfigurationSources(
            configuration,
            name,
            values.Select(each => each.Key).Where(key => !given.ContainsKey(key)).ToHashSet(StringComparer.Ordinal),
            given.Select(each => each.Key).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The keys of a file with their values; of a key that stands there twice the last one, as everywhere.</summary>
    private static JsonObject Values(string text)
    {
        using var document = JsonDocument.Parse(text, lenient);
        var values = new JsonObject();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            values[property.Name] = JsonNode.Parse(property.Value.GetRawText(), documentOptions: lenient);
        }

        return values;
    }

    private static JsonObject FromEnvironment(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var values = new JsonObject();
        foreach (var (variable, text) in environment.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith(ConfigurationKey.VariablePrefix, StringComparison.Ordinal) || Internal.Any(prefix => variable.StartsWith(prefix, StringComparison.Ordinal)))
            {
                continue;
            }

            var key = ConfigurationKey.All.FirstOrDefault(each => each.Variable == variable) ?? throw new UsageException(
                $"The variable {variable} means nothing.", $"Did you mean {Suggestion.Nearest(variable, ConfigurationKey.All.Select(each => each.Variable))}? Unset it, or give it one of the configuration's names.");
            values[key.Name] = Value(key, text);
        }

        return values;
    }

    /// <summary>A variable's text as the file would have it; what has no meaning stays a text, so that reading it says so.</summary>
    private static JsonNode? Value(ConfigurationKey key, string text) => key.Kind switch
    {
        KeyKind.Texts or KeyKind.Choices => new JsonArray([.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(each => JsonValue.Create(each))]),
        KeyKind.Flag when text is "true" or "1" => JsonValue.Create(true),
        KeyKind.Flag when text is "false" or "0" => JsonValue.Create(false),
        KeyKind.Whole when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        KeyKind.Number when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        KeyKind.Workloads => Parsed(key, text),
        _ => JsonValue.Create(text),
    };

    private static JsonNode? Parsed(ConfigurationKey key, string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: lenient);
        }
        catch (JsonException)
        {
            throw new UsageException($"The variable {key.Variable} is no JSON.", "Write it as in the file: [{ \"project\": \"src/Program\" }]");
        }
    }
}
