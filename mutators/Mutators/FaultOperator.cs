using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// Emulates one type of residual software fault: says at which nodes of a program such a fault could have been left,
/// and by which edit. Stateless and thread-safe.
/// </summary>
public abstract class FaultOperator
{
    private protected FaultOperator()
    {
    }

    /// <summary>Every operator of this assembly, ordered by id.</summary>
    public static ImmutableArray<FaultOperator> All { get; } =
    [
        .. typeof(FaultOperator).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && typeof(FaultOperator).IsAssignableFrom(type))
            .Select(type => (FaultOperator)Activator.CreateInstance(type)!)
            .OrderBy(each => each.Definition.Id, StringComparer.Ordinal),
    ];

    /// <summary>
    /// The 13 operators of the G-SWFIT library, ordered by id: what is injected where nobody asks for more, because only their
    /// proportions are known from the field.
    /// </summary>
    public static ImmutableArray<FaultOperator> Library { get; } = [.. All.Where(each => each.Definition.Origin == FaultOrigin.Library)];

    /// <summary>The operators of a profile, ordered by id.</summary>
    public static ImmutableArray<FaultOperator> In(FaultProfile profile) => profile switch
    {
        FaultProfile.Representative => Library,
        FaultProfile.DotNet => [.. All.Where(each => each.Definition.Origin == FaultOrigin.DotNet)],
        FaultProfile.Classic => [.. All.Where(each => each.Definition.Origin == FaultOrigin.Classic)],
        _ => All,
    };

    /// <summary>What the operator emulates.</summary>
    public abstract FaultDefinition Definition { get; }

    /// <summary>The type of syntax node at which the operator looks; a scan of a tree offers it each node of this type once.</summary>
    public abstract Type NodeType { get; }

    /// <summary>The sites at one node, in a fixed order; mostly none or one.</summary>
    /// <param name="node">A node of type <see cref="NodeType"/>.</param>
    /// <param name="model">The semantic model of the node's tree, in a golden compilation.</param>
    /// <param name="cancel">Stops the search.</param>
    public abstract IEnumerable<InjectionSite> SitesAt(SyntaxNode node, SemanticModel model, CancellationToken cancel);

    /// <summary>The operator's id.</summary>
    public sealed override string ToString() => Definition.Id;
}

/// <summary>A fault operator that looks at nodes of one type.</summary>
/// <typeparam name="TNode">The type of syntax node that can hold a site.</typeparam>
public abstract class FaultOperator<TNode> : FaultOperator
    where TNode : SyntaxNode
{
    /// <inheritdoc/>
    public sealed override Type NodeType => typeof(TNode);

    /// <inheritdoc/>
    public sealed override IEnumerable<InjectionSite> SitesAt(SyntaxNode node, SemanticModel model, CancellationToken cancel) =>
        SitesAt((TNode)node, model, cancel);

    /// <summary>The sites at one node.</summary>
    protected abstract IEnumerable<InjectionSite> SitesAt(TNode node, SemanticModel model, CancellationToken cancel);

    /// <summary>A site at <paramref name="construct"/> with the given change in words and edits.</summary>
    protected InjectionSite Site(SyntaxNode construct, string change, params ReadOnlySpan<TextChange> edits) =>
        new(this, construct.Span, [.. edits], change);

    /// <summary>A site with an identity of its own, for constructs that are too small to tell one from another.</summary>
    private protected InjectionSite Site(TextSpan span, string identity, string change, params ReadOnlySpan<TextChange> edits) =>
        new(this, span, [.. edits], change, identity);
}
