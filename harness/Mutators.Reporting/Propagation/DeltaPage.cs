using System.Reflection;
using Mutators.Campaign.Propagation;
using Mutators.Reporting.Html;

namespace Mutators.Reporting.Propagation;

/// <summary>A delta execution as one page that needs no network and no JavaScript: story, propagation graph, sequence of the differing messages, damage.</summary>
public static class DeltaPage
{
    private const string ContentPolicy = "default-src 'none'; style-src 'unsafe-inline'";

    /// <summary>Steps that are listed; all of them are in the JSON.</summary>
    private const int ListedSteps = 200;

    private const int ListedFields = 100;

    /// <summary>The whole text.</summary>
    public static string Render(Delta delta)
    {
        var page = new HtmlText();
        page.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Add($"<meta name=\"color-scheme\" content=\"light dark\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{ContentPolicy}\">\n<title>{delta.Mutant} · delta execution</title>\n<style>\n")
            .AddTrusted(Resource("report.css")).AddTrusted(Resource("trace.css"))
            .Add($"</style>\n</head>\n<body>\n<main>\n<header><p class=\"kicker\">Mutators · delta execution</p>\n<h1>{delta.Mutant} under {delta.Workload}</h1>\n");
        foreach (var sentence in DeltaStory.Sentences(delta))
        {
            page.Add($"<p class=\"story\">{sentence}</p>\n");
        }

        page.Add($"</header>\n");
        if (!delta.Infections.IsEmpty)
        {
            page.Add($"<h2>How it spread</h2>\n<div class=\"scroll\">{PropagationGraph.Draw(delta)}</div>\n");
            AddInfections(page, delta);
        }

        if (delta.Divergent.Any(step => !step.Messages.IsEmpty))
        {
            page.Add($"<h2>The messages that differ</h2>\n<p class=\"note\">Downwards in the order of steps; what is equal in both runs is folded.</p>\n<div class=\"scroll\">{SequenceDiagram.Draw(delta)}</div>\n");
            AddCounts(page, delta);
        }

        AddSteps(page, delta);
        AddDamage(page, "Damage when it was noticed", delta.Detected?.Damage ?? []);
        AddDamage(page, "Damage at the end", delta.Remaining);
        return page.Add($"</main>\n</body>\n</html>\n").ToString();
    }

    private static void AddInfections(HtmlText page, Delta delta)
    {
        page.Add($"<div class=\"scroll\"><table class=\"facts\"><thead><tr><th>when</th><th>component</th><th>from</th><th>by</th><th>first field that differs</th></tr></thead><tbody>\n");
        foreach (var each in delta.Infections)
        {
            var by = each.By is { } message ? DeltaStory.InWords(message) : each.From is not null ? "a call or a wake-up" : each.IsExplained ? "the fault" : "unexplained";
            var first = each.First is { } field ? $"{field.Field}: {field.Faulty ?? "nothing"}, golden {field.Golden ?? "nothing"}" : "";
            page.Add($"<tr><td>{DeltaStory.When(delta, each.At, each.Step)[3..]}</td><td>{each.Component}</td><td>{each.From}</td><td>{by}</td><td><code>{first}</code></td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }

    private static void AddCounts(HtmlText page, Delta delta)
    {
        page.Add($"<div class=\"scroll\"><table class=\"facts\"><thead><tr><th>from</th><th>to</th><th>way</th><th>difference</th><th>messages</th></tr></thead><tbody>\n");
        foreach (var each in delta.MessageCounts)
        {
            page.Add($"<tr><td>{each.From}</td><td>{each.To}</td><td>{each.Kind}</td><td>{each.Change.ToString().ToLowerInvariant()}</td><td class=\"number\">{each.Count}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }

    private static void AddSteps(HtmlText page, Delta delta)
    {
        var told = delta.Divergent.Where(step => step.Execution is not MessageChange.Retimed || !step.State.IsEmpty || step.Messages.Any(each => each.Change is not MessageChange.Retimed)).ToList();
        if (told.Count == 0)
        {
            return;
        }

        page.Add($"<h2>Steps that differ <span class=\"count\">{told.Count}{(told.Count > ListedSteps ? $", the first {ListedSteps}" : "")}</span></h2>\n");
        var last = 0L;
        foreach (var step in told.Take(ListedSteps))
        {
            if (step.Step > last + 1)
            {
                page.Add($"<p class=\"fold\">{step.Step - last - 1} steps are equal or only late</p>\n");
            }

            last = step.Step;
            var execution = step.Execution is MessageChange.Missing or MessageChange.Extra ? $" · {step.Execution.ToString()!.ToLowerInvariant()}" : "";
            page.Add($"<details><summary>{DeltaStory.When(delta, step.At, step.Step)[3..]} · <b>{step.Component}</b> · {step.On}{execution}</summary><ul>\n");
            foreach (var message in step.Messages)
            {
                page.Add($"<li>{message.From} → {DeltaStory.InWords(message)}</li>\n");
            }

            foreach (var field in step.State)
            {
                page.Add($"<li><code>{DeltaStory.InWords(field)}</code></li>\n");
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

        page.Add($"<h2>{heading} <span class=\"count\">{damage.Count} fields{(damage.Count > ListedFields ? $", the first {ListedFields}" : "")}</span></h2>\n<div class=\"scroll\"><table class=\"facts\"><thead><tr><th>component</th><th>field</th><th>golden</th><th>faulty</th></tr></thead><tbody>\n");
        foreach (var each in damage.Take(ListedFields))
        {
            page.Add($"<tr><td>{each.Component}</td><td><code>{each.Field}</code></td><td><code>{each.Golden ?? "–"}</code></td><td><code>{each.Faulty ?? "–"}</code></td></tr>\n");
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
