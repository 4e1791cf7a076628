using System.CommandLine;
using Mutators.Reliability;
using Mutators.Reliability.Bounds;
using Mutators.Reliability.Diagrams;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability bound</c>: the paper's inequalities, solved for what is left out.</summary>
internal static class BoundCommand
{
    private const string Numbers = """
        Which one:
        1 – n VMs against no virtualization, R_V [1 − (1 − R_M)^n] > R_M.
        2 – VMs for node reliability R, R_V [1 − (1 − R_M)^n] > R; RH=… takes the hardware in.
        3 – a function in the hypervisor against one in each VM, R_F ≥ [1 − (1 − R_f R_M′)^n] / [1 − (1 − R_M′)^n]; give R_M′ as RM.
        4 – 2-of-3 voting against no virtualization, R_V > 1 / (3 R_M − 2 R_M²).
        """;

    internal static Command Create(CommonOptions options)
    {
        var number = new Argument<int>("number") { Description = Numbers };
        var values = ReliabilityVerb.ValuesArgument("The values that are known, for example RM=0.1 RV=0.3.");
        var command = new Command("bound", "Solves an inequality of the paper for the variable that is left out; says whether it holds if none is.") { number, values, options.Format };
        command.Runs(line =>
        {
            var asked = Inequality.All.FirstOrDefault(each => each.Number == line.GetValue(number))
                ?? throw new ModelInputException($"There is no inequality ({line.GetValue(number)}).", "The paper has (1) to (4): dotnet mutators reliability bound --help");
            var answer = asked.Ask(Assignment.ParseAll(line.GetValue(values) ?? []));
            if (line.GetValue(options.Format) is OutputFormat.Json)
            {
                // JSON knows no infinity: an upper end that is left out is one.
                Json.Print(new
                {
                    Inequality = answer.Number,
                    asked.Formula,
                    answer.Unknown,
                    answer.IsPossible,
                    Solution = answer.Solution is { } solution
                        ? new { solution.Low, solution.IncludesLow, High = double.IsInfinity(solution.High) ? (double?)null : solution.High, solution.IncludesHigh }
                        : null,
                    answer.RealBound,
                    answer.Words,
                });
            }
            else
            {
                Console.Out.WriteLine(answer.Words);
            }
        });
        return command;
    }
}
