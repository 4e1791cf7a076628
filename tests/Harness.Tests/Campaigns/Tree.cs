using Harness.Tests.Branches;
using Microsoft.Extensions.Logging.Abstractions;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Configuration;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Harness.Tests.Campaigns;

/// <summary>A throw-away repository made from one of <c>tests/Trees</c>, whose folder names are sentences, or from several that lie over each other.</summary>
internal sealed class Tree : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public Tree(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Add(Path.Combine(Repository.Root, "tests", "Trees", name));
        }

        _folder.Write(".gitignore", "bin/\nobj/\n");
        Git("init", "-q", "-b", "main");
        Commit();
    }

    public string Root => _folder.Path;

    /// <summary>The tree's own program as target and workload, rebuilt for each mutant; only missing calls, and limits that a test can wait for.</summary>
    public static CampaignConfiguration Configuration { get; } = new()
    {
        Targets = ["App"],
        Workloads = [new Workload("app", "App", [])],
        Operators = ["MFC"],
        Engine = CampaignEngine.Rebuild,
        TimeFactor = 1,
        MemoryMebibytes = 128,
        OutputMebibytes = 4,
    };

    public string Git(params ReadOnlySpan<string> arguments) => _folder.Run("git", arguments).TrimEnd('\n');

    public void Write(string path, string text) => _folder.Write(path, text);

    public void Commit()
    {
        Git("add", "-A");
        Git("commit", "-q", "-m", "golden");
    }

    public CampaignSnapshot Run(CampaignConfiguration? configuration = null)
    {
        using var repository = MutantRepository.Open(Root);
        return new CampaignRunner(repository, configuration ?? Configuration, NullLogger.Instance).Run(fresh: false, CancellationToken.None);
    }

    public void Dispose() => _folder.Dispose();

    private void Add(string source)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(source, file);
            if (!relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            {
                _folder.Write(relative, File.ReadAllText(file));
            }
        }
    }
}
