using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Reporting.Propagation;
using Spectre.Console;

namespace Mutators.Reporting;

/// <summary>A campaign on a terminal, or in a pipe: what failed, who noticed, and where to read on.</summary>
public static class ConsoleSummary
{
    /// <summary>From this width on the table by operator shows every cell's interval.</summary>
    private const int WideFrom = 170;

    /// <summary>More undetected failures than a screen holds are in the report.</summary>
    private const int MaximumListed = 30;

    /// <summary>Lines of a fault's difference that are shown of each.</summary>
    private const int MaximumDiff = 8;

    /// <summary>Writes the summary.</summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="output">Where to.</param>
    /// <param name="width">The width of a line, in columns.</param>
    /// <param name="ansi">Whether the reader is a terminal that understands colours; never when redirected.</param>
    /// <param name="reportPath">The last line: where the whole report is; null if none was written.</param>
    public static void Write(CampaignSnapshot campaign, TextWriter output, int width, bool ansi, string? reportPath)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ansi ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;

        foreach (var (index, figures) in CampaignFigures.ByGroup(campaign).Index())
        {
            if (index > 0)
            {
                console.WriteLine();
            }

            WriteGroup(console, figures, width);
        }

        WritePropagation(console, campaign);
        if (reportPath is not null)
        {
            console.WriteLine();

            // Not through the console: a path must stay in one piece to be clicked or copied.
            output.WriteLine(reportPath);
        }
    }

    private static void WriteGroup(IAnsiConsole console, CampaignFigures figures, int width)
    {
        if (figures.Heading is { } heading)
        {
            console.MarkupLine($"[bold underline]{Markup.Escape(heading)}[/]");
        }

        console.MarkupLine($"[bold]{Markup.Escape(figures.Sentence)}[/]");
        console.WriteLine(figures.Beside);
        console.WriteLine(figures.SilentDataFailures);
        foreach (var sentence in figures.Further)
        {
            console.WriteLine(sentence);
        }

        WriteTable(console, "Failure modes", Modes(figures));
        console.WriteLine($"{Figures.Convention}.");
        WriteTable(console, "Failure mode × operator", width >= WideFrom ? ModesByOperatorWide(figures) : ModesByOperator(figures));
        WriteTable(console, "Injected, activated, failed", Triples(figures));
        if (!figures.Compiler.IsEmpty)
        {
            WriteTable(console, "Taken out by the compiler, or warned of", ByCompiler(figures));
        }

        if (!figures.IsOfTests)
        {
            WriteTable(console, "Who noticed the failures", WhoNoticed(figures));
        }

        WriteUndetected(console, figures.Campaign);
    }

    private static void WritePropagation(IAnsiConsole console, CampaignSnapshot campaign)
    {
        if (PropagationFigures.Of(campaign) is not { } figures)
        {
            return;
        }

        console.WriteLine();
        console.MarkupLine($"[bold]{Markup.Escape(figures.Sentence)}[/]");
        foreach (var each in PropagationTables.Of(figures).Where(table => !table.Rows.IsEmpty))
        {
            var table = NewTable(each.Headings.AsSpan());
            foreach (var row in each.Rows)
            {
                AddRow(table, null, row);
            }

            WriteTable(console, each.Title, table);
        }
    }

    /// <summary>The lines that a mutant takes away and adds, without what stands around them.</summary>
    private static void WriteDiff(IAnsiConsole console, string diff)
    {
        var lines = diff.Split('\n').SkipWhile(line => !line.StartsWith("@@", StringComparison.Ordinal)).Where(line => line is ['-' or '+', ..]).ToList();
        var margin = lines.Where(line => line.Trim().Length > 1).Select(line => line.Length - 1 - line[1..].TrimStart().Length).DefaultIfEmpty().Min();
        foreach (var line in lines.Take(MaximumDiff))
        {
            console.Write(new Padder(new Text($"{line[0]} {line[Math.Min(line.Length, 1 + margin)..]}".TrimEnd(), new Style(line[0] == '-' ? Color.Red : Color.Green)), new Padding(20, 0, 0, 0)));
        }

        if (lines.Count > MaximumDiff)
        {
            console.Write(new Padder(new Text($"… and {lines.Count - MaximumDiff} lines more"), new Padding(20, 0, 0, 0)));
        }
    }

    private static Table ByCompiler(CampaignFigures figures)
    {
        var table = NewTable("operator", "drawn", "rejected", "equivalent", "duplicate", "new warning");
        foreach (var each in figures.Compiler)
        {
            AddRow(table, null, each.Operator, $"{each.Drawn}", $"{each.Rejected}", $"{each.Equivalent}", $"{each.Duplicate}", $"{each.Warned}");
        }

        return table;
    }

    private static void WriteTable(IAnsiConsole console, string title, Table table)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{title}[/]");
        console.Write(table);
    }

    private static Table NewTable(params ReadOnlySpan<string> headings)
    {
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = false };
        foreach (var (index, heading) in headings.ToArray().Index())
        {
            table.AddColumn(new TableColumn(new Text(heading)) { Alignment = index == 0 ? Justify.Left : Justify.Right, NoWrap = true, Padding = new Padding(0, 0, 1, 0) });
        }

        return table;
    }

    private static void AddRow(Table table, Style? style, params IEnumerable<string> cells) => table.AddRow(cells.Select(cell => new Text(cell, style)));

    private static Style? StyleOf(FailureMode mode, int count) =>
        count == 0 ? null
        : mode is FailureMode.SilentDataFailure or FailureMode.InconsistentState ? new Style(Color.Yellow)
        : mode.IsFailure ? new Style(Color.Red)
        : null;

    private static Table Modes(CampaignFigures figures)
    {
        var table = NewTable("failure mode", "k/n", "share", "95 % interval");
        foreach (var mode in figures.ImpactModes)
        {
            var share = figures.Of(mode);
            AddRow(table, StyleOf(mode, share.K), mode.Words, share.ToString(), Figures.Percent(share), Figures.Range(share));
        }

        return table;
    }

    private static string Short(FailureMode mode) => mode switch
    {
        FailureMode.HostCrash => "host",
        FailureMode.GuestFailure => "guest",
        FailureMode.OperationError => "error",
        FailureMode.InconsistentState => "state",
        FailureMode.SilentDataFailure => "silent",
        FailureMode.Degraded => "degr.",
        FailureMode.BusyHang => "busy",
        FailureMode.IdleHang => "idle",
        FailureMode.MemoryExhausted => "memory",
        FailureMode.UnexpectedExit => "exit",
        FailureMode.UnexpectedException => "exception",
        FailureMode.FailedAssertion => "assertion",
        FailureMode.NoImpact => "none",
        _ => mode.Words,
    };

    private static Table ModesByOperator(CampaignFigures figures)
    {
        var table = NewTable(["operator", .. figures.ImpactModes.Select(Short), "n"]);
        foreach (var each in figures.Operators)
        {
            AddRow(table, null, [each.Operator, .. figures.ImpactModes.Select(mode => $"{each.Count(mode)}"), $"{each.Activated}"]);
        }

        AddRow(table, new Style(decoration: Decoration.Bold), ["all", .. figures.ImpactModes.Select(mode => $"{figures.Of(mode).K}"), $"{figures.Activated}"]);
        return table;
    }

    private static Table ModesByOperatorWide(CampaignFigures figures)
    {
        var table = NewTable(["operator", .. figures.ImpactModes.Select(mode => mode.Words)]);
        foreach (var each in figures.Operators)
        {
            AddRow(table, null, [each.Operator, .. figures.ImpactModes.Select(mode => Cell(new Proportion(each.Count(mode), each.Activated)))]);
        }

        AddRow(table, new Style(decoration: Decoration.Bold), ["all", .. figures.ImpactModes.Select(mode => Cell(figures.Of(mode)))]);
        return table;

        static string Cell(Proportion share) => $"{share} {Figures.Range(share)}";
    }

    private static Table Triples(CampaignFigures figures)
    {
        var table = NewTable("operator", "injected", "activated", "failed", "share", "95 % interval", "undetected");
        foreach (var each in figures.Operators)
        {
            AddRow(table, null, each.Operator, $"{each.Injected}", $"{each.Activated}", each.Failed.ToString(), Figures.Percent(each.Failed), Figures.Range(each.Failed), $"{each.Undetected}");
        }

        AddRow(
            table,
            new Style(decoration: Decoration.Bold),
            "all",
            $"{figures.Campaign.Mutants.Length}",
            $"{figures.Activated}",
            figures.Failed.ToString(),
            Figures.Percent(figures.Failed),
            Figures.Range(figures.Failed),
            $"{figures.Operators.Sum(each => each.Undetected)}");
        return table;
    }

    private static Table WhoNoticed(CampaignFigures figures)
    {
        var table = NewTable("failures", "k/n", "share", "95 % interval");
        foreach (var detection in CampaignFigures.DetectionsOfFailures)
        {
            var share = figures.Of(detection);
            var style = share.K > 0 && !detection.IsDetected ? new Style(Color.Yellow) : null;
            AddRow(table, style, detection.Words, share.ToString(), Figures.Percent(share), Figures.Range(share));
        }

        return table;
    }

    private static void WriteUndetected(IAnsiConsole console, CampaignSnapshot campaign)
    {
        var undetected = campaign.UndetectedFailures.RemoveAll(outcome => campaign.Decisions.ContainsKey(outcome.Mutant));
        var mutants = campaign.Mutants.ToDictionary(each => each.Mutant.Id, each => each.Mutant);
        var dismissed = campaign.Decisions.Where(decision => mutants.ContainsKey(decision.Key)).ToList();
        var tests = campaign.Golden.All(golden => golden.Tests is not null);
        console.WriteLine();
        if (undetected.IsEmpty)
        {
            var nothing = tests ? "No mutant survives" : "No failure went undetected";
            console.WriteLine(dismissed.Count == 0 ? $"{nothing}." : $"{nothing} but for what was dismissed in review.");
        }
        else
        {
            console.MarkupLine($"[bold]{(tests ? "Survivors" : "Undetected failures")}[/] ({undetected.Length})");
        }

        foreach (var outcome in undetected.Take(MaximumListed))
        {
            var mutant = mutants[outcome.Mutant];
            console.Write(new Text($"{outcome.Mode.Words,-20}", new Style(Color.Yellow)));
            console.WriteLine($"{mutant.Id}  {mutant.Place}");
            console.Write(new Padder(new Text($"{mutant.Change}\n{outcome.Workload}: {outcome.Reason}"), new Padding(20, 0, 0, 0)));
            WriteDiff(console, mutant.Diff);
        }

        if (undetected.Length > MaximumListed)
        {
            console.WriteLine($"… and {undetected.Length - MaximumListed} more, in the report.");
        }

        if (dismissed.Count > 0)
        {
            console.WriteLine();
            console.MarkupLine($"[bold]Dismissed in review[/] ({dismissed.Count}), and counted above as what they are");
            foreach (var (id, decision) in dismissed.Take(MaximumListed))
            {
                console.WriteLine($"{id,-16}  {mutants[id].Place}  {decision.InWords}");
            }
        }
    }
}
