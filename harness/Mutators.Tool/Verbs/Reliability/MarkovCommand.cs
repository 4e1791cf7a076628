using System.CommandLine;
using Mutators.Reliability;
using Mutators.Reliability.Repair;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability markov</c>: any small Markov chain.</summary>
internal static class MarkovCommand
{
    internal static Command Create(CommonOptions options)
    {
        var transitions = new Argument<string[]>("FROM>TO=RATE") { Description = "The transitions, for example 'up>down=0.01' 'down>up=0.5'.", Arity = ArgumentArity.OneOrMore };
        var up = new Option<string>("--up") { Description = "The states in which the system works, separated by commas.", HelpName = "STATES", Required = true };
        var start = new Option<string?>("--start") { Description = "The state in which it begins. Default: the first one that works.", HelpName = "STATE" };
        var command = new Command("markov", "Solves a small Markov chain: the share of time in each state, availability, mean time to failure.") { transitions, up, start, options.Format };
        command.Runs(line =>
        {
            var chain = MarkovChain.Parse(line.GetValue(transitions)!);
            var working = line.GetValue(up)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(chain.IndexOf).ToHashSet();
            if (working.Count == 0)
            {
                throw new ModelInputException("No state is one in which the system works.", "Name them: --up STATE,...");
            }

            var beginning = line.GetValue(start) is { } named ? chain.IndexOf(named) : working.Min();
            var steady = chain.SteadyState(beginning);
            var availability = working.Sum(state => steady[state]);
            var mean = chain.MeanTimeTo(state => !working.Contains(state), beginning);
            if (line.GetValue(options.Format) is OutputFormat.Json)
            {
                Json.Print(new
                {
                    States = chain.States.Select((name, state) => new { Name = name, Works = working.Contains(state), Share = steady[state] }),
                    Availability = availability,
                    MeanTimeToFailure = double.IsFinite(mean) ? mean : (double?)null,
                    FailureFrequency = chain.Frequency(steady, working.Contains),
                });
                return;
            }

            var table = new PlainTable("state", "works", "share of time");
            foreach (var (state, name) in chain.States.Index())
            {
                table.Add(name, working.Contains(state) ? "yes" : "no", Digits.Of(steady[state]));
            }

            table.Print();
            Console.Out.WriteLine($"availability          {Digits.Of(availability)}");
            Console.Out.WriteLine($"mean time to failure  {Digits.Of(mean)}, from {chain.States[beginning]}");
            Console.Out.WriteLine($"failures per time     {Digits.Of(chain.Frequency(steady, working.Contains))}");
        });
        return command;
    }
}
