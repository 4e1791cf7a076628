using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Mutators.Reporting;

/// <summary>The tests of a campaign's test projects, under ids that are short: a mutant may name hundreds.</summary>
/// <param name="campaign">The campaign.</param>
internal sealed class TestIds(CampaignSnapshot campaign)
{
    private readonly Dictionary<string, TestRecord> _records = campaign.Golden
        .Where(golden => golden.Tests is not null)
        .ToDictionary(golden => golden.Workload.Name, golden => golden.Tests!, StringComparer.Ordinal);

    private readonly Dictionary<(string Workload, string Test), int> _numbers = campaign.Golden
        .Where(golden => golden.Tests is not null)
        .SelectMany(golden => golden.Tests!.Tests.Select(test => (Key: (golden.Workload.Name, test.Name), test.Number)))
        .DistinctBy(each => each.Key)
        .ToDictionary(each => each.Key, each => each.Number);

    /// <summary>Whether a workload is a test project.</summary>
    public bool Knows(string workload) => _records.ContainsKey(workload);

    /// <summary>All tests of a project.</summary>
    public IEnumerable<(string Id, string Name)> Of(string workload) => _records[workload].Tests.Select(test => (Id(workload, test.Number), test.Name));

    /// <summary>The tests of a project that reach a mutant's site and judge it.</summary>
    public IEnumerable<string> Reaching(MutantId mutant, string workload)
    {
        var record = _records[workload];
        return record.Of(mutant).Tests.Where(record.Judges).Order().Select(number => Id(workload, number));
    }

    /// <summary>How many tests of a project reach a mutant's site and judge it.</summary>
    public int CountReaching(MutantId mutant, string workload) => _records[workload] is var record ? record.Of(mutant).Tests.Count(record.Judges) : 0;

    /// <summary>The id of the test of this name; null if there is none.</summary>
    public string? Named(string workload, string test) => _numbers.TryGetValue((workload, test), out var number) ? Id(workload, number) : null;

    private static string Id(string workload, int number) => $"{workload}:{number}";
}
