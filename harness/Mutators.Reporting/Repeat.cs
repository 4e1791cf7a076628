namespace Mutators.Reporting;

/// <summary>The commands with which a reader goes on from a line of a report.</summary>
internal static class Repeat
{
    /// <summary>Runs one mutant again.</summary>
    public static string Run(MutantId mutant) => $"dotnet mutators run --only {mutant}";

    /// <summary>Shows its branch.</summary>
    public static string Review(string branch) => $"git log --notes=mutators -p -1 {branch.Replace("refs/heads/", "", StringComparison.Ordinal)}";
}
