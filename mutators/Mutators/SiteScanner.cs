using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// Finds the injection sites of a golden tree: walks it once, offers each node to the operators that look at its type, leaves out
/// what no programmer wrote, the compiler evaluates, or a comment takes out, and names each site's mutant.
/// </summary>
public static class SiteScanner
{
    /// <summary>The mutants of many trees, tree by tree in their order and in document order in each; the trees are scanned side by side.</summary>
    /// <param name="sources">The trees' compilations, the trees, and their files' paths in the repository.</param>
    /// <param name="operators">Which operators look.</param>
    /// <param name="cancel">Stops the scan.</param>
    /// <param name="scope">Code to scan although it is left out by default.</param>
    public static IReadOnlyList<Mutant> Scan(
        IEnumerable<(Compilation Compilation, SyntaxTree Tree, string Path)> sources, IReadOnlyList<FaultOperator> operators, CancellationToken cancel, ScanScope? scope = null) =>
    [
        .. sources.AsParallel().AsOrdered().WithCancellation(cancel)
            .Select(source => Scan(ModelFor(source.Compilation, source.Tree), source.Path, operators, cancel, scope).ToList())
            .SelectMany(each => each),
    ];

    /// <summary>A tree's semantic model for a scan: no operator asks what may be null at a place, and that analysis costs as much as all other binding.</summary>
#pragma warning disable RSEXPERIMENTAL001 // Part of the stable binary surface since Roslyn 4.10; what is experimental is its name.
    public static SemanticModel ModelFor(Compilation compilation, SyntaxTree tree) => compilation.GetSemanticModel(tree, SemanticModelOptions.DisableNullableAnalysis);
#pragma warning restore RSEXPERIMENTAL001

    /// <summary>The mutants of one tree in document order.</summary>
    /// <param name="model">The tree's semantic model in the golden compilation; cheapest is <see cref="ModelFor"/>.</param>
    /// <param name="path">The file's path in the repository, with forward slashes; part of each mutant's id.</param>
    /// <param name="operators">Which operators look.</param>
    /// <param name="cancel">Stops the scan.</param>
    /// <param name="scope">Code to scan although it is left out by default.</param>
    public static IEnumerable<Mutant> Scan(
        SemanticModel model, string path, IEnumerable<FaultOperator> operators, CancellationToken cancel, ScanScope? scope = null)
    {
        var exclusions = Exclusions.Of(model, path, scope ?? ScanScope.Default, cancel);
        return exclusions is null ? [] : ScanTree(model, path, new Dispatch(operators), exclusions, cancel);
    }

    private static IEnumerable<Mutant> ScanTree(
        SemanticModel model, string path, Dispatch dispatch, Exclusions exclusions, CancellationToken cancel)
    {
        var root = model.SyntaxTree.GetRoot(cancel);
        var text = model.SyntaxTree.GetText(cancel);
        var sites = new List<FoundSite>();
        foreach (var node in root.DescendantNodesAndSelf(exclusions.MayHoldSites))
        {
            foreach (var faultOperator in dispatch.For(node.GetType()))
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var site in faultOperator.SitesAt(node, model, cancel))
                {
                    if (!exclusions.Exclude(node, site, model, cancel))
                    {
                        sites.Add(new FoundSite(node, site.KeepingTokensApart(root, text), sites.Count));
                    }
                }
            }
        }

        return Named(root, path, sites, model, cancel);
    }

    private static IEnumerable<Mutant> Named(SyntaxNode root, string path, List<FoundSite> sites, SemanticModel model, CancellationToken cancel)
    {
        var text = root.SyntaxTree.GetText(cancel);
        var comments = SiteComments.Of(root.SyntaxTree, cancel);
        var members = new Dictionary<SyntaxNode, ContainingMember>();
        var ordinals = new Dictionary<(string Operator, string Member, string Text), int>();
        var texts = new HashSet<(string Operator, TextSpan Span, string Edit)>();
        sites.Sort();
        foreach (var (node, site, _) in sites)
        {
            cancel.ThrowIfCancellationRequested();
            var faultOperator = site.Operator.Definition.Id;
            if (!texts.Add(Canonical(faultOperator, site, text)))
            {
                continue;
            }

            var declaration = ContainingMember.DeclarationAround(node);
            if (!members.TryGetValue(declaration, out var member))
            {
                member = ContainingMember.Of(declaration, model, cancel);
                members.Add(declaration, member);
            }

            var goldenText = site.Identity ?? GoldenText.Of(root, site.Span);
            var key = (faultOperator, member.DocumentationId, goldenText);
            ordinals.TryGetValue(key, out var ordinal);
            ordinals[key] = ordinal + 1;

            // A site that a comment takes out is counted all the same: its equals keep their ids.
            if (comments.TakeOut(site))
            {
                continue;
            }

            var id = MutantId.Of(faultOperator, path, member.DocumentationId, goldenText, ordinal);
            var lines = new FileLinePositionSpan(path, text.Lines.GetLinePositionSpan(site.Span));
            yield return new Mutant(id, site, path, member.DocumentationId, member.Name, lines);
        }
    }

    /// <summary>
    /// One form for all edits of one operator that give the same file: of two equal neighbours it does not matter which is removed.
    /// A removal is moved as far towards the file's start as the text allows.
    /// </summary>
    private static (string Operator, TextSpan Span, string Edit) Canonical(string faultOperator, InjectionSite site, SourceText text)
    {
        if (site.Edits is not [{ NewText: "" } removal])
        {
            var edits = site.Edits.Select(edit => string.Format(CultureInfo.InvariantCulture, "{0}+{1}:{2}", edit.Span.Start, edit.Span.Length, edit.NewText));
            return (faultOperator, default, string.Join("\n", edits));
        }

        var (start, end) = (removal.Span.Start, removal.Span.End);
        while (start > 0 && text[start - 1] == text[end - 1])
        {
            start--;
            end--;
        }

        return (faultOperator, TextSpan.FromBounds(start, end), "");
    }

    /// <summary>A site, the node that offered it, and when it was found: the last is what orders sites of one operator at one place.</summary>
    private sealed record FoundSite(SyntaxNode Node, InjectionSite Site, int Found) : IComparable<FoundSite>
    {
        public int CompareTo(FoundSite? other)
        {
            if (other is null)
            {
                return 1;
            }

            var byPlace = Site.Span.CompareTo(other.Site.Span);
            var byOperator = byPlace != 0 ? byPlace : string.CompareOrdinal(Site.Operator.Definition.Id, other.Site.Operator.Definition.Id);
            return byOperator != 0 ? byOperator : Found.CompareTo(other.Found);
        }
    }

    /// <summary>Which operators look at a node: decided once for each type of node.</summary>
    private sealed class Dispatch(IEnumerable<FaultOperator> operators)
    {
        private readonly FaultOperator[] _operators = [.. operators];
        private readonly Dictionary<Type, FaultOperator[]> _byType = [];

        public FaultOperator[] For(Type nodeType)
        {
            if (!_byType.TryGetValue(nodeType, out var found))
            {
                found = [.. _operators.Where(each => each.NodeType.IsAssignableFrom(nodeType))];
                _byType.Add(nodeType, found);
            }

            return found;
        }
    }
}
