using System.Globalization;

namespace Mutators.Campaign.Reviews;

/// <summary>Why a reviewer wants to see a mutant no more.</summary>
public enum Dismissal
{
    /// <summary>It does what golden does, or nothing that matters: there is no fault to find.</summary>
    Equivalent,

    /// <summary>It is a fault that goes unnoticed, and the project takes the risk.</summary>
    Accepted,
}

/// <summary>What a reviewer decided about a mutant. It holds as long as the mutant's id does: until the site's own text or member changes.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Dismissal">Why it is dismissed.</param>
/// <param name="Reason">The reviewer's reason, one line.</param>
/// <param name="GoldenCommit">The golden commit on which it was seen.</param>
/// <param name="By">Who decided, as git knows them; null where git knows nobody.</param>
/// <param name="On">The day.</param>
public sealed record ReviewDecision(MutantId Mutant, Dismissal Dismissal, string Reason, string GoldenCommit, string? By, DateOnly On)
{
    /// <summary>As notes, options and the file of outcomes write the dismissal: <c>equivalent</c>.</summary>
    public static string Key(Dismissal dismissal) => dismissal is Dismissal.Equivalent ? "equivalent" : "accepted";

    /// <summary>One line for people.</summary>
    public string InWords => $"{Key(Dismissal)}: {Reason}";

    /// <summary>The note's text: <c>key: value</c> lines in a fixed order.</summary>
    public override string ToString() =>
        $"decision: {Key(Dismissal)}\nreason: {Reason.ReplaceLineEndings(" ")}\nmutant: {Mutant}\ngolden: {GoldenCommit}\n"
        + (By is null ? "" : $"by: {By}\n")
        + string.Create(CultureInfo.InvariantCulture, $"on: {On:yyyy-MM-dd}\n");

    /// <summary>Reads a note; null if it is none of a decision, for instance because somebody wrote it by hand.</summary>
    public static ReviewDecision? Parse(string note)
    {
        var values = note.Split('\n')
            .Select(line => line.Split(": ", 2))
            .Where(pair => pair.Length == 2)
            .DistinctBy(pair => pair[0])
            .ToDictionary(pair => pair[0], pair => pair[1].Trim(), StringComparer.Ordinal);
        return values.TryGetValue("mutant", out var name) && MutantId.TryParse(name, out var id)
            && Enum.TryParse<Dismissal>(values.GetValueOrDefault("decision"), ignoreCase: true, out var dismissal)
            && values.TryGetValue("reason", out var reason)
                ? new ReviewDecision(
                    id,
                    dismissal,
                    reason,
                    values.GetValueOrDefault("golden", ""),
                    values.GetValueOrDefault("by"),
                    DateOnly.TryParseExact(values.GetValueOrDefault("on"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : default)
                : null;
    }
}
