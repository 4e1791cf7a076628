using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>Mutants that are compiled together, since no two of them change the same part of the program.</summary>
/// <param name="Members">The mutants with their trees and parts.</param>
internal sealed record MutantBatch(ImmutableArray<MutantBatch.Member> Members)
{
    /// <summary>One mutant of a batch.</summary>
    internal sealed record Member(SyntaxTree Tree, Mutant Mutant, MutatedPart Part);

    /// <summary>As few batches as the part with the most mutants needs; the order of the mutants of a part is kept.</summary>
    public static IEnumerable<MutantBatch> Of(IEnumerable<Member> mutants)
    {
        var batches = new List<List<Member>>();
        var alone = new List<Member>();
        var nextOfPart = new Dictionary<string, int>(StringComparer.Ordinal);
        var nextOfType = new Dictionary<string, int>(StringComparer.Ordinal);
        var wholeTypes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in mutants)
        {
            var part = member.Part;
            if (part.IsAlone)
            {
                alone.Add(member);
                continue;
            }

            // A mutant of a whole type comes behind all earlier ones of the type, and before all later ones.
            var index = part.Methods.IsEmpty
                ? Next(nextOfType, part.Type)
                : Math.Max(Next(nextOfPart, part.Name), Next(wholeTypes, part.Type));
            nextOfPart[part.Name] = index + 1;
            nextOfType[part.Type] = Math.Max(Next(nextOfType, part.Type), index + 1);
            if (part.Methods.IsEmpty)
            {
                wholeTypes[part.Type] = index + 1;
            }

            while (batches.Count <= index)
            {
                batches.Add([]);
            }

            batches[index].Add(member);
        }

        return batches.Select(batch => new MutantBatch([.. batch])).Concat(alone.Select(member => new MutantBatch([member])));
    }

    private static int Next(Dictionary<string, int> indices, string name) => indices.TryGetValue(name, out var index) ? index : 0;

    /// <summary>The batch in two halves.</summary>
    public IEnumerable<MutantBatch> Halves()
    {
        var half = Members.Length / 2;
        return [new([.. Members.Take(half)]), new([.. Members.Skip(half)])];
    }

    /// <summary>The batch without some of its mutants.</summary>
    public MutantBatch Without(ICollection<Member> gone) => new([.. Members.Where(member => !gone.Contains(member))]);

    /// <summary>The mutants that alone make their file no C#, with the parser's first error: among others they would spoil the code behind them.</summary>
    public IEnumerable<(Member Member, Diagnostic Error)> Unparsable(CancellationToken cancel)
    {
        foreach (var member in Members)
        {
            var error = MutantCompiler.Inject(member.Tree, member.Mutant, cancel).GetDiagnostics(cancel)
                .FirstOrDefault(each => each.Severity == DiagnosticSeverity.Error);
            if (error is not null)
            {
                yield return (member, error);
            }
        }
    }

    /// <summary>The mutant whose part holds a place of the injected compilation; null where none does.</summary>
    /// <param name="place">The place.</param>
    /// <param name="edits">What injection made of a golden tree: edits before a part and inside of it move its ends.</param>
    public Member? At(Location place, Func<SyntaxTree, IEnumerable<TextChange>> edits)
    {
        var inFile = Members.Where(member => member.Tree.FilePath == place.SourceTree?.FilePath).ToList();
        if (inFile.Count == 0)
        {
            return null;
        }

        var moves = edits(inFile[0].Tree).Select(edit => (edit.Span.Start, Longer: edit.NewText!.Length - edit.Span.Length)).ToList();
        return inFile.FirstOrDefault(member =>
        {
            var (start, end) = (member.Part.Declaration.Start, member.Part.Declaration.End);
            return TextSpan.FromBounds(Moved(start), Moved(end)).Contains(place.SourceSpan);
        });

        int Moved(int position) => position + moves.Where(move => move.Start < position).Sum(move => move.Longer);
    }
}
