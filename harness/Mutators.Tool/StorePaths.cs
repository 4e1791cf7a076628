using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Faultloads;
using Mutators.Campaign.Store;

namespace Mutators.Tool;

/// <summary>The stores that a command line names: files, folders that hold one, or folders of such folders, as build servers unpack what jobs left.</summary>
internal static class StorePaths
{
    /// <summary>The named stores; without any, those of the shards that ran in this repository.</summary>
    /// <exception cref="UsageException">There is none, or not where one is named.</exception>
    internal static IReadOnlyList<string> Of(MutantRepository repository, IReadOnlyList<string> named)
    {
        var shards = Path.Combine(repository.OwnFolder, FaultloadShard.Folder);
        if (named.Count == 0 && !Directory.Exists(shards))
        {
            throw new UsageException("No shard has run in this repository.", "Run one: dotnet mutators run --shard 1/8; or name the stores.");
        }

        return [.. (named.Count == 0 ? [shards] : named).SelectMany(Files)];
    }

    /// <summary>The campaign of a store.</summary>
    /// <exception cref="UsageException">The file is none, or holds none.</exception>
    internal static CampaignSnapshot Read(string file) => CampaignStore.ReadFile(file)
        ?? throw new UsageException($"{file} holds no campaign.", $"Name a store that 'dotnet mutators run' wrote: {CampaignStore.FileName}.");

    private static string[] Files(string path)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path) ? [path] : throw new UsageException($"There is no store {path}.", $"Name stores that 'dotnet mutators run' wrote: {CampaignStore.FileName}, or a folder that holds some.");
        }

        var own = Path.Combine(path, CampaignStore.FileName);
        string[] found = File.Exists(own) ? [own] : [.. Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal).SelectMany(Below)];
        return found.Length > 0 ? found : throw new UsageException($"There is no store in {path}.", $"A store is a file {CampaignStore.FileName}: name it, or a folder that holds some.");
    }

    /// <summary>One or two folders down: a shard's folder, or an artifact that holds it.</summary>
    private static IEnumerable<string> Below(string folder) =>
        ((string[])[folder, .. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)])
            .Select(each => Path.Combine(each, CampaignStore.FileName))
            .Where(File.Exists);
}
