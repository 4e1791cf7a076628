using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mutators.Campaign.Configuration;

namespace Mutators.Campaign.Faultloads;

/// <summary>
/// A faultload as a file that reproduces itself: with the golden commit and this file, the same branches with the same commits are made on
/// every machine. It says what was drawn, out of what, by which rule and seed; what it was drawn by is for people, what is run are its ids.
/// </summary>
/// <param name="SchemaVersion">Raised when a property changes its meaning or disappears.</param>
/// <param name="Golden">The commit that it was drawn from.</param>
/// <param name="Seed">The seed of the draw; also a trailer of every commit.</param>
/// <param name="Rule">The sampling rule, as it is typed.</param>
/// <param name="Sample">How many were asked for; null for all.</param>
/// <param name="Margin">The margin that was asked for, or null.</param>
/// <param name="Confidence">How sure the margin is to be, or null.</param>
/// <param name="Profile">The profile of the operators, as it is typed; null where they were named.</param>
/// <param name="Operators">The operators that looked for sites.</param>
/// <param name="Targets">The projects that were looked at; empty for those of the solution.</param>
/// <param name="Filters">What the sites had to match, in words.</param>
/// <param name="IncludeGenerated">Whether generated code was looked at.</param>
/// <param name="IncludeExcludedFromCoverage">Whether code excluded from coverage was looked at.</param>
/// <param name="Strata">The strata with their mutants.</param>
public sealed record FaultloadFile(
    [property: JsonRequired] int SchemaVersion,
    [property: JsonRequired] string Golden,
    [property: JsonRequired] ulong Seed,
    [property: JsonRequired] string Rule,
    int? Sample,
    double? Margin,
    double? Confidence,
    string? Profile,
    ImmutableArray<string> Operators,
    ImmutableArray<string> Targets,
    ImmutableArray<string> Filters,
    bool IncludeGenerated,
    bool IncludeExcludedFromCoverage,
    [property: JsonRequired] ImmutableArray<FaultloadStratum> Strata)
{
    /// <summary>The version that this tool writes, and the only one that it reads.</summary>
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The ids of all mutants.</summary>
    public ImmutableArray<string> Ids => [.. Strata.SelectMany(stratum => stratum.Mutants)];

    /// <summary>The file of a faultload.</summary>
    public static FaultloadFile Of(Faultload faultload, string golden, CampaignConfiguration configuration, IEnumerable<FaultOperator> operators)
    {
        var byStratum = faultload.Mutants.ToLookup(faultload.StratumOf, mutant => mutant.Id.ToString(), StringComparer.Ordinal);
        var hasMargin = faultload.Sample is not null && configuration.Sample is null;
        return new FaultloadFile(
            CurrentVersion,
            golden,
            faultload.Seed,
            Choices.Word(faultload.Rule),
            faultload.Sample,
            hasMargin ? configuration.Margin : null,
            hasMargin ? configuration.Confidence : null,
            configuration.Operators.IsEmpty ? Choices.Word(configuration.Profile) : null,
            [.. operators.Select(each => each.Definition.Id)],
            configuration.Targets,
            new SiteFilter(configuration).InWords,
            configuration.IncludeGenerated,
            configuration.IncludeExcludedFromCoverage,
            [.. faultload.Strata.Select(each => new FaultloadStratum(each.Name, each.FieldCount, each.Available, each.Wanted, each.Drawn, each.Weight, [.. byStratum[each.Name]]))]);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It cannot be read, or is no faultload.</exception>
    public static FaultloadFile Read(string path)
    {
        FaultloadFile? file;
        try
        {
            file = JsonSerializer.Deserialize<FaultloadFile>(File.ReadAllText(path), options);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The faultload {path} cannot be read: {unreadable.Message}", "Name a file that 'dotnet mutators list --save FILE' wrote.");
        }
        catch (JsonException problem)
        {
            throw new UsageException($"{path} is no faultload: {Words(problem)}", "Write one: dotnet mutators list --save FILE");
        }

        if (file is null || file.SchemaVersion != CurrentVersion)
        {
            throw new UsageException(
                $"{path} has the schema version {file?.SchemaVersion}, and this tool reads version {CurrentVersion}.", "Use the version of the tool that wrote it.");
        }

        if (file.Ids.FirstOrDefault(id => !MutantId.TryParse(id, out _)) is { } wrong)
        {
            throw new UsageException($"In {path}, '{wrong}' is no id of a mutant.", "Ids look like MFC-7f3a9c1b20: an operator and ten hex digits.");
        }

        return file with { Targets = OrEmpty(file.Targets), Operators = OrEmpty(file.Operators), Filters = OrEmpty(file.Filters) };
    }

    /// <summary>What is wrong with the file, without the names of our types.</summary>
    private static string Words(JsonException problem)
    {
        const string Missing = "missing required properties including: ";
        var message = problem.Message.Split(" Path:")[0].ReplaceLineEndings(" ");
        var line = problem.LineNumber is { } number ? $" at line {number + 1}" : "";
        return message.IndexOf(Missing, StringComparison.Ordinal) is var at and >= 0 ? $"it lacks {message[(at + Missing.Length)..].TrimEnd('.')}."
            : message.Contains("could not be converted", StringComparison.Ordinal) ? $"{problem.Path?.TrimStart('$', '.')} has a value of another kind{line}."
            : $"no JSON{line}: {message.Split(" LineNumber")[0]}";
    }

    /// <summary>Writes the file, with line feeds and a last one, so that equal faultloads are equal files.</summary>
    public void Write(string path)
    {
        try
        {
            File.WriteAllText(path, JsonSerializer.Serialize(this, options) + "\n");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be written: {problem.Message}", "Name another file with --save FILE.");
        }
    }

    /// <summary>A configuration with what this file says in the place of its own: what is looked at, and the seed.</summary>
    public CampaignConfiguration Apply(CampaignConfiguration configuration) => configuration with
    {
        Targets = Targets,
        Operators = [.. Ids.Select(id => id[..id.LastIndexOf('-')]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        In = [],
        Members = [],
        Since = null,
        Classes = [],
        Complexity = null,
        IncludeGenerated = IncludeGenerated,
        IncludeExcludedFromCoverage = IncludeExcludedFromCoverage,
        Sample = null,
        Margin = null,
        Sampling = null,
        Seed = Seed,
    };

    /// <summary>The faultload, as far as its sites are still there.</summary>
    /// <param name="sites">The sites of the operators that it names.</param>
    /// <param name="vanished">The ids that are not among them.</param>
    public Faultload Restore(IEnumerable<Mutant> sites, out ImmutableArray<string> vanished)
    {
        var stratumOf = Strata.SelectMany(stratum => stratum.Mutants.Select(id => (id, stratum.Name)))
            .DistinctBy(each => each.id)
            .ToDictionary(each => each.id, each => each.Name, StringComparer.Ordinal);
        var found = sites.Where(site => stratumOf.ContainsKey(site.Id.ToString())).ToList();
        var ids = found.Select(site => site.Id.ToString()).ToHashSet(StringComparer.Ordinal);
        vanished = [.. stratumOf.Keys.Where(id => !ids.Contains(id)).Order(StringComparer.Ordinal)];
        return new Faultload(
            Seed,
            Choices.Sampling(Rule),
            Sample,
            [.. Strata.Select(each => new Stratum(each.Name, each.FieldCount, each.Available, each.Wanted, each.Mutants.Count(ids.Contains), each.Weight))],
            found,
            mutant => stratumOf[mutant.Id.ToString()]);
    }

    private static ImmutableArray<string> OrEmpty(ImmutableArray<string> list) => list.IsDefault ? [] : list;
}

/// <summary>A stratum with the mutants that were drawn from it.</summary>
/// <param name="Name">The operator's id, or the component's name.</param>
/// <param name="FieldCount">Faults of this type in the field study, or null.</param>
/// <param name="Available">How many sites there were.</param>
/// <param name="Wanted">How many the rule asked for, or null.</param>
/// <param name="Drawn">How many were drawn.</param>
/// <param name="Weight">The share of all faults that they stand for, or null.</param>
/// <param name="Mutants">Their ids.</param>
public sealed record FaultloadStratum(
    [property: JsonRequired] string Name,
    int? FieldCount,
    int Available,
    int? Wanted,
    int Drawn,
    double? Weight,
    [property: JsonRequired] ImmutableArray<string> Mutants);
