using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>A body that a branch changes: of a method, constructor, operator or accessor, whatever it is that has code of its own.</summary>
/// <param name="Golden">The declaration in golden: a method, an accessor, or the arrow of a property without accessors.</param>
/// <param name="Mutant">Its counterpart on the branch.</param>
internal sealed record BodyChange(SyntaxNode Golden, SyntaxNode Mutant)
{
    /// <summary>The refusal of a branch that changes what other code compiles against.</summary>
    public const string DeclarationChanges = "a declaration changes, not only a body";

    /// <summary>The type member that holds the body.</summary>
    public MemberDeclarationSyntax Member => Golden.FirstAncestorOrSelf<MemberDeclarationSyntax>()!;

    /// <summary>
    /// Whether objects that were made before the change may hold on to the code that it concerns: a delegate to the code of a lambda, an enumerator to that of its
    /// iterator. The body of the member that makes them is exchanged, not what those refer to that it has made already.
    /// </summary>
    public bool OutlivesItsMember
    {
        get
        {
            var (golden, mutant) = (Golden.ToString(), Mutant.ToString());
            var first = golden.AsSpan().CommonPrefixLength(mutant);
            var shorter = Math.Min(golden.Length, mutant.Length) - first;
            var behind = 0;
            while (behind < shorter && golden[^(behind + 1)] == mutant[^(behind + 1)])
            {
                behind++;
            }

            return Golden.DescendantNodes().OfType<YieldStatementSyntax>().Any() || IsInside(first) || IsInside(Math.Max(first, golden.Length - behind - 1));
        }
    }

    private bool IsInside(int position) => Golden.FindToken(Golden.SpanStart + position).Parent!.AncestorsAndSelf().TakeWhile(node => node != Golden)
        .Any(node => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or QueryExpressionSyntax);

    /// <summary>The bodies that differ between two versions of a file, member by member; layout and comments do not count.</summary>
    /// <param name="golden">The golden file.</param>
    /// <param name="mutant">The file on the branch.</param>
    /// <param name="refusal">Why the difference is more than bodies, in words; null if it is not.</param>
    public static IReadOnlyList<BodyChange> Between(SyntaxNode golden, SyntaxNode mutant, out string? refusal)
    {
        var changes = new List<BodyChange>();
        refusal = SyntaxFactory.AreEquivalent(golden, mutant, topLevel: true) || SyntaxFactory.AreEquivalent(Declared(golden), Declared(mutant), topLevel: true)
            ? Collect(golden, mutant, changes)
            : DeclarationChanges;
        return changes;
    }

    private static string? Collect(SyntaxNode golden, SyntaxNode mutant, List<BodyChange> changes)
    {
        if (SyntaxFactory.AreEquivalent(golden, mutant, topLevel: false))
        {
            return null;
        }

        switch (golden)
        {
            case CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax:
                return CollectAll(golden, mutant, changes, node => node is MemberDeclarationSyntax);

            case DestructorDeclarationSyntax:
                return "a finaliser changes";

            case ConstructorDeclarationSyntax constructor when constructor.Modifiers.Any(SyntaxKind.StaticKeyword):
                return "a static constructor changes, which runs once in a process";

            case BaseMethodDeclarationSyntax:
                changes.Add(new BodyChange(golden, mutant));
                return null;

            case PropertyDeclarationSyntax { Initializer: { } before } when !SyntaxFactory.AreEquivalent(before, ((PropertyDeclarationSyntax)mutant).Initializer, topLevel: false):
                return "the initialiser of a property changes";

            case BasePropertyDeclarationSyntax { AccessorList: { } accessors }:
                return CollectAll(accessors, ((BasePropertyDeclarationSyntax)mutant).AccessorList!, changes, node => node is AccessorDeclarationSyntax);

            case PropertyDeclarationSyntax { ExpressionBody: { } body }:
                changes.Add(new BodyChange(body, ((PropertyDeclarationSyntax)mutant).ExpressionBody!));
                return null;

            case IndexerDeclarationSyntax { ExpressionBody: { } body }:
                changes.Add(new BodyChange(body, ((IndexerDeclarationSyntax)mutant).ExpressionBody!));
                return null;

            case AccessorDeclarationSyntax:
                changes.Add(new BodyChange(golden, mutant));
                return null;

            case GlobalStatementSyntax:
                return "a top-level statement changes";

            case BaseFieldDeclarationSyntax:
                return "the initialiser of a field changes";

            default:
                return $"a {golden.Kind()} changes";
        }
    }

    // What a property begins with is no part of its declaration, which the compiler's own comparison knows of fields only.
    private static SyntaxNode Declared(SyntaxNode root) => root.ReplaceNodes(
        root.DescendantNodes(node => node is CompilationUnitSyntax or MemberDeclarationSyntax).OfType<PropertyDeclarationSyntax>().Where(property => property.Initializer is not null),
        (_, property) => property.WithInitializer(null));

    private static string? CollectAll(SyntaxNode golden, SyntaxNode mutant, List<BodyChange> changes, Func<SyntaxNode, bool> isPart)
    {
        var (before, after) = (golden.ChildNodes().Where(isPart).ToList(), mutant.ChildNodes().Where(isPart).ToList());
        if (before.Count != after.Count)
        {
            return "a declaration is added or removed";
        }

        foreach (var (one, other) in before.Zip(after))
        {
            var refusal = one.RawKind == other.RawKind ? Collect(one, other, changes) : "a declaration changes its kind";
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return null;
    }
}
