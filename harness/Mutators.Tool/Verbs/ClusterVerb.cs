using System.CommandLine;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Store;
using Mutators.Tool.Cluster;

namespace Mutators.Tool.Verbs;

/// <summary><c>cluster</c>: writes what a batch engine runs to share a campaign among its machines.</summary>
internal static class ClusterVerb
{
    /// <summary>Where there is no other hint.</summary>
    private const int DefaultWorkers = 8;

    /// <summary>Shards for each worker: while the last one runs, the others wait for a quarter of a shard's share at most.</summary>
    private const int ShardsPerWorker = 4;

    /// <summary>A shard that runs shorter is mostly restore, load and build of golden.</summary>
    private static readonly TimeSpan shortestShard = TimeSpan.FromMinutes(2);

    internal static Command Create(CommonOptions options)
    {
        var engine = new Argument<string>("engine") { Description = $"{string.Join(", ", ClusterEngine.All.Select(each => each.Name))}." };
        var shards = new Option<int?>("--shards") { Description = "Into how many parts the faultload is cut. Default: four for each worker; fewer where the last campaign's golden run says that a part would be over in two minutes.", HelpName = "N" };
        var workers = new Option<int>("--workers") { Description = "How many run at a time.", HelpName = "N", DefaultValueFactory = _ => DefaultWorkers };
        var image = new Option<string>("--image") { Description = "The container that nodes run: bash, git and the .NET SDK.", HelpName = "NAME", DefaultValueFactory = _ => "mcr.microsoft.com/dotnet/sdk:10.0" };
        var remote = new Option<string?>("--remote") { Description = "Where nodes clone the repository from. Default: the remote 'origin'.", HelpName = "URL" };
        var tool = new Option<string>("--tool") { Description = "The words that start the tool on a node. Without the option it is restored from the repository's tool manifest first.", HelpName = "COMMAND", DefaultValueFactory = _ => "dotnet mutators" };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "The file to write. Default: the engine's usual name in the repository.", HelpName = "FILE" };
        var submit = new Option<bool>("--submit") { Description = "Also hand it to the engine, where that has a command (sbatch, kubectl)." };
        var further = new Option<string[]>("--run-option") { Description = "A word that goes to every 'run', for example --run-option=--profile --run-option=classic. May be repeated.", HelpName = "WORD" };
        var command = new Command("cluster", "Writes what a batch engine runs: the shards of a campaign, and a merge behind them. Small, commented, ready to edit.")
        {
            engine, options.Repository, options.Campaign, shards, workers, image, remote, tool, further, output, submit,
        };
        command.SetAction((line, _) =>
        {
            using var repository = MutantRepository.Open(options.Start(line));
            var chosen = Engine(line.GetValue(engine)!);
            var configuration = options.Configuration(line, repository.Root);
            var file = line.GetValue(output)?.FullName ?? Path.Combine(repository.Root, chosen.FileName);
            var wanted = line.GetValue(shards) is { } typed ? Count("--shards", typed, FaultloadShard.MaximumCount) : (int?)null;
            var job = new ClusterJob(
                repository.Root,
                file,
                line.GetValue(remote) ?? repository.RemoteUrl ?? "",
                repository.Golden.CommitSha,
                wanted is { } count ? chosen.RequireShards(count) : Math.Min(chosen.MostShards, Shards(repository, configuration, line.GetValue(workers))),
                Count("--workers", line.GetValue(workers), FaultloadShard.MaximumCount),
                line.GetValue(image)!,
                line.GetValue(tool)!.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                [.. Campaign(line.GetValue(options.Campaign), repository.Root), .. line.GetValue(further) ?? []]);
            if (chosen.Name == "kubernetes" && job.Remote.Length == 0)
            {
                throw new UsageException("The repository has no remote 'origin', and pods clone it from somewhere.", "Say from where: --remote URL");
            }

            Reporters.Write(chosen.Render(job), file);
            Console.Out.WriteLine(file);
            var next = chosen.NextFor(file, repository.Root, Directory.GetCurrentDirectory());
            Console.Error.WriteLine($"{job.Shards} shards, {job.Workers} at a time. {(line.GetValue(submit) ? "" : next)}".TrimEnd());
            if (line.GetValue(submit))
            {
                chosen.SubmitFile(file, next);
            }

            return Task.FromResult((int)ExitCode.Done);
        });
        return command;
    }

    private static ClusterEngine Engine(string name) =>
        ClusterEngine.All.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException(
            $"There is no engine '{name}'.", $"Did you mean {Suggestion.Nearest(name, ClusterEngine.All.Select(each => each.Name))}? Known: {string.Join(", ", ClusterEngine.All.Select(each => each.Name))}.");

    private static int Count(string option, int count, int most) =>
        count >= 1 && count <= most ? count : throw new UsageException($"{option} {count} is no count.", $"Give a number from 1 to {most}.");

    /// <summary>The words that name the configuration file to a node, which has it at the same place of its clone.</summary>
    /// <exception cref="UsageException">The file is outside of the repository.</exception>
    private static string[] Campaign(string? file, string root)
    {
        if (file is null)
        {
            return [];
        }

        var relative = Path.GetRelativePath(root, Path.GetFullPath(file));
        return Path.IsPathRooted(relative) || relative.Split(Path.DirectorySeparatorChar)[0] == ".."
            ? throw new UsageException($"{file} is outside of the repository, so that no node has it.", "Commit it to the repository, and name it there.")
            : ["--campaign", relative.Replace('\\', '/')];
    }

    /// <summary>Four for each worker; fewer where the last campaign says that they would be over before they have begun in earnest.</summary>
    private static int Shards(MutantRepository repository, CampaignConfiguration configuration, int workers)
    {
        var most = Math.Max(1, workers) * ShardsPerWorker;
        if (!CampaignStore.Exists(repository.OwnFolder))
        {
            return most;
        }

        var last = CampaignStore.Read(repository.OwnFolder);
        var golden = last.Golden.Sum(run => run.Run.Duration.TotalSeconds);
        var mutants = configuration.Sample ?? last.Identity.Faultload.Strata.Sum(stratum => stratum.Drawn);
        return Math.Clamp((int)(golden * mutants / shortestShard.TotalSeconds), Math.Min(Math.Max(1, workers), most), most);
    }
}
