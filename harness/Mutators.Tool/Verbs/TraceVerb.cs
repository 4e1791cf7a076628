using System.CommandLine;
using System.Text.Json;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Engines;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;
using Mutators.Reporting.Propagation;

namespace Mutators.Tool.Verbs;

/// <summary><c>trace</c>: golden and one mutant side by side, and how the damage spreads from component to component.</summary>
internal static class TraceVerb
{
    internal static Command Create(CommonOptions options)
    {
        var id = new Argument<string?>("id") { Description = "The mutant's id, or its branch; not with --sample.", Arity = ArgumentArity.ZeroOrOne };
        var sample = new Option<int?>("--sample") { Description = "Trace that many of the campaign's activated mutants, for the figures of propagation in the report. Traced ones are kept and not traced again.", HelpName = "N" };
        var workload = new Option<string?>("--workload") { Description = "The workload to run. Default: the one under which the mutant failed, or the first.", HelpName = "NAME" };
        var mode = new Option<PropagationMode>("--mode") { Description = "full: what the faulty components say is heard, so damage spreads as it would. isolated: everybody else hears what golden says, so only their own damage is seen, and what would have escaped; for programs that tell of their rendezvous. Default: full.", HelpName = "full|isolated" };
        var format = new Option<TraceFormat>("--format") { Description = "text, or json for programs, or html.", HelpName = "text|json|html" };
        var command = new Command("trace", "Shows how a fault propagates: runs golden and one mutant side by side and compares them at each rendezvous. Executes the target's code.")
        {
            id, options.Repository, options.Campaign, sample, workload, mode, format,
        };
        command.SetAction((line, cancel) => Task.FromResult((int)((line.GetValue(id), line.GetValue(sample)) switch
        {
            ({ } one, null) => Run(line, options, one, line.GetValue(workload), line.GetValue(mode), line.GetValue(format), cancel),
            (null, { } count) => Sample(line, options, count, [workload, mode, format], cancel),
            _ => throw new UsageException("trace takes a mutant's id or --sample N, and not both.", "For example: dotnet mutators trace --sample 50"),
        })));
        return command;
    }

    /// <summary>The figures are of full delta executions, each under the workload of the headline outcome; reports show them, in every format.</summary>
    private static ExitCode Sample(ParseResult line, CommonOptions options, int count, Option[] ofOne, CancellationToken cancel)
    {
        if (count < 1)
        {
            throw new UsageException($"--sample takes a number of mutants, 1 or more, and not {count}.", "For example: dotnet mutators trace --sample 50");
        }

        return ofOne.FirstOrDefault(option => line.GetResult(option) is { Implicit: false }) is { } other
            ? throw new UsageException(
                $"{other.Name} is for a single mutant: a sample is traced in full, each mutant under the workload of its outcome.",
                other.Name == "--format" ? "Leave it out, and take the figures in that format from the report: dotnet mutators report --format json" : $"Leave it out, or name a mutant: dotnet mutators trace ID {other.Name} …")
            : SampledTraces.Run(options.Start(line), count, cancel);
    }

    private static ExitCode Run(ParseResult line, CommonOptions options, string id, string? workload, PropagationMode mode, TraceFormat format, CancellationToken cancel)
    {
        using var repository = MutantRepository.Open(options.Start(line));
        var branch = repository.Find(id);
        repository.RequireGolden(branch);
        var campaign = CampaignStore.Exists(repository.OwnFolder) ? CampaignStore.Read(repository.OwnFolder) : null;
        var known = campaign?.Mutants.FirstOrDefault(each => each.Mutant.Id == branch.Id);
        var configuration = known is not null && !options.NamesConfiguration(line)
            ? JsonSerializer.Deserialize<CampaignConfiguration>(campaign!.Identity.Configuration)!
            : options.Configuration(line, repository.Root);
        using var workspace = GoldenWorkspace.Open(repository, configuration, options.Log(line, hasStatus: false), cancel);
        workspace.BuildGolden(cancel);
        var program = Choose(workspace, workload ?? known?.Headline?.Workload);
        var tracer = new DeltaTracer(repository, workspace, configuration);
        var golden = campaign?.Golden.FirstOrDefault(run => run.Workload.Name == program.Workload.Name) ?? tracer.RunGolden(program, options.Log(line, hasStatus: false), cancel);
        var hits = known?.Activations.FirstOrDefault(each => each.Workload == program.Workload.Name)?.Hits;
        Delta delta;
        try
        {
            delta = tracer.Trace(branch.Id, branch.CommitSha, program, golden, mode, hits, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Console.Error.WriteLine("interrupted: nothing of this trace is kept; the same command begins it anew.");
            return ExitCode.Interrupted;
        }

        switch (format)
        {
            case TraceFormat.Json:
                TraceJson.Print(delta, branch);
                break;
            case TraceFormat.Html:
                var page = Path.Combine(repository.EnsureOwnFolder(), PageName(delta));
                File.WriteAllText(page, DeltaPage.Render(delta, branch.Subject, branch.Trailers.InjectionSite, repository.Diff(branch)));
                Console.Out.WriteLine(page);
                break;
            default:
                DeltaText.Print(Console.Out, $"{branch.Subject} ({branch.Trailers.InjectionSite})", delta, Console.IsOutputRedirected || Console.WindowWidth <= 0 ? null : Console.WindowWidth);
                break;
        }

        return ExitCode.Done;
    }

    /// <summary>Each way to trace a mutant has a page of its own.</summary>
    internal static string PageName(Delta delta) => $"trace-{delta.Mutant}-{delta.Workload}{(delta.Mode is PropagationMode.Isolated ? "-isolated" : "")}.html";

    internal static WorkloadProgram Choose(GoldenWorkspace workspace, string? name) => name is null
        ? workspace.Programs[0]
        : workspace.Programs.FirstOrDefault(each => each.Workload.Name == name)
            ?? throw new UsageException($"There is no workload '{name}'.", $"The workloads are {string.Join(", ", workspace.Programs.Select(each => each.Workload.Name))}.");
}

/// <summary>For whom a trace is written.</summary>
internal enum TraceFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,

    /// <summary>A page.</summary>
    Html,
}
