using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;

namespace Mutators.Tool;

/// <summary>The options that several verbs share, and the configuration that follows from them: flag over file over default.</summary>
internal sealed class CommonOptions
{
    internal Option<DirectoryInfo?> Repository { get; } = new("--repository", "-C")
    {
        Description = "The repository, or a folder in it. Default: the current folder.",
        HelpName = "DIR",
    };

    internal Option<string?> Campaign { get; } = new("--campaign")
    {
        Description = $"The campaign's configuration file. Default: {ConfigurationFile.DefaultName} at the repository's root, if there is one.",
        HelpName = "FILE",
    };

    /// <summary>The solution to look at, where there are several.</summary>
    internal Option<string?> Solution { get; } = new("--solution")
    {
        Description = "The solution whose projects are looked at, by its path in the repository. Default: the one at its root; without any, every project.",
        HelpName = "FILE",
    };

    /// <summary>How much is told on standard error.</summary>
    internal Option<Verbosity?> Verbosity { get; } = CreateVerbosity();

    /// <summary>The options that say which faults.</summary>
    internal FaultloadOptions Faultload { get; } = new();

    internal Option<CampaignEngine?> Engine { get; } = new("--engine") { Description = "How mutants are run: reload (deltas in warm processes; the default) or rebuild (dotnet build and a fresh process each).", HelpName = "reload|rebuild" };

    internal Option<string?> Refs { get; } = new("--refs")
    {
        Description = $"Where mutants are kept: refs/heads/mutants/ (branches that every git tool shows) or refs/mutants/ (out of sight; the default above {EmissionOptions.MaximumBranches} mutants).",
        HelpName = "PREFIX",
    };

    internal Option<OutputFormat> Format { get; } = new("--format") { Description = "text, or json for programs.", HelpName = "text|json" };

    /// <summary>The reports that a campaign leaves behind.</summary>
    internal Option<string[]> Reporter { get; } = new("--reporter")
    {
        Description = $"A report to write beside the store, or to a file of your own: {string.Join(", ", Mutators.Reporting.ReportFormat.All.Select(format => format.Name))}, or none. May be repeated. Default: html, and github in a job of GitHub.",
        HelpName = "NAME[=FILE]",
    };

    /// <summary>The repository's folder to start looking from.</summary>
    internal string Start(ParseResult line) => line.GetValue(Repository)?.FullName ?? Directory.GetCurrentDirectory();

    /// <summary>The effective configuration for the repository at <paramref name="root"/>.</summary>
    internal CampaignConfiguration Configuration(ParseResult line, string root)
    {
        var configuration = Faultload.Apply(line, Sources(line, root).Configuration);
        configuration = line.GetValue(Solution) is { } solution ? configuration with { Solution = solution } : configuration;
        return line.GetValue(Engine) is { } engine ? configuration with { Engine = engine } : configuration;
    }

    /// <summary>The log of a verb, as talkative as the command line wants it.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="file">A file that everything goes to, with its time; null for none.</param>
    /// <param name="hasStatus">Whether a terminal shows what is under way; the verb has to clear it before it prints.</param>
    internal ToolLog Log(ParseResult line, string? file = null, bool hasStatus = true) => new(line.GetValue(Verbosity) ?? Tool.Verbosity.Normal, file, hasStatus);

    /// <summary>The words that <c>dotnet</c> itself takes, and their beginnings.</summary>
    private static Option<Verbosity?> CreateVerbosity()
    {
        var option = new Option<Verbosity?>("--verbosity", "-v")
        {
            Description = "How much is told on standard error: quiet (errors and warnings), minimal (the steps), normal (also each mutant; the default), detailed (also what is run for it) or diagnostic.",
            HelpName = "LEVEL",
            CustomParser = result =>
            {
                var typed = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                var known = Enum.GetValues<Verbosity>().Where(each => typed.Length > 0 && each.ToString().StartsWith(typed, StringComparison.OrdinalIgnoreCase)).ToArray();

                // 'd' is short for detailed and 'diag' for diagnostic, as everywhere in dotnet.
                return known.Length == 1 || typed.Equals("d", StringComparison.OrdinalIgnoreCase)
                    ? known[0]
                    : throw new UsageException($"'{typed}' is no verbosity.", $"Choose one of {string.Join(", ", Enum.GetNames<Verbosity>().Select(name => name.ToLowerInvariant()))}.");
            },
        };
        return option;
    }

    /// <summary>Where the command line says that mutants are to be kept; null if it does not.</summary>
    /// <exception cref="UsageException">It is none of the places.</exception>
    internal string? RefPrefix(ParseResult line) => line.GetValue(Refs) is not { } typed
        ? null
        : MutantRepository.RefPrefixes.FirstOrDefault(prefix => prefix.TrimEnd('/') == typed.TrimEnd('/'))
            ?? throw new UsageException($"'{typed}' is no place for mutants.", $"Choose one of {string.Join(", ", MutantRepository.RefPrefixes)}.");

    /// <summary>Whether the command line itself says which configuration to use.</summary>
    internal bool NamesConfiguration(ParseResult line) => line.GetValue(Campaign) is not null;

    /// <summary>The operator of this id.</summary>
    /// <exception cref="UsageException">There is none; the message names the nearest.</exception>
    internal static FaultOperator RequireOperator(string id)
    {
        var known = FaultOperator.All.Select(each => each.Definition.Id).ToArray();
        return FaultOperator.All.FirstOrDefault(each => string.Equals(each.Definition.Id, id, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"There is no fault operator '{id}'.", $"Did you mean {Suggestion.Nearest(id, known)}? 'dotnet mutators explain' lists all.");
    }

    /// <summary>What file and environment say, before the command line.</summary>
    internal ConfigurationSources Sources(ParseResult line, string root)
    {
        var file = line.GetValue(Campaign);
        var path = file is null ? Path.Combine(root, ConfigurationFile.DefaultName) : Path.GetFullPath(file);
        return ConfigurationSources.Read(
            file is null && !File.Exists(path) ? null : path,
            Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(each => KeyValuePair.Create((string)each.Key, (string?)each.Value ?? "")));
    }
}

/// <summary>How much is told on standard error.</summary>
internal enum Verbosity
{
    /// <summary>Errors and warnings.</summary>
    Quiet,

    /// <summary>The steps too.</summary>
    Minimal,

    /// <summary>Each mutant too.</summary>
    Normal,

    /// <summary>What is started for it too.</summary>
    Detailed,

    /// <summary>All there is.</summary>
    Diagnostic,
}

/// <summary>For whom data is printed.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,
}
