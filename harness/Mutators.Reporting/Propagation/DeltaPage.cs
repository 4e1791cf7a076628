using System.Reflection;
using Mutators.Campaign.Propagation;
using Mutators.Reporting.Html;

namespace Mutators.Reporting.Propagation;

/// <summary>A delta execution as one page that needs no network and no JavaScript: story, propagation graph, sequence of the differing messages, damage.</summary>
public static class DeltaPage
{
    private const string ContentPolicy = "default-src 'none'; style-src 'unsafe-inline'";

    /// <summary>Steps that are listed; more of them are in the JSON.</summary>
    private const int ListedSteps = 200;

    private const int ListedFields = 100;

    /// <summary>Rows of a table that are seen at once.</summary>
    private const int ShownRows = 20;

    /// <summary>The whole text.</summary>
    /// <param name="delta">The delta execution.</param>
    /// <param name="change">What the mutant changes, in words.</param>
    /// <param name="place">Where: file, line and column in golden.</param>
    /// <param name="diff">The change as a unified patch.</param>
    public static string Render(Delta delta, string change, string place, string diff)
    {
        var page = new HtmlText();
        page.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Add($"<meta name=\"color-scheme\" content=\"light dark\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{ContentPolicy}\">\n<title>{delta.Mutant} · delta execution</title>\n<style>\n")
            .AddTrusted(Resource("report.css")).AddTrusted(Resource("trace.css"))
            .Add($"</style>\n</head>\n<body>\n<main>\n<header><p class=\"kicker\">Mutators · delta execution</p>\n<h1>{delta.Mutant} under {delta.Workload}</h1>\n")
            .Add($"<p class=\"story\"><span class=\"change\">{change}</span> <span class=\"place\">{place}</span></p>\n");
        DiffText.Add(page, diff.TrimEnd());
        foreach (var sentence in DeltaStory.Sentences(delta))
        {
            page.Add($"<p class=\"story\">{sentence}</p>\n");
        }

        page.Add($"</header>\n");
        if (!delta.Infections.IsEmpty)
        {
            page.Add($"<h2>How it spread</h2>\n{PropagationGraph.Legend}<div class=\"scroll\">{PropagationGraph.Draw(delta)}</div>\n");
            AddInfections(page, delta);
        }

        if (SequenceDiagram.Messages(delta).Any())
        {
            page.Add($"<h2>The messages that differ</h2>\n<p class=\"note\">{SequenceDiagram.Note(delta)}</p>\n<div class=\"scroll\">{SequenceDiagram.Draw(delta)}</div>\n");
            AddCounts(page, delta);
        }

        AddSteps(page, delta);
        AddDamage(page, "Damage when it was noticed", delta.Detected?.Damage ?? []);
        AddDamage(page, "Damage at the end", delta.Remaining);
        return page.Add($"</main>\n</body>\n</html>\n").ToString();
    }

    private static void AddInfections(HtmlText page, Delta delta) => AddTable(
        page,
        new HtmlText().Add($"{When(delta)}<th>component</th><th>from</th><th>by</th><th>first field that differs</th>"),
        [
            .. delta.Infections.Select(each => new HtmlText().Add(
                $"{When(delta, each.Times, each.Step)}<td class=\"who\">{each.Component}</td><td class=\"who\">{each.From}</td><td>{DeltaStory.Cause(each)}</td><td><code>{Field(each.First)}</code></td>")),
        ],
        "components");

    private static string Field(StateDifference? field) => field is null ? "" : $"{field.Field}: {field.Faulty ?? "nothing"}, golden {field.Golden ?? "nothing"}";

    /// <summary>A table whose first rows are shown, and the others when they are asked for.</summary>
    private static void AddTable(HtmlText page, HtmlText headings, IReadOnlyList<HtmlText> rows, string what)
    {
        Add(rows.Take(ShownRows));
        if (rows.Count > ShownRows)
        {
            page.Add($"<details><summary>{rows.Count - ShownRows} more {what}</summary>\n");
            Add(rows.Skip(ShownRows));
            page.Add($"</details>\n");
        }

        void Add(IEnumerable<HtmlText> shown)
        {
            page.Add($"<div class=\"scroll\"><table class=\"facts\"><thead><tr>{headings}</tr></thead><tbody>\n");
            foreach (var row in shown)
            {
                page.Add($"<tr>{row}</tr>\n");
            }

            page.Add($"</tbody></table></div>\n");
        }
    }

    private static HtmlText When(Delta delta) => delta.CountsCalls
        ? new HtmlText().Add($"<th>step</th>")
        : new HtmlText().Add($"<th>in golden</th><th>in the faulty run</th>");

    private static HtmlText When(Delta delta, Times times, long step) => delta.CountsCalls
        ? new HtmlText().Add($"<td class=\"number\">{step}</td>")
        : new HtmlText().Add($"<td class=\"number\">{Time(times.Golden)}</td><td class=\"number\">{Time(times.Faulty)}</td>");

    private static string Time(long? at) => at is { } some ? DeltaStory.Time(some) : "–";

    private static void AddCounts(HtmlText page, Delta delta) => AddTable(
        page,
        new HtmlText().Add($"<th>from</th><th>to</th><th>way</th><th>difference</th><th>messages</th><th>escaped</th>"),
        [
            .. delta.MessageCounts.Where(each => each.Change is not MessageChange.Retimed).Select(each => new HtmlText().Add(
                $"<td class=\"who\">{each.From}</td><td class=\"who\">{each.To}</td><td>{each.Kind}</td><td>{each.Change.ToString().ToLowerInvariant()}</td><td class=\"number\">{each.Count}</td><td>{(delta.HasEscaped(each) ? "yes" : "")}</td>")),
        ],
        "ways");

    private static void AddSteps(HtmlText page, Delta delta)
    {
        var told = delta.Divergent.Where(step => !step.IsOnlyLate).Take(ListedSteps).ToList();
        if (told.Count == 0)
        {
            return;
        }

        var (all, late) = (delta.DivergentSteps - delta.LateSteps, delta.LateSteps);
        page.Add($"<h2>Steps that differ <span class=\"count\">{all}{(all > told.Count ? $", the first {told.Count}" : "")}{(late > 0 ? $"; {late} more are only late" : "")}</span></h2>\n");
        if (delta.LeftOut is { Divergent: > 0 } or { Escaped: > 0 })
        {
            page.Add($"<p class=\"note\">Counted only, in the JSON too: {delta.LeftOut.Divergent} of the {delta.DivergentSteps} steps that differ, {delta.LeftOut.Escaped} of the {delta.EscapedMessages} messages that escaped.</p>\n");
        }

        var last = 0L;
        foreach (var step in told)
        {
            if (step.Step > last + 1)
            {
                page.Add($"<p class=\"fold\">{step.Step - last - 1} steps are equal or only late</p>\n");
            }

            last = step.Step;
            var execution = step.Execution is MessageChange.Missing or MessageChange.Extra ? $" · {step.Execution.ToString()!.ToLowerInvariant()}" : "";
            page.Add($"<details><summary>{DeltaStory.When(delta, step.Times, step.Step)[3..]} · <b>{step.Component}</b> · {step.On}{execution}</summary><ul>\n");
            foreach (var message in step.Messages)
            {
                page.Add($"<li>{message.From} → {DeltaStory.InWords(message)}</li>\n");
            }

            foreach (var field in step.State)
            {
                page.Add($"<li><code>{DeltaStory.InWords(field, delta.CountsCalls)}</code></li>\n");
            }

            page.Add($"</ul></details>\n");
        }
    }

    private static void AddDamage(HtmlText page, string heading, IReadOnlyList<StateDifference> damage)
    {
        if (damage.Count == 0)
        {
            return;
        }

        page.Add($"<h2>{heading} <span class=\"count\">{(damage.Count == 1 ? "one field" : $"{damage.Count} fields")}{(damage.Count > ListedFields ? $", the first {ListedFields}" : "")}</span></h2>\n<div class=\"scroll\"><table class=\"facts\"><thead><tr><th>component</th><th>field</th><th>golden</th><th>faulty</th></tr></thead><tbody>\n");
        foreach (var each in damage.Take(ListedFields))
        {
            page.Add($"<tr><td class=\"who\">{each.Component}</td><td><code>{each.Field}</code></td><td><code>{each.Golden ?? "–"}</code></td><td><code>{each.Faulty ?? "–"}</code></td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
