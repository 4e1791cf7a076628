namespace Mutators.Campaign.Branches;

/// <summary>The commit that faults are injected into: the repository's HEAD when it was opened.</summary>
/// <param name="CommitSha">The commit.</param>
/// <param name="TreeSha">Its tree.</param>
/// <param name="AuthorDate">When it was written; every commit of ours carries this date, so that equal input gives equal commits.</param>
public sealed record GoldenTree(string CommitSha, string TreeSha, DateTimeOffset AuthorDate);
