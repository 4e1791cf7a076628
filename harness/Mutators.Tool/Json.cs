using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Mutators.Tool;

/// <summary>How data is printed for programs: camel case, indented, names of enumeration values in words joined by dashes.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>A value as it would be printed.</summary>
    internal static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, options);

    /// <summary>Prints a value on standard output.</summary>
    internal static void Print<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, options));
}
