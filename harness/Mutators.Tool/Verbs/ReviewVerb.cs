using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Reporting.Review;
using Mutators.Tool.Review;

namespace Mutators.Tool.Verbs;

/// <summary><c>review</c>: walks through the failures that nobody noticed, and keeps what the reviewer decides.</summary>
internal static class ReviewVerb
{
    internal static Command Create(CommonOptions options)
    {
        var all = new Option<bool>("--all") { Description = "Also mutants about which there is a decision." };
        var withoutImpact = new Option<bool>("--no-impact") { Description = "Also mutants that were activated and changed nothing: equivalents hide among them." };
        var command = new Command("review", "Walks through the undetected failures of the last campaign in the terminal. Decisions are git notes; later campaigns do not draw what was dismissed. Without a terminal it prints a list.")
        {
            all, withoutImpact, options.Repository, options.Format,
        };
        command.SetAction((line, _) => Task.FromResult((int)Run(line, options, line.GetValue(withoutImpact), line.GetValue(all))));
        return command;
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, bool withoutImpact, bool all)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var notes = new DecisionNotes(repository, TimeProvider.System);
        var items = ReviewItem.Of(CampaignStore.Read(repository.OwnFolder), notes.All(), withoutImpact, all);
        if (line.GetValue(options.Format) is OutputFormat.Json)
        {
            Json.Print(items.Select(item => new
            {
                Id = item.Result.Mutant.Id.ToString(),
                FailureMode = item.Outcome.Mode.Key,
                item.Outcome.Workload,
                item.Outcome.Reason,
                item.Result.Mutant.Path,
                item.Result.Mutant.Line,
                item.Result.Mutant.Change,
                item.Result.Mutant.Branch,
                Decision = item.Decision is { } decision ? new { decision.Dismissal, decision.Reason, decision.By, decision.On } : null,
            }));
        }
        else if (items.Count == 0)
        {
            Console.Error.WriteLine(all ? "There is nothing to review." : "There is nothing to review: no failure went unnoticed, or each has a decision (--all shows those).");
        }
        else if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            foreach (var item in items)
            {
                Console.Out.WriteLine(item.InOneLine);
            }
        }
        else
        {
            var session = new ReviewSession(items, notes, new ReviewActions(repository));
            session.Run();
            Console.Out.WriteLine(session.Decided == 0 ? "Nothing was decided." : $"{session.Decided} {(session.Decided == 1 ? "decision" : "decisions")}, in {DecisionNotes.RefName}. Share them: git push origin {DecisionNotes.RefName}");
            ExportVerb.Refresh(repository);
        }

        return ExitCode.Done;
    }
}
