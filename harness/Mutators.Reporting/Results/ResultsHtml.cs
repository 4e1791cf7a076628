using System.Collections.Immutable;
using Mutators.Campaign.Outcomes;
using Mutators.Reporting.Html;

namespace Mutators.Reporting.Results;

/// <summary>The page as one file without scripts: every number leads to the list of its mutants, every mutant to what is known of it.</summary>
public static class ResultsHtml
{
    private const string ContentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    /// <summary>The whole text.</summary>
    public static string Render(ResultsPage page)
    {
        var sets = new MutantSets(page);
        var html = new HtmlText();
        html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Add($"<meta name=\"color-scheme\" content=\"light dark\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{ContentPolicy}\">\n<title>{page.Title}</title>\n<style>\n")
            .AddTrusted(HtmlReport.StyleSheet)
            .Add($"svg {{ max-width: 100%; height: auto; }} .figures td a {{ text-decoration: none; }} .sets li {{ margin: .25rem 0; }}\n</style>\n</head>\n<body>\n<main>\n<header><p class=\"kicker\">Mutators · results</p><h1>{page.Title}</h1></header>\n");
        foreach (var section in page.Sections)
        {
            html.Add($"<section id=\"{section.Id}\">\n<h2>{section.Title}</h2>\n");
            foreach (var block in section.Blocks)
            {
                Add(html, block, sets);
            }

            html.Add($"</section>\n");
        }

        AddSets(html, sets);
        AddMutants(html, page.Mutants);
        return html.Add($"</main>\n</body>\n</html>\n").ToString();
    }

    private static void Add(HtmlText html, Block block, MutantSets sets)
    {
        switch (block)
        {
            case Paragraph paragraph:
                html.Add($"<p>");
                foreach (var cell in paragraph.Words)
                {
                    AddCell(html, cell, sets);
                }

                html.Add($"</p>\n");
                break;
            case Table table:
                html.Add($"<div class=\"scroll\"><table class=\"figures\">\n<thead><tr>");
                foreach (var column in table.Columns)
                {
                    html.Add($"<th scope=\"col\">{column}</th>");
                }

                html.Add($"</tr></thead>\n<tbody>\n");
                foreach (var row in table.Rows)
                {
                    html.Add($"<tr><th scope=\"row\">{row[0].Text}</th>");
                    foreach (var cell in row.Skip(1))
                    {
                        html.Add($"<td>");
                        AddCell(html, cell, sets);
                        html.Add($"</td>");
                    }

                    html.Add($"</tr>\n");
                }

                html.Add($"</tbody>\n</table></div>\n");
                break;
            case Plot plot:
                html.Add($"<figure>").AddTrusted(plot.Svg).Add($"<figcaption class=\"note\">{plot.Description}</figcaption></figure>\n");
                break;
        }
    }

    private static void AddCell(HtmlText html, Cell cell, MutantSets sets) =>
        html.Add(sets.NumberOf(cell) is { } number ? (FormattableString)$"<a href=\"#s{number}\">{cell.Text}</a>" : $"{cell.Text}");

    private static void AddSets(HtmlText html, MutantSets sets)
    {
        html.Add($"<section id=\"sets\">\n<h2>The mutants behind the numbers</h2>\n<ol class=\"sets\">\n");
        foreach (var (number, set) in sets.All)
        {
            html.Add($"<li id=\"s{number}\" value=\"{number}\"><details><summary>{set.Length} {(set.Length == 1 ? "mutant" : "mutants")}</summary>");
            foreach (var mutant in set)
            {
                html.Add($"<a href=\"#{mutant.Id}\">{mutant.Id}</a> ");
            }

            html.Add($"</details></li>\n");
        }

        html.Add($"</ol>\n</section>\n");
    }

    private static void AddMutants(HtmlText html, ImmutableArray<StudiedMutant> mutants)
    {
        html.Add($"<section id=\"mutants\">\n<h2>The mutants</h2>\n<p class=\"note\">The diff of one: git log -p --notes=mutators BRANCH. Its run again: dotnet mutators run --only ID</p>\n");
        foreach (var mutant in mutants)
        {
            var record = mutant.Result.Mutant;
            html.Add($"<details id=\"{mutant.Id}\"><summary><code>{mutant.Id}</code> {(mutant.Mode is { } mode ? HtmlReport.Pill(mode) : new HtmlText())} <span class=\"change\">{record.Change}</span> <span class=\"place\">{record.Place}</span></summary>\n<dl>");
            foreach (var run in mutant.Runs)
            {
                var second = run.Outcome.SecondRound is { } later ? $"; second round: {later.Words}" : "";
                html.Add($"<dt>{run.Outcome.Workload}</dt><dd>{run.Outcome.Mode.Words}: {run.Outcome.Reason}{second}</dd>");
            }

            html.Add($"<dt>branch</dt><dd><code>{record.Branch}</code></dd></dl></details>\n");
        }

        html.Add($"</section>\n");
    }
}

/// <summary>The sets of mutants that a page's numbers count, each once and numbered in the order of the page.</summary>
internal sealed class MutantSets
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<(int Number, ImmutableArray<StudiedMutant> Mutants)> sets = [];

    public MutantSets(ResultsPage page)
    {
        foreach (var cell in page.Sections.SelectMany(section => section.Blocks).SelectMany(Cells).Where(cell => !cell.Counted.IsEmpty))
        {
            if (numbers.TryAdd(Key(cell), sets.Count + 1))
            {
                sets.Add((sets.Count + 1, cell.Counted));
            }
        }
    }

    /// <summary>All sets.</summary>
    public IReadOnlyList<(int Number, ImmutableArray<StudiedMutant> Mutants)> All => sets;

    /// <summary>The number of a cell's set; null if it counts nothing.</summary>
    public int? NumberOf(Cell cell) => cell.Counted.IsEmpty ? null : numbers[Key(cell)];

    private static string Key(Cell cell) => string.Join(' ', cell.Counted.Select(each => each.Id.ToString()));

    private static IEnumerable<Cell> Cells(Block block) => block switch
    {
        Paragraph paragraph => paragraph.Words,
        Table table => table.Rows.SelectMany(row => row),
        _ => [],
    };
}
