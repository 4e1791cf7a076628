using System.CommandLine;
using System.Text.Json.Nodes;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;

namespace Mutators.Tool.Verbs;

/// <summary><c>config</c>: the effective configuration, and what each value came from.</summary>
internal static class ConfigVerb
{
    internal static Command Create(CommonOptions options)
    {
        var command = new Command("config", "Shows the effective configuration, and where each value comes from: option over MUTATORS_* variable over file over default.")
        {
            options.Repository, options.Campaign, options.Engine, options.Format,
        };
        options.Faultload.AddTo(command);
        command.SetAction((line, _) => Task.FromResult((int)Run(line, options)));
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var sources = options.Sources(line, repository.Root);
        var configuration = options.Configuration(line, repository.Root);
        var given = options.Faultload.Given(line).ToDictionary(each => each.Key, each => each.Option, StringComparer.Ordinal);
        if (line.GetResult(options.Engine) is { Implicit: false })
        {
            given["engine"] = options.Engine.Name;
        }

        var rows = ConfigurationKey.All.Select(key => (Key: key, Value: key.Json(configuration), Origin: Origin(key))).ToList();
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(rows.ToDictionary(row => row.Key.Name, row => new { Value = JsonNode.Parse(row.Value), From = row.Origin }));
            return ExitCode.Done;
        }

        var width = rows.Max(row => row.Origin.Length);
        foreach (var row in rows)
        {
            Console.Out.WriteLine($"{row.Key.Name,-27}  {row.Origin.PadRight(width)}  {(row.Value == "null" ? "-" : row.Value)}");
        }

        return ExitCode.Done;

        // An option can take back what the file says in another way; then the value is the default again, whatever the file holds.
        string Origin(ConfigurationKey key) =>
            given.TryGetValue(key.Name, out var option) ? option
            : key.Json(configuration) != key.Json(sources.Configuration) ? given.Values.FirstOrDefault() ?? "default"
            : sources.InEnvironment.Contains(key.Name) ? key.Variable
            : sources.InFile.Contains(key.Name) ? sources.File!
            : "default";
    }
}
