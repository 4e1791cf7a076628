using System.Text;

namespace Mutators.Reporting.Results;

/// <summary>The page as Markdown, beside the page as hypertext: its numbers lead to the mutants there, its plots are files of their own.</summary>
public static class ResultsMarkdown
{
    /// <summary>The whole text.</summary>
    /// <param name="page">The page.</param>
    /// <param name="hypertext">The file name of the page as hypertext; null where it is not there: numbers then lead nowhere.</param>
    public static string Render(ResultsPage page, string? hypertext)
    {
        var sets = new MutantSets(page);
        var text = new StringBuilder($"# {page.Title}\n");
        foreach (var section in page.Sections)
        {
            text.Append($"\n## {section.Title}\n");
            foreach (var block in section.Blocks)
            {
                text.Append('\n');
                switch (block)
                {
                    case Paragraph paragraph:
                        text.AppendJoin("", paragraph.Words.Select(Write)).Append('\n');
                        break;
                    case Table table:
                        Row(table.Columns.Select(Escaped));
                        Row(table.Columns.Select((_, i) => i == 0 ? ":--" : "--:"));
                        foreach (var row in table.Rows)
                        {
                            Row(row.Select(Write));
                        }

                        break;
                    case Plot plot:
                        text.Append($"![{plot.Description}]({plot.Name}.svg)\n");
                        break;
                }
            }
        }

        return text.ToString();

        void Row(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

        string Write(Cell cell) => hypertext is not null && sets.NumberOf(cell) is { } number ? $"[{Escaped(cell.Text)}]({hypertext}#s{number})" : Escaped(cell.Text);
    }

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
