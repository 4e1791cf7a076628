using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mutators.Campaign.Configuration;

/// <summary>What a key of the configuration takes.</summary>
public enum KeyKind
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>A list of texts.</summary>
    Texts,

    /// <summary>A list of words, each one of a few.</summary>
    Choices,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A share between 0 and 1, or a percentage.</summary>
    Share,

    /// <summary>A list of workloads.</summary>
    Workloads,
}

/// <summary>A key of the configuration: what file, environment, schema and documentation know of it.</summary>
/// <param name="Name">As it stands in the file.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Description">What it means.</param>
/// <param name="Of">Its value in a configuration; null where it has none.</param>
/// <param name="Words">The words that it takes; empty where any will do.</param>
public sealed partial record ConfigurationKey(string Name, KeyKind Kind, string Description, Func<CampaignConfiguration, object?> Of, params ImmutableArray<string> Words)
{
    /// <summary>What a variable of the environment that gives a key begins with.</summary>
    public const string VariablePrefix = "MUTATORS_";

    /// <summary>Every key, in the order in which people think of them.</summary>
    public static ImmutableArray<ConfigurationKey> All { get; } =
    [
        new("targets", KeyKind.Texts, "Projects that receive faults: project files, or folders that hold one. Default: what the test projects of the solution refer to; without test projects, every project.", it => it.Targets),
        new("solution", KeyKind.Text, "The solution whose projects are looked at, by its path in the repository. Default: the one at the root; without any, every project.", it => it.Solution),
        new("workloads", KeyKind.Workloads, "What exercises golden and mutants alike: test projects or programs. Default: the test projects that refer to a target; without any, the only program among the targets, without arguments.", it => it.Workloads),
        new("profile", KeyKind.Choice, "Which fault operators, by origin.", it => Configuration.Choices.Word(it.Profile), "representative", "dotnet", "classic", "all"),
        new("operators", KeyKind.Texts, "Ids of fault operators; wins over the profile.", it => it.Operators),
        new("classes", KeyKind.Choices, "ODC classes. Default: all.", it => it.Classes.Select(each => Suggestion.Kebab(each.ToString())), [.. Enum.GetNames<FaultClass>().Select(Suggestion.Kebab)]),
        new("in", KeyKind.Texts, "Globs that a site's path must match. Default: all files.", it => it.In),
        new("members", KeyKind.Texts, "Members or types that must hold the site: Xl.Create, Xl, Get*. Default: all.", it => it.Members),
        new("since", KeyKind.Text, "Only sites in members that changed since this commit, branch or tag.", it => it.Since),
        new("complexity", KeyKind.Text, "Cyclomatic complexity of the member: 3..10, ..5, 10..", it => it.Complexity?.ToString()),
        new("includeGenerated", KeyKind.Flag, "Also committed code that is marked as generated.", it => it.IncludeGenerated),
        new("includeExcludedFromCoverage", KeyKind.Flag, "Also code under [ExcludeFromCodeCoverage].", it => it.IncludeExcludedFromCoverage),
        new("sample", KeyKind.Whole, "How many faults to draw. Default: all sites.", it => it.Sample),
        new("margin", KeyKind.Share, "Draw as many as this margin of error needs, for example 5%; instead of sample.", it => it.Margin),
        new("confidence", KeyKind.Share, "How sure the margin is to be.", it => it.Confidence),
        new("sampling", KeyKind.Choice, "How to draw. Default: field-weights where the operators have some, otherwise uniform.", it => it.Sampling is { } rule ? Configuration.Choices.Word(rule) : null, "field-weights", "component", "operator", "uniform", "all"),
        new("seed", KeyKind.Whole, "The seed of the draw.", it => it.Seed),
        new("equivalence", KeyKind.Flag, "Whether mutants that are the same to the optimising compiler are looked for, and not run.", it => it.Equivalence),
        new("unitTests", KeyKind.Texts, "The project's own test projects, for 'residual'; otherwise those that refer to a target.", it => it.UnitTests),
        new("unitTestFilter", KeyKind.Texts, "Only these of their tests, by full names: App.Tests.Parsing.*; with an exclamation mark, not these. Default: all.", it => it.UnitTestFilter),
        new("residual", KeyKind.Flag, "Ask them which activated faults they catch.", it => it.Residual),
        new("engine", KeyKind.Choice, "How mutants are run.", it => Suggestion.Kebab(it.Engine.ToString()), "reload", "rebuild"),
        new("matrix", KeyKind.Flag, "Where tests are the workload: run every test that reaches a mutant, not only until one fails.", it => it.Matrix),
        new("timeFactor", KeyKind.Number, "A run may take this many times golden's wall time, and five seconds more.", it => it.TimeFactor),
        new("memoryMebibytes", KeyKind.Whole, "Limit of a run's managed heap.", it => it.MemoryMebibytes),
        new("outputMebibytes", KeyKind.Whole, "Limit of what a run prints.", it => it.OutputMebibytes),
        new("degradedShare", KeyKind.Number, "Virtual time or resources above golden's by this share count as degraded.", it => it.DegradedShare),
    ];

    /// <summary>The variable of the environment that gives it: <c>MUTATORS_TIME_FACTOR</c>.</summary>
    public string Variable => VariablePrefix + Hump().Replace(Name, "_$0").ToUpperInvariant();

    /// <summary>Its value in a configuration, as JSON.</summary>
    public string Json(CampaignConfiguration configuration) => JsonSerializer.Serialize(Of(configuration), ConfigurationSources.Options);

    /// <summary>Its part of the schema.</summary>
    public JsonObject Schema()
    {
        var schema = Kind switch
        {
            KeyKind.Texts => ListOf(new JsonObject { ["type"] = "string" }),
            KeyKind.Choices => ListOf(OneOf()),
            KeyKind.Choice => OneOf(),
            KeyKind.Flag => new JsonObject { ["type"] = "boolean" },
            KeyKind.Whole => new JsonObject { ["type"] = "integer", ["minimum"] = Name == "seed" ? 0 : 1 },
            KeyKind.Number => new JsonObject { ["type"] = "number", ["minimum"] = 0 },
            KeyKind.Share => new JsonObject { ["type"] = new JsonArray("number", "string"), ["exclusiveMinimum"] = 0, ["exclusiveMaximum"] = 1, ["pattern"] = "^[0-9]*\\.?[0-9]+ ?%?$" },
            KeyKind.Workloads => ListOf(Workload()),
            _ => new JsonObject { ["type"] = "string" },
        };
        schema["description"] = Description;
        if (Of(new CampaignConfiguration()) is { } value && JsonSerializer.SerializeToNode(value, ConfigurationSources.Options) is { } node and not JsonArray { Count: 0 })
        {
            schema["default"] = node;
        }

        return schema;
    }

    private JsonObject OneOf() => new() { ["enum"] = new JsonArray([.. Words.Select(word => JsonValue.Create(word))]) };

    private static JsonObject ListOf(JsonNode items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject Workload() => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray("project"),
        ["properties"] = new JsonObject
        {
            ["name"] = new JsonObject { ["type"] = "string", ["description"] = "Its name in reports. Default: the project's.", ["pattern"] = "^[A-Za-z0-9][A-Za-z0-9._-]*$" },
            ["project"] = new JsonObject { ["type"] = "string", ["description"] = "The program's project file, or the folder that holds it." },
            ["arguments"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" }, ["description"] = "Its arguments." },
            ["rendezvous"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" }, ["description"] = "Further arguments that make it tell what its components do, for 'trace'." },
        },
    };

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Hump();
}
