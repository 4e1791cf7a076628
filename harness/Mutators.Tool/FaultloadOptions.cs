using System.Collections.Immutable;
using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Faultloads;

namespace Mutators.Tool;

/// <summary>The options that say which faults: operators, filters, and how a sample is drawn. All win over the configuration file.</summary>
internal sealed class FaultloadOptions
{
    private readonly Option<string?> profile = new("--profile")
    {
        Description = "representative (the library of the field study; the default), dotnet (what .NET programs get wrong), classic (what mutation testing tools change), or all.",
        HelpName = "NAME",
    };

    private readonly Option<string[]> operators = new("--operators")
    {
        Description = "Only these fault operators, separated by commas, whatever the profile.",
        HelpName = "ID,...",
    };

    private readonly Option<string[]> classes = new("--classes", "--class")
    {
        Description = "Only faults of these ODC classes: assignment, checking, interface, algorithm, function, timing.",
        HelpName = "CLASS,...",
    };

    private readonly Option<string[]> paths = new("--in")
    {
        Description = "Only sites in files that match, for example 'src/**/Parser*.cs'. May be repeated.",
        HelpName = "GLOB",
    };

    private readonly Option<string[]> members = new("--members", "--member")
    {
        Description = "Only sites in this member or type, for example Xl.Create, Xl or Get*. May be repeated.",
        HelpName = "NAME",
    };

    private readonly Option<string?> since = new("--since")
    {
        Description = "Only sites in members that changed since this commit, branch or tag: since the last commit that HEAD has in common with it. Exit code 5 if there is none.",
        HelpName = "REF",
    };

    private readonly Option<string?> complexity = new("--complexity")
    {
        Description = "Only sites in members of this cyclomatic complexity, for example 3..10 or 10..",
        HelpName = "MIN..MAX",
    };

    private readonly Option<bool> generated = new("--include-generated") { Description = "Also sites in committed code that is marked as generated." };

    private readonly Option<bool> uncovered = new("--include-excluded-from-coverage") { Description = "Also sites under [ExcludeFromCodeCoverage]." };

    private readonly Option<int?> sample = new("--sample") { Description = "How many faults to draw. Default: all sites.", HelpName = "N" };

    private readonly Option<string?> margin = new("--margin")
    {
        Description = "Draw as many faults as this margin of error needs, for example 5%: in all, or with --sampling component or operator in each of them.",
        HelpName = "SHARE",
    };

    private readonly Option<string?> confidence = new("--confidence") { Description = "How sure the margin is to be. Default: 95%.", HelpName = "SHARE" };

    private readonly Option<string?> sampleBy = new("--sampling", "--sample-by")
    {
        Description = "How to draw: field-weights (the proportions of the field study; the default where there are some), component or operator (the same number from each), or uniform.",
        HelpName = "RULE",
    };

    private readonly Option<ulong?> seed = new("--seed") { Description = "The seed of the draw.", HelpName = "N" };

    private readonly Option<string?> file = new("--faultload")
    {
        Description = "Take exactly the faults that this file names, as 'list --save' wrote it. No other choice of faults goes with it.",
        HelpName = "FILE",
    };

    /// <summary>All of them, in the order in which help shows them.</summary>
    private IEnumerable<Option> All => [profile, operators, classes, paths, members, since, complexity, generated, uncovered, sample, margin, confidence, sampleBy, seed, file];

    /// <summary>The keys of the configuration whose value the command line gives, each with the option that gives it.</summary>
    internal IEnumerable<(string Key, string Option)> Given(ParseResult line)
    {
        if (line.GetValue(file) is not null)
        {
            return new[] { "targets", "operators", "in", "members", "since", "classes", "complexity", "includeGenerated", "includeExcludedFromCoverage", "sample", "margin", "sampling", "seed" }.Select(key => (key, file.Name));
        }

        (string, Option)[] keys =
        [
            ("profile", profile), ("operators", operators), ("classes", classes), ("in", paths), ("members", members), ("since", since), ("complexity", complexity),
            ("includeGenerated", generated), ("includeExcludedFromCoverage", uncovered), ("sample", sample), ("margin", margin), ("confidence", confidence), ("sampling", sampleBy), ("seed", seed),
        ];
        return keys.Where(each => line.GetResult(each.Item2) is { Implicit: false }).Select(each => (each.Item1, each.Item2.Name));
    }

    /// <summary>Adds them to a verb.</summary>
    internal void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>Whether the command line asks for a sample, or for the faults of a file.</summary>
    internal bool AskForFaultload(ParseResult line) => new Option[] { sample, margin, sampleBy, file }.Any(option => line.GetResult(option) is not null);

    /// <summary>The file that names the faults; null if none is given.</summary>
    /// <exception cref="UsageException">Another option would choose faults as well.</exception>
    internal FaultloadFile? File(ParseResult line)
    {
        if (line.GetValue(file) is not { } path)
        {
            return null;
        }

        return All.FirstOrDefault(option => option != file && line.GetResult(option) is { Implicit: false }) is { } other
            ? throw new UsageException($"--faultload says which faults, and so does {other.Name}.", "Leave one of them out; 'list --save' writes another faultload.")
            : FaultloadFile.Read(path);
    }

    /// <summary>A configuration with what the command line says in the place of its own.</summary>
    internal CampaignConfiguration Apply(ParseResult line, CampaignConfiguration configuration)
    {
        if (File(line) is { } named)
        {
            return named.Apply(configuration);
        }

        configuration = ApplyFilters(line, configuration);
        configuration = ApplySample(line, configuration);
        foreach (var id in configuration.Operators)
        {
            CommonOptions.RequireOperator(id);
        }

        return configuration;
    }

    private CampaignConfiguration ApplyFilters(ParseResult line, CampaignConfiguration configuration)
    {
        if (line.GetValue(profile) is { } word)
        {
            // Who names a profile does not mean the file's operators any more.
            configuration = configuration with { Profile = Choices.Profile(word), Operators = [] };
        }

        return configuration with
        {
            Operators = Listed(line, operators) is { IsEmpty: false } ids ? ids : configuration.Operators,
            Classes = Listed(line, classes) is { IsEmpty: false } asked ? [.. asked.Select(Choices.Class)] : configuration.Classes,
            In = Listed(line, paths) is { IsEmpty: false } globs ? globs : configuration.In,
            Members = Listed(line, members) is { IsEmpty: false } names ? names : configuration.Members,
            Since = line.GetValue(since) ?? configuration.Since,
            Complexity = line.GetValue(complexity) is { } range ? Choices.Complexity(range) : configuration.Complexity,
            IncludeGenerated = line.GetValue(generated) || configuration.IncludeGenerated,
            IncludeExcludedFromCoverage = line.GetValue(uncovered) || configuration.IncludeExcludedFromCoverage,
            Seed = line.GetValue(seed) ?? configuration.Seed,
        };
    }

    private CampaignConfiguration ApplySample(ParseResult line, CampaignConfiguration configuration)
    {
        var (count, share) = (line.GetValue(sample), line.GetValue(margin));
        if (count is not null && share is not null)
        {
            throw new UsageException("--sample says how many, and so does --margin.", "Give one of them.");
        }

        if (count < 1)
        {
            throw new UsageException($"--sample {count} draws nothing.", "Give a number of at least 1, or leave the option out for all sites.");
        }

        // What the command line says replaces what the file says, also where the file says it in the other way.
        configuration = count is not null ? configuration with { Sample = count, Margin = null }
            : share is not null ? configuration with { Sample = null, Margin = Choices.Share("margin", share) }
            : configuration;
        configuration = configuration with
        {
            Confidence = line.GetValue(confidence) is { } sure ? Choices.Share("confidence", sure) : configuration.Confidence,
            Sampling = line.GetValue(sampleBy) is { } rule ? Choices.Sampling(rule) : configuration.Sampling,
        };
        return line.GetValue(confidence) is not null && configuration.Margin is null
            ? throw new UsageException("--confidence says how sure a margin is to be, and there is no margin.", "Give --margin as well, for example --margin 5%.")
            : line.GetValue(sampleBy) is not null && configuration is { Sample: null, Margin: null }
                ? throw new UsageException("--sampling says how to draw a sample, and there is none.", "Give its size as well, with --sample N or --margin SHARE.")
                : configuration;
    }

    /// <summary>What an option lists; empty where it is not given. An option without a word would silently mean all.</summary>
    private static ImmutableArray<string> Listed(ParseResult line, Option<string[]> option)
    {
        if (line.GetResult(option) is null)
        {
            return [];
        }

        ImmutableArray<string> words = [.. (line.GetValue(option) ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        return words.IsEmpty
            ? throw new UsageException($"{option.Name} names nothing.", $"Give {option.HelpName}, or leave the option out for all.")
            : words;
    }
}
