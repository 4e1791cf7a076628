using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Activation;

/// <summary>
/// Plants a probe in front of each injection site of golden source, so that a run says which sites it reached. A probe is a statement,
/// never a wrapped condition: that would break the definite assignment of pattern variables. It stands before the innermost
/// statement that holds the site; an expression body becomes a block. So a site inside a statement counts as reached when its
/// statement was: a short-circuited operand may be reported as activated that was not evaluated, never the other way.
/// </summary>
public static class ActivationProbes
{
    /// <summary>The text of <paramref name="tree"/> with a call of <paramref name="probe"/> for each site; line numbers stay.</summary>
    /// <param name="model">The golden model of the tree.</param>
    /// <param name="sites">Number and span of each site.</param>
    /// <param name="probe">The full name of the method to call with the site's number.</param>
    /// <param name="unprobed">Numbers of the sites that no probe can stand for, such as a field's initialiser: they count as activated.</param>
    public static SourceText Plant(SemanticModel model, IEnumerable<(int Number, TextSpan Span)> sites, string probe, ICollection<int> unprobed)
    {
        var root = model.SyntaxTree.GetRoot();
        var insertions = new List<Insertion>();
        var anchors = new SortedDictionary<(int Start, int End), (SyntaxNode Node, List<int> Numbers)>();
        foreach (var (number, span) in sites)
        {
            if (Anchor(FirstNode(root, span)) is not { } anchor)
            {
                unprobed.Add(number);
                continue;
            }

            var key = (anchor.SpanStart, anchor.Span.End);
            if (!anchors.TryGetValue(key, out var entry))
            {
                anchors[key] = entry = (anchor, []);
            }

            entry.Numbers.Add(number);
        }

        foreach (var (node, numbers) in anchors.Values)
        {
            var calls = string.Concat(numbers.Select(number => $"{probe}({number});"));
            PlantAt(node, calls, model, insertions);
        }

        var changes = insertions
            .GroupBy(insertion => insertion.Position)
            .OrderBy(group => group.Key)
            .Select(group => new TextChange(new TextSpan(group.Key, 0), string.Concat(group.Order().Select(each => each.Text))));
        return model.SyntaxTree.GetText().WithChanges(changes);
    }

    /// <summary>The node of a site; the first one of a site that spans several neighbours.</summary>
    private static SyntaxNode FirstNode(SyntaxNode root, TextSpan span)
    {
        var node = root.FindNode(span, getInnermostNodeForTie: true);
        return node.SpanStart < span.Start && node.ChildNodes().FirstOrDefault(child => child.SpanStart == span.Start) is { } first ? first : node;
    }

    /// <summary>Where a probe for this node goes: the innermost statement, expression body or constructor that holds it; a whole body holds itself.</summary>
    private static SyntaxNode? Anchor(SyntaxNode node)
    {
        for (SyntaxNode? at = node; at is not null; at = at.Parent)
        {
            switch (at)
            {
                case BlockSyntax { Parent: BaseMethodDeclarationSyntax or AccessorDeclarationSyntax }:
                    return at;
                case BlockSyntax:
                case LocalFunctionStatementSyntax:
                case LabeledStatementSyntax:
                    continue;
                case StatementSyntax:
                case ArrowExpressionClauseSyntax:
                    return at;
                case LambdaExpressionSyntax { ExpressionBody: { } body } when body.Span.Contains(node.Span):
                    return at;
                case ConstructorInitializerSyntax { Parent: ConstructorDeclarationSyntax { Body: not null } constructor }:
                    return constructor.Body;
                case MemberDeclarationSyntax and not GlobalStatementSyntax:
                    return null;
            }
        }

        return null;
    }

    private static void PlantAt(SyntaxNode anchor, string calls, SemanticModel model, List<Insertion> insertions)
    {
        switch (anchor)
        {
            case BlockSyntax body:
                insertions.Add(Insertion.Open(body.OpenBraceToken.Span.End, calls));
                break;
            case StatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax } statement:
                insertions.Add(Insertion.Open(statement.SpanStart, calls));
                break;
            case StatementSyntax embedded:
                insertions.Add(Insertion.Open(embedded.SpanStart, "{" + calls));
                insertions.Add(Insertion.Close(embedded.Span.End, embedded.SpanStart, "}"));
                break;
            case LambdaExpressionSyntax { ExpressionBody: { } body } lambda:
                var returnsValue = model.GetSymbolInfo(lambda).Symbol is IMethodSymbol method && !IsVoidLike(method);
                insertions.Add(Insertion.Open(body.SpanStart, "{" + calls + Opening(body, returnsValue)));
                insertions.Add(Insertion.Close(body.Span.End, body.SpanStart, ";}"));
                break;
            case ArrowExpressionClauseSyntax arrow:
                PlantInArrow(arrow, calls, model, insertions);
                break;
        }
    }

    private static void PlantInArrow(ArrowExpressionClauseSyntax arrow, string calls, SemanticModel model, List<Insertion> insertions)
    {
        var isProperty = arrow.Parent is PropertyDeclarationSyntax or IndexerDeclarationSyntax;
        var returnsValue = isProperty || (model.GetDeclaredSymbol(arrow.Parent!) is IMethodSymbol method && !IsVoidLike(method));

        // The arrow itself goes into a comment: an insertion cannot delete, and text in front of the site keeps its length and line.
        insertions.Add(Insertion.Open(arrow.ArrowToken.SpanStart, (isProperty ? "{get{" : "{") + calls + "/*"));
        insertions.Add(Insertion.Open(arrow.ArrowToken.Span.End, "*/" + Opening(arrow.Expression, returnsValue)));
        insertions.Add(Insertion.Close(arrow.Expression.Span.End, arrow.SpanStart, ";" + (isProperty ? "}}" : "}") + "/*"));
        insertions.Add(Insertion.Close(arrow.Parent!.GetLastToken().Span.End, arrow.SpanStart, "*/"));
    }

    private static string Opening(ExpressionSyntax body, bool returnsValue) =>
        body is ThrowExpressionSyntax ? "" : returnsValue ? "return " : "";

    /// <summary>A method whose expression body is a statement: it returns nothing, or a task without a value.</summary>
    private static bool IsVoidLike(IMethodSymbol method) =>
        method.ReturnsVoid
        || method.MethodKind is MethodKind.PropertySet or MethodKind.EventAdd or MethodKind.EventRemove or MethodKind.Constructor or MethodKind.Destructor
        || (method.IsAsync && method.ReturnType is INamedTypeSymbol { IsGenericType: false });

    /// <summary>
    /// Text to insert at a position of golden. At one position what ends there closes first, the innermost (which began last) before
    /// the outer ones; only then does what begins there open.
    /// </summary>
    private sealed record Insertion(int Position, bool Opens, int Tie, string Text) : IComparable<Insertion>
    {
        internal static Insertion Open(int position, string text) => new(position, true, 0, text);

        internal static Insertion Close(int position, int began, string text) => new(position, false, -began, text);

        public int CompareTo(Insertion? other) => (Opens, Tie).CompareTo((other!.Opens, other.Tie));
    }
}
