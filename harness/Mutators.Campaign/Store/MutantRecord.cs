using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Store;

/// <summary>A mutant as a campaign keeps it: all that a report needs, without the compilation it came from.</summary>
/// <param name="Id">The mutant's name.</param>
/// <param name="OperatorName">The operator's full name.</param>
/// <param name="FaultClass">The operator's ODC class.</param>
/// <param name="Path">The file's path in the repository, with forward slashes.</param>
/// <param name="Member">The containing member as people name it.</param>
/// <param name="Line">The site's first line in golden, from 1.</param>
/// <param name="Column">The site's first column in golden, from 1.</param>
/// <param name="Change">The change in words.</param>
/// <param name="Subject">The commit's subject.</param>
/// <param name="Branch">The full name of the ref; empty where the compiler refuses the mutant, so that it has no branch.</param>
/// <param name="Commit">The commit that the ref points to; empty likewise.</param>
/// <param name="Edit">What text becomes what.</param>
/// <param name="Diff">The change as a unified diff.</param>
public sealed record MutantRecord(
    MutantId Id,
    string OperatorName,
    FaultClass FaultClass,
    string Path,
    string Member,
    int Line,
    int Column,
    string Change,
    string Subject,
    string Branch,
    string Commit,
    TextEdit Edit,
    string Diff)
{
    /// <summary>Its place in the whole faultload, from 1; 0 puts it behind those that the store has. A store that was read back has its mutants in this order, and zeros here.</summary>
    public int Ordinal { get; init; }

    /// <summary>Where the operator's fault type comes from.</summary>
    public FaultOrigin Origin { get; init; }

    /// <summary>The group with which it is counted.</summary>
    public FaultGroup Group => FaultGroups.Of(Origin);

    /// <summary>The project that its file belongs to.</summary>
    public string Component { get; init; } = "";

    /// <summary>The stratum that it was drawn from.</summary>
    public string Stratum { get; init; } = "";

    /// <summary>The ids of the compiler's warnings that golden lacks: programmers who read their warnings would have found this fault.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The mutant that is the same to the compiler, and is run in its place; null if there is none.</summary>
    public MutantId? SameAs { get; init; }

    /// <summary>The operator's id.</summary>
    public string Operator => Id.Operator;

    /// <summary>Where the site is, for people: <c>src/Xl.cs:12:9</c>.</summary>
    public string Place => $"{Path}:{Line}:{Column}";

    /// <summary>The record of a mutant that was emitted as a branch.</summary>
    /// <param name="mutant">The mutant.</param>
    /// <param name="golden">The golden text of its file.</param>
    /// <param name="branch">The full name of the ref.</param>
    /// <param name="commit">The commit that the ref points to.</param>
    public static MutantRecord Of(Mutant mutant, SourceText golden, string branch, string commit)
    {
        var definition = mutant.Operator.Definition;
        return new MutantRecord(
            mutant.Id,
            definition.Name,
            definition.FaultClass,
            mutant.Path,
            mutant.MemberName,
            mutant.Lines.StartLinePosition.Line + 1,
            mutant.Lines.StartLinePosition.Character + 1,
            mutant.Site.Change,
            mutant.Subject,
            branch,
            commit,
            TextEdit.Of(golden, mutant.Site.Edits),
            UnifiedDiff.Of(mutant.Path, golden, mutant.Inject(golden), TextEdit.Covered(mutant.Site.Edits)))
        {
            Origin = definition.Origin,
            Stratum = definition.Id,
        };
    }
}

/// <summary>A stretch of golden text and what a mutant has in its place. Lines and columns count from 1, the end is exclusive.</summary>
/// <param name="StartLine">The first line.</param>
/// <param name="StartColumn">The first column.</param>
/// <param name="EndLine">The line of the end.</param>
/// <param name="EndColumn">The column of the end.</param>
/// <param name="Replacement">The mutant's text.</param>
public sealed record TextEdit(int StartLine, int StartColumn, int EndLine, int EndColumn, string Replacement)
{
    /// <summary>The last line of which the edit covers something: a stretch that ends before a line's first column does not reach it.</summary>
    public int LastLine => EndColumn == 1 && EndLine > StartLine ? EndLine - 1 : EndLine;

    /// <summary>One stretch that covers all edits.</summary>
    public static TextEdit Of(SourceText golden, IReadOnlyList<TextChange> edits)
    {
        var covered = Covered(edits);
        var mutated = golden.WithChanges(edits);
        var replacement = mutated.ToString(TextSpan.FromBounds(covered.Start, covered.End + mutated.Length - golden.Length));
        var lines = golden.Lines.GetLinePositionSpan(covered);
        return new TextEdit(lines.Start.Line + 1, lines.Start.Character + 1, lines.End.Line + 1, lines.End.Character + 1, replacement);
    }

    /// <summary>The stretch of golden text that holds all edits.</summary>
    internal static TextSpan Covered(IReadOnlyList<TextChange> edits)
    {
        Invariant.Holds(edits.Count > 0);
        return TextSpan.FromBounds(edits.Min(edit => edit.Span.Start), edits.Max(edit => edit.Span.End));
    }
}
