using System.CommandLine;
using Mutators.Campaign;
using Mutators.Reliability.Figures;

namespace Mutators.Tool.Verbs.Reliability;

/// <summary><c>reliability figures</c>: the paper's figures, as drawings and as data.</summary>
internal static class FiguresCommand
{
    internal static Command Create()
    {
        var output = new Option<DirectoryInfo>("--out", "-o") { Description = "The folder to write them to; made if missing.", HelpName = "DIR", Required = true };
        var command = new Command("figures", "Writes figures 3, 4, 6a, 6b and 7 of the paper, each as SVG, CSV and JSON. Prints the paths.") { output };
        command.Runs(line => Write(line.GetValue(output)!.FullName));
        return command;
    }

    private static void Write(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var figure in PaperFigure.All)
            {
                foreach (var (ending, text) in new[] { ("svg", FigureSvg.Render(figure)), ("csv", FigureText.Csv(figure)), ("json", FigureText.Json(figure)) })
                {
                    var file = Path.Combine(folder, $"figure-{figure.Id}.{ending}");
                    File.WriteAllText(file, text);
                    Console.Out.WriteLine(file);
                }
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{folder} cannot be written: {problem.Message}", "Name another folder with --out DIR.");
        }
    }
}
