using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Propagation;

/// <summary>
/// Plants into every member's body what tells of its calls: with which arguments and state it was entered, what it returned, what state it left. Members that cannot be
/// wrapped (iterators, asynchronous ones, results by reference) stay as they are, and so do lambdas and local functions: they are part of the member they stand in. Top-level statements are a member.
/// </summary>
public static class MemberPlanting
{
    private const string Variable = "mutatorsCall";

    private static readonly SymbolDisplayFormat typeName = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>The text of a tree with calls of the probe.</summary>
    /// <param name="model">The model of the tree, golden's or the mutant's.</param>
    /// <param name="probe">The full name of the probe's class.</param>
    public static SourceText Plant(SemanticModel model, string probe)
    {
        var changes = new List<TextChange>();
        foreach (var node in model.SyntaxTree.GetRoot().DescendantNodesAndSelf())
        {
            switch (node)
            {
                case CompilationUnitSyntax unit when unit.Members.OfType<GlobalStatementSyntax>().ToList() is [var first, ..] statements && model.GetDeclaredSymbol(unit) is IMethodSymbol main && CanBeWrapped(main, unit):
                    Plant(main, first.SpanStart, statements[^1].Span.End, statements, probe, changes);
                    break;
                case BaseMethodDeclarationSyntax { Body: { } body } when model.GetDeclaredSymbol(node) is IMethodSymbol method && CanBeWrapped(method, body):
                    PlantBlock(method, body, probe, changes);
                    break;
                case AccessorDeclarationSyntax { Body: { } body } when model.GetDeclaredSymbol(node) is IMethodSymbol method && CanBeWrapped(method, body):
                    PlantBlock(method, body, probe, changes);
                    break;
                case MethodDeclarationSyntax { ExpressionBody: { } arrow } when model.GetDeclaredSymbol(node) is IMethodSymbol method && CanBeWrapped(method, arrow):
                    PlantArrow(method, arrow, node, isProperty: false, probe, changes);
                    break;
                case PropertyDeclarationSyntax { ExpressionBody: { } arrow } when model.GetDeclaredSymbol(node) is IPropertySymbol { GetMethod: { } method } && CanBeWrapped(method, arrow):
                    PlantArrow(method, arrow, node, isProperty: true, probe, changes);
                    break;
            }
        }

        return model.SyntaxTree.GetText().WithChanges(changes
            .GroupBy(each => each.Span.Start).OrderBy(group => group.Key)
            .Select(group => new TextChange(new TextSpan(group.Key, 0), string.Concat(group.Select(each => each.NewText)))));
    }

    private static bool CanBeWrapped(IMethodSymbol method, SyntaxNode body) =>
        !method.IsAsync
        && !method.ReturnsByRef && !method.ReturnsByRefReadonly && !method.ReturnType.IsRefLikeType && method.ReturnType is not (IPointerTypeSymbol or IFunctionPointerTypeSymbol)
        && !(method.MethodKind is MethodKind.Constructor && method.ContainingType.IsValueType)
        && !body.DescendantNodes(node => node is not BaseTypeDeclarationSyntax).Any(node => node is YieldStatementSyntax);

    private static void PlantBlock(IMethodSymbol method, BlockSyntax body, string probe, List<TextChange> changes) =>
        Plant(method, body.OpenBraceToken.Span.End, body.CloseBraceToken.SpanStart, [body], probe, changes);

    private static void Plant(IMethodSymbol method, int start, int end, IEnumerable<SyntaxNode> body, string probe, List<TextChange> changes)
    {
        Insert(changes, start, Entry(method, probe) + "try{");
        foreach (var statement in body.SelectMany(part => part.DescendantNodes(node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))).OfType<ReturnStatementSyntax>())
        {
            if (statement.Expression is { } value)
            {
                Insert(changes, value.SpanStart, Result(method));
                Insert(changes, value.Span.End, ")");
            }
        }

        Insert(changes, end, Exit);
    }

    private static void PlantArrow(IMethodSymbol method, ArrowExpressionClauseSyntax arrow, SyntaxNode member, bool isProperty, string probe, List<TextChange> changes)
    {
        // The arrow and the semicolon go into comments: an insertion cannot delete.
        Insert(changes, arrow.ArrowToken.SpanStart, (isProperty ? "{get{" : "{") + Entry(method, probe) + "try{/*");
        var returns = !method.ReturnsVoid && arrow.Expression is not ThrowExpressionSyntax;
        Insert(changes, arrow.ArrowToken.Span.End, "*/" + (returns ? "return " + Result(method) : ""));
        Insert(changes, arrow.Expression.Span.End, (returns ? ")" : "") + ";" + Exit + (isProperty ? "}}" : "}") + "/*");
        Insert(changes, member.GetLastToken().Span.End, "*/");
    }

    private static string Exit => $"}}finally{{{Variable}.Leave();}}";

    private static string Result(IMethodSymbol method) => $"{Variable}.Return<{method.ReturnType.ToDisplayString(typeName)}>(";

    private static string Entry(IMethodSymbol method, string probe)
    {
        var self = method.IsStatic || method.ContainingType.IsRefLikeType ? "null" : "this";
        var arguments = method.Parameters
            .Where(each => each.RefKind is RefKind.None or RefKind.In or RefKind.Ref && !each.Type.IsRefLikeType && each.Type is not (IPointerTypeSymbol or IFunctionPointerTypeSymbol))
            .Select(each => SyntaxFacts.GetKeywordKind(each.Name) is SyntaxKind.None ? each.Name : "@" + each.Name);
        var name = SymbolDisplay.FormatLiteral(NameOf(method), quote: true);
        var type = SymbolDisplay.FormatLiteral(method.ContainingType.Name, quote: true);
        return $"var {Variable}={probe}.Enter({name},{type},{self},typeof({method.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}),new object[]{{{string.Join(",", arguments)}}});";
    }

    /// <summary>The member as a programmer says it: <c>Parser.Parse</c>; a constructor is <c>Parser.new</c>, and the statements of a program without a Main are its Main.</summary>
    private static string NameOf(IMethodSymbol method) => method.MethodKind switch
    {
        _ when method.Name == WellKnownMemberNames.TopLevelStatementsEntryPointMethodName => $"{method.ContainingType.Name}.Main",
        MethodKind.Constructor => $"{method.ContainingType.Name}.new",
        MethodKind.StaticConstructor => $"{method.ContainingType.Name}.static",
        MethodKind.PropertyGet or MethodKind.PropertySet => $"{method.ContainingType.Name}.{method.AssociatedSymbol!.Name}{(method.MethodKind is MethodKind.PropertySet ? "=" : "")}",
        _ => $"{method.ContainingType.Name}.{method.Name}",
    };

    private static void Insert(List<TextChange> changes, int position, string text) => changes.Add(new TextChange(new TextSpan(position, 0), text));
}
