using System.Collections.Immutable;
using Mutators.Campaign;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Store;
using Mutators.Reporting;

namespace Mutators.Tool;

/// <summary>The reports that a command leaves behind, each with its file: <c>--reporter sarif --reporter junit=out/tests.xml</c>.</summary>
/// <param name="chosen">The formats with their files; null for the file of its own name beside the store.</param>
internal sealed class Reporters(ImmutableArray<(ReportFormat Format, string? File)> chosen)
{
    /// <summary>GitHub's runner sets it, and shows Markdown that is appended to this file.</summary>
    private const string StepSummary = "GITHUB_STEP_SUMMARY";

    /// <summary>What is typed to have none at all.</summary>
    private const string None = "none";

    /// <summary>Reads what was typed. Without a word it is the page; in a job of GitHub the annotations and the summary as well.</summary>
    /// <exception cref="UsageException">There is no such format.</exception>
    internal static Reporters Parse(IReadOnlyList<string> typed)
    {
        var words = typed.SelectMany(each => each.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        if (words is [None])
        {
            return new Reporters([]);
        }

        var isGitHub = Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true";
        return new Reporters(words.Count > 0 ? [.. words.Select(Choice)] : isGitHub ? [(ReportFormat.Html, null), (ReportFormat.GitHub, null)] : [(ReportFormat.Html, null)]);
    }

    /// <summary>The format of a name.</summary>
    /// <param name="name">As it is typed.</param>
    /// <param name="beside">What could have been typed as well.</param>
    /// <exception cref="UsageException">There is none; the message names the nearest.</exception>
    internal static ReportFormat Format(string name, params string[] beside)
    {
        string[] known = [.. beside, .. ReportFormat.All.Select(format => format.Name)];
        return ReportFormat.All.FirstOrDefault(format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"There is no report format '{name}'.", $"Did you mean {Suggestion.Nearest(name, known)}? Known: {string.Join(", ", known)}.");
    }

    /// <summary>Writes the reports.</summary>
    /// <param name="campaign">What is reported.</param>
    /// <param name="folder">Where files go that have no other name.</param>
    /// <returns>The path of the page, if there is one among them.</returns>
    internal string? Write(CampaignSnapshot campaign, string folder)
    {
        string? page = null;
        foreach (var (format, named) in chosen)
        {
            if (format.FileName is null && named is null)
            {
                // The runner reads these commands from what the step prints.
                Console.Out.Write(format.Render(campaign));
                if (format == ReportFormat.GitHub && Environment.GetEnvironmentVariable(StepSummary) is { Length: > 0 } summary)
                {
                    File.AppendAllText(summary, ReportFormat.Markdown.Render(campaign));
                }

                continue;
            }

            var file = named ?? Path.Combine(folder, format.FileName!);
            Write(format.Render(campaign), file);
            page = format == ReportFormat.Html ? file : page;
            if (format != ReportFormat.Html)
            {
                Console.Error.WriteLine($"{"report",-10} {format.Name}: {file}");
            }
        }

        return page;
    }

    /// <summary>Writes a report to a file, whose folder is made if missing.</summary>
    internal static void Write(string text, string file)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            File.WriteAllText(file, text);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file} cannot be written: {problem.Message}", "Name another file.");
        }
    }

    private static (ReportFormat, string?) Choice(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (Format(word), null) : (Format(word[..equals]), word[(equals + 1)..]);
    }
}
