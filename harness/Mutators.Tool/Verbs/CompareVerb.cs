using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Reporting;

namespace Mutators.Tool.Verbs;

/// <summary><c>compare</c>: what became different between two campaigns, mutant by mutant.</summary>
internal static class CompareVerb
{
    internal static Command Create(CommonOptions options)
    {
        var before = new Argument<FileInfo>("before") { Description = "The earlier campaign's store, for example .mutators/campaign-1.db." };
        var now = new Argument<FileInfo?>("now") { Description = "The later campaign's store. Default: the repository's last campaign.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("compare", "Compares two campaigns mutant by mutant: which failures go unnoticed now and did not before, and the reverse.")
        {
            before, now, options.Repository, options.Format,
        };
        command.SetAction((line, _) =>
        {
            var later = line.GetValue(now) is { } file ? StorePaths.Read(file.FullName) : Last(options.Start(line));
            var comparison = CampaignComparison.Of(StorePaths.Read(line.GetValue(before)!.FullName), later);
            if (line.GetValue(options.Format) is OutputFormat.Json)
            {
                Json.Print(new
                {
                    Before = comparison.Before.Identity.GoldenCommit,
                    Now = comparison.Now.Identity.GoldenCommit,
                    comparison.Same,
                    Worse = comparison.Worse.Select(Row),
                    Better = comparison.Better.Select(Row),
                    Other = comparison.Other.Select(Row),
                    Added = comparison.Added.Select(Row),
                    Vanished = comparison.Vanished.Select(Row),
                });
            }
            else
            {
                Console.Out.Write(comparison.Render());
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static CampaignSnapshot Last(string start)
    {
        using var repository = MutantRepository.Open(start);
        return CampaignStore.Read(repository.OwnFolder);
    }

    private static object Row(ComparedMutant each) => new { Id = each.Id.ToString(), Before = Side(each.Before), Now = Side(each.Now) };

    private static object? Side(MutantResult? result) => result is null ? null : new { FailureMode = result.Headline?.Mode.Key, result.Headline?.Detection.IsDetected, result.Headline?.Reason };
}
