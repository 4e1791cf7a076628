using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// What the compiler says to many mutants, each alone, at a fraction of the price: the mutants of a file are asked about together, each in a copy of its member beside
/// golden's copy. Nothing new in its copy is nothing new at all; only those to which the compiler has something to say are asked about by themselves.
/// </summary>
public static class MutantDiagnoses
{
    private static readonly Regex NumberOfCopy = new("__c[0-9]+_mutators", RegexOptions.CultureInvariant);

    /// <summary>Attributes that are nothing to the compiler where it binds the code below them.</summary>
    private static readonly ImmutableHashSet<string> SilentAttributes =
        ImmutableHashSet.Create(StringComparer.Ordinal, "MethodImpl", "EditorBrowsable", "DebuggerStepThrough", "DebuggerHidden", "DebuggerNonUserCode", "ExcludeFromCodeCoverage", "SuppressMessage", "Pure");

    /// <summary>The errors and the warnings that each mutant causes and golden lacks, as <see cref="MutantCompiler.Diagnose"/> has them.</summary>
    /// <param name="golden">The golden compilation.</param>
    /// <param name="mutants">The mutants, each with the tree of <paramref name="golden"/> that holds its site.</param>
    /// <param name="cancel">Stops the compiler.</param>
    /// <returns>What is said, in the order of the mutants.</returns>
    public static ImmutableArray<(ImmutableArray<Diagnostic> Errors, ImmutableArray<Diagnostic> Warnings)> Of(
        Compilation golden, IReadOnlyCollection<(SyntaxTree Tree, Mutant Mutant)> mutants, CancellationToken cancel)
    {
        var silent = new HashSet<Mutant>(mutants.GroupBy(each => each.Tree, each => each.Mutant).AsParallel().WithCancellation(cancel)
            .SelectMany(file => Silent(golden, file.Key, [.. file], cancel)));
        return
        [
            .. mutants.AsParallel().AsOrdered().WithCancellation(cancel).Select(each =>
                silent.Contains(each.Mutant) ? ([], []) : MutantCompiler.Diagnose(golden, each.Tree, each.Mutant, cancel)),
        ];
    }

    /// <summary>The mutants of a file to which the compiler has nothing new to say, as far as copies tell.</summary>
    private static IEnumerable<Mutant> Silent(Compilation golden, SyntaxTree tree, Mutant[] mutants, CancellationToken cancel)
    {
        if (HasRegions(tree.GetRoot(cancel)))
        {
            return [];
        }

        var copies = Copies(golden, tree, mutants, cancel);
        var combined = tree.WithChangedText(tree.GetText(cancel).WithChanges(
            copies.SelectMany(each => new[] { each.Golden, each.Mutated }).Distinct().Select(copy => copy.Insertion).OrderBy(change => change.Span.Start)));
        if (copies.Count == 0 || combined.GetDiagnostics(cancel).Any(each => each.Severity == DiagnosticSeverity.Error))
        {
            // One copy that is no C# spoils those behind it.
            return [];
        }

        var names = new HashSet<string>(copies.SelectMany(each => new[] { each.Golden.Name, each.Mutated.Name }), StringComparer.Ordinal);
        var model = golden.ReplaceSyntaxTree(tree, combined).GetSemanticModel(combined);
        var said = Spans(combined.GetRoot(cancel), names)
            .SelectMany(span => model.GetDeclarationDiagnostics(span, cancel).Concat(model.GetMethodBodyDiagnostics(span, cancel)))
            .Where(MutantCompiler.Counts)
            .SelectMany(each => BodyCopy.NamesAround(each.Location).Where(names.Contains).Select(name => (Name: name, Words: NumberOfCopy.Replace($"{each.Id}: {each.GetMessage()}", ""))))
            .ToLookup(each => each.Name, each => each.Words, StringComparer.Ordinal);
        return copies.Where(each => IsNothingNew(said[each.Golden.Name], said[each.Mutated.Name])).Select(each => each.Mutant);
    }

    private static List<(Mutant Mutant, BodyCopy Golden, BodyCopy Mutated)> Copies(Compilation golden, SyntaxTree tree, Mutant[] mutants, CancellationToken cancel)
    {
        var copied = new List<(Mutant, SyntaxNode, string, Mutant)>();
        foreach (var mutant in mutants)
        {
            var part = MutatedPart.Of(golden, tree, mutant, cancel);
            if (BodyCopy.SourceOf(tree, part, mutant, cancel) is { } source && !HasAttributes(source))
            {
                copied.Add((mutant, source, part.Type, mutant));
            }
        }

        return BodyCopy.Pairs(copied);
    }

    // The copies of a type stand together at its end.
    private static IEnumerable<TextSpan> Spans(SyntaxNode root, HashSet<string> names) => root
        .DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax)
        .OfType<BaseMethodDeclarationSyntax>()
        .Where(member => BodyCopy.NamesAround(member.GetLocation()).Any(names.Contains))
        .GroupBy(member => member.Parent!)
        .Select(type => TextSpan.FromBounds(type.First().FullSpan.Start, type.Last().FullSpan.End));

    private static bool IsNothingNew(IEnumerable<string> golden, IEnumerable<string> mutated)
    {
        var known = golden.ToList();
        return mutated.All(known.Remove);
    }

    // What a member promises of null is not said again of its copy.
    private static bool HasAttributes(SyntaxNode source) => source.FirstAncestorOrSelf<MemberDeclarationSyntax>()!
        .DescendantNodes(node => node is not (StatementSyntax or ExpressionSyntax)).OfType<AttributeSyntax>()
        .Any(attribute => !SilentAttributes.Contains(attribute.Name.ToString().Split('.').Last()));

    // What warns in one place of the file may not warn at the end of the type.
    private static bool HasRegions(SyntaxNode root) => root.ContainsDirectives
        && root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().FirstOrDefault() is { } first
        && root.DescendantTrivia().Any(trivia => trivia.SpanStart > first.OpenBraceToken.SpanStart && trivia.GetStructure() switch
        {
            NullableDirectiveTriviaSyntax => true,
            PragmaWarningDirectiveTriviaSyntax pragma => pragma.ErrorCodes.Count == 0 || pragma.ErrorCodes.Any(IsCompilers),
            _ => false,
        });

    // Numbers, CS and a number, and "nullable"; what analyzers have to say is not asked for.
    private static bool IsCompilers(ExpressionSyntax code) =>
        code.ToString() is var text && (text.StartsWith("CS", StringComparison.OrdinalIgnoreCase) || char.IsDigit(text[0]) || text == "nullable");
}
