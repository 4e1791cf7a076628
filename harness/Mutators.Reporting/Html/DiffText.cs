namespace Mutators.Reporting.Html;

/// <summary>A unified patch as hypertext, in the colours of a review.</summary>
internal static class DiffText
{
    /// <summary>Adds it to a page.</summary>
    public static void Add(HtmlText page, string diff)
    {
        page.Add($"<pre class=\"diff\">");
        foreach (var line in diff.Split('\n'))
        {
            var kind = line switch
            {
                ['@', '@', ..] => "hunk",
                ['-', '-', '-', ' ', ..] or ['+', '+', '+', ' ', ..] => "file",
                ['-', ..] => "old",
                ['+', ..] => "new",
                _ => "same",
            };
            page.Add($"<span class=\"{kind}\">{line}\n</span>");
        }

        page.Add($"</pre>\n");
    }
}
