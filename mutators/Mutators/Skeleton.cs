using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// Golden without the bodies that a question does not concern: what a body means depends on other declarations, never on other
/// bodies, so a part of the program can be compiled as in the whole at a fraction of the cost.
/// </summary>
internal sealed class Skeleton
{
    private readonly Compilation _golden;
    private readonly Compilation _bare;
    private readonly Dictionary<SyntaxTree, List<Body>> _bodies = [];
    private readonly Dictionary<SyntaxTree, SyntaxTree> _bareTrees = [];
    private readonly ILookup<string, SyntaxTree> _treesOfType;
    private readonly CancellationToken _cancel;

    /// <summary>Takes golden apart.</summary>
    public Skeleton(Compilation golden, CancellationToken cancel)
    {
        (_golden, _bare, _cancel) = (golden, golden, cancel);
        foreach (var tree in golden.SyntaxTrees)
        {
            var bodies = Bodies(tree).ToList();
            var bare = Changed(tree, bodies.Select(body => body.Removal));
            _bodies.Add(tree, bodies);
            _bareTrees.Add(tree, bare);
            _bare = bare == tree ? _bare : _bare.ReplaceSyntaxTree(tree, bare);
        }

        _treesOfType = _bodies.SelectMany(each => each.Value.Select(body => (body.Type, Tree: each.Key))).Distinct().ToLookup(each => each.Type, each => each.Tree);
    }

    /// <summary>The compilation with all mutants of the batch in it, and the bodies of the types that they change.</summary>
    public Compilation Inject(MutantBatch batch)
    {
        // Who changes a declaration may change what any body means.
        if (batch.Members.Any(member => member.Part.IsAlone))
        {
            return batch.Members.GroupBy(member => member.Tree).Aggregate(_golden, (whole, group) =>
                whole.ReplaceSyntaxTree(group.Key, Changed(group.Key, group.SelectMany(member => member.Mutant.Site.Edits))));
        }

        var mutants = batch.Members.ToLookup(member => member.Tree, member => member.Mutant);
        var types = new HashSet<string>(batch.Members.Select(member => member.Part.Type), StringComparer.Ordinal);
        var trees = _treesOfType.Where(each => Concerns(each.Key, types)).SelectMany(each => each).Concat(mutants.Select(each => each.Key)).Distinct();
        var whole = _bare;
        foreach (var tree in trees)
        {
            var edits = mutants[tree].SelectMany(mutant => mutant.Site.Edits)
                .Concat(_bodies[tree].Where(body => !Concerns(body.Type, types)).Select(body => body.Removal));
            whole = whole.ReplaceSyntaxTree(_bareTrees[tree], Changed(tree, edits));
        }

        return whole;
    }

    /// <summary>The compilation with copies in it, and no other body.</summary>
    public Compilation Beside(IEnumerable<BodyCopy> copies) => copies.GroupBy(copy => copy.Source.SyntaxTree).Aggregate(_bare, (whole, group) => whole.ReplaceSyntaxTree(
        _bareTrees[group.Key], Changed(group.Key, _bodies[group.Key].Select(body => body.Removal).Concat(group.Select(copy => copy.Insertion)))));

    /// <summary>All edits of a tree that the injection of a batch makes before or inside of a mutant's part.</summary>
    public IEnumerable<TextChange> Edits(MutantBatch batch, SyntaxTree tree)
    {
        var edits = batch.Members.Where(member => member.Tree == tree).SelectMany(member => member.Mutant.Site.Edits);
        if (batch.Members.Any(member => member.Part.IsAlone))
        {
            return edits;
        }

        var types = new HashSet<string>(batch.Members.Select(member => member.Part.Type), StringComparer.Ordinal);
        return edits.Concat(_bodies[tree].Where(body => !Concerns(body.Type, types)).Select(body => body.Removal));
    }

    // A type, or one inside of it: a mutant may concern both.
    private static bool Concerns(string type, HashSet<string> types)
    {
        for (var end = type.Length; end > 0; end = type.LastIndexOf('+', end - 1))
        {
            if (types.Contains(type.Substring(0, end)))
            {
                return true;
            }
        }

        return false;
    }

    private SyntaxTree Changed(SyntaxTree tree, IEnumerable<TextChange> edits)
    {
        var ordered = edits.OrderBy(edit => edit.Span).ToList();
        return ordered.Count == 0 ? tree : tree.WithChangedText(tree.GetText(_cancel).WithChanges(ordered));
    }

    private IEnumerable<Body> Bodies(SyntaxTree tree)
    {
        var model = _golden.GetSemanticModel(tree);
        var names = new Dictionary<SyntaxNode, string>();
        foreach (var node in tree.GetRoot(_cancel).DescendantNodes(node => node is not (StatementSyntax or ExpressionSyntax)))
        {
            var (body, text) = node switch
            {
                BlockSyntax { Parent: BaseMethodDeclarationSyntax or AccessorDeclarationSyntax } => (node, "{ throw null; }"),
                ArrowExpressionClauseSyntax { Parent: BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or BasePropertyDeclarationSyntax } => (node, "=> throw null"),
                _ => (null, ""),
            };

            // A directive may begin inside of a body and end behind it, and an asynchronous iterator is none without its yield.
            if (body is null || body.ContainsDirectives || body.Parent!.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type
                || body.DescendantNodes().Any(each => each is YieldStatementSyntax))
            {
                continue;
            }

            if (!names.TryGetValue(type, out var name))
            {
                names.Add(type, name = model.GetDeclaredSymbol(type, _cancel) is { } symbol ? MutatedPart.NameOf(symbol) : "");
            }

            yield return new Body(name, new TextChange(body.Span, text));
        }
    }

    private sealed record Body(string Type, TextChange Removal);
}
