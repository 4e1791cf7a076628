using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mutators.Campaign.Configuration;

/// <summary>What <c>init</c> writes: the configuration as a commented file, and its JSON schema.</summary>
public static class ConfigurationText
{
    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>The JSON schema (draft 2020-12) of the file.</summary>
    public static string Schema()
    {
        var properties = new JsonObject { ["$schema"] = new JsonObject { ["type"] = "string", ["description"] = "Where this schema lies, for editors." } };
        foreach (var key in ConfigurationKey.All)
        {
            properties[key.Name] = key.Schema();
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Mutators' campaign configuration",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        }.ToJsonString(indented) + "\n";
    }

    /// <summary>A file that says what a configuration says, and has every other key as a comment with its default.</summary>
    public static string Commented(CampaignConfiguration configuration)
    {
        var defaults = new CampaignConfiguration();
        var text = new StringBuilder("{\n  // What 'dotnet mutators init' found. Comments and trailing commas are allowed; keys that are commented out have their default.\n  // For an editor's help: dotnet mutators init --schema > mutators.schema.json, and \"$schema\": \"./mutators.schema.json\" here.\n");
        foreach (var key in ConfigurationKey.All)
        {
            var value = key.Json(configuration);
            var isDefault = value == key.Json(defaults);
            text.Append($"\n  // {key.Description}{(key.Words.IsEmpty ? "" : $" One of: {string.Join(", ", key.Words)}.")}\n  {(isDefault ? "// " : "")}\"{key.Name}\": {Spaced(value)},\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>On one line, with blanks where people put some.</summary>
    private static string Spaced(string json) => JsonNode.Parse(json) switch
    {
        JsonArray list => $"[{string.Join(", ", list.Select(item => Spaced(item?.ToJsonString(ConfigurationSources.Options) ?? "null")))}]",
        JsonObject value => $"{{ {string.Join(", ", value.Select(each => $"\"{each.Key}\": {Spaced(each.Value?.ToJsonString(ConfigurationSources.Options) ?? "null")}"))} }}",
        _ => json,
    };
}
