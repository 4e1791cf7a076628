using System.CommandLine;
using Mutators.Campaign.Store;

namespace Mutators.Tool.Verbs;

internal static class ReportVerb
{
    internal static Command Create(CommonOptions options) => new("report", "x") { options.Repository };

    internal static void PrintSummary(CampaignSnapshot snapshot, string ownFolder) => Console.Out.WriteLine($"{snapshot.Mutants.Length}{ownFolder}");
}
