using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// Where no operator looks: code that no programmer wrote (generated), that the compiler evaluates (attributes, constants,
/// <c>nameof</c>), that is data at run time (expression trees), that its programmers leave out of their tests
/// (<c>[ExcludeFromCodeCoverage]</c>), or whose edit would meet a preprocessor directive and so be a fault in some configurations only.
/// </summary>
internal sealed class Exclusions
{
    private static readonly string[] GeneratedEndings =
        [".g.cs", ".g.i.cs", ".designer.cs", ".generated.cs", ".assemblyinfo.cs", ".assemblyattributes.cs", ".globalusings.cs"];

    private static readonly string[] GeneratedAttributes = ["GeneratedCode", "GeneratedCodeAttribute", "CompilerGenerated", "CompilerGeneratedAttribute"];

    private static readonly string[] CoverageAttributes = ["ExcludeFromCodeCoverage", "ExcludeFromCodeCoverageAttribute"];

    private readonly SourceText _text;
    private readonly List<TextSpan> _directiveLines;
    private readonly string[] _excludingAttributes;
    private readonly SemanticModel _model;
    private readonly CancellationToken _cancel;

    private Exclusions(SemanticModel model, SyntaxNode root, SourceText text, ScanScope scope, CancellationToken cancel)
    {
        _text = text;
        _excludingAttributes = [.. scope.Generated ? [] : GeneratedAttributes, .. scope.ExcludedFromCoverage ? [] : CoverageAttributes];
        _directiveLines = DirectiveLines(root, text);
        _model = model;
        _cancel = cancel;
    }

    /// <summary>The exclusions inside a tree; null when the whole tree is generated code, or its whole assembly is left out.</summary>
    public static Exclusions? Of(SemanticModel model, string path, ScanScope scope, CancellationToken cancel)
    {
        var root = model.SyntaxTree.GetRoot(cancel);
        if (!scope.Generated && (IsGeneratedName(path) || HasGeneratedHeader(root)))
        {
            return null;
        }

        var exclusions = new Exclusions(model, root, model.SyntaxTree.GetText(cancel), scope, cancel);
        return exclusions.AreExcluding(model.Compilation.Assembly) ? null : exclusions;
    }

    /// <summary>Whether a walk for sites enters the node.</summary>
    public bool MayHoldSites(SyntaxNode node) => node switch
    {
        AttributeListSyntax or EnumMemberDeclarationSyntax or ParameterListSyntax or UsingDirectiveSyntax or TypeSyntax => false,
        LocalDeclarationStatementSyntax local => !local.IsConst,
        FieldDeclarationSyntax field => !field.Modifiers.Any(SyntaxKind.ConstKeyword) && !AreExcluding(field.AttributeLists),
        TypeDeclarationSyntax type when type.Modifiers.Any(SyntaxKind.PartialKeyword) => _model.GetDeclaredSymbol(type, _cancel) is not { } whole || !AreExcluding(whole),
        MemberDeclarationSyntax member => !AreExcluding(member.AttributeLists),
        AccessorDeclarationSyntax accessor => !AreExcluding(accessor.AttributeLists),
        LocalFunctionStatementSyntax function => !AreExcluding(function.AttributeLists),
        _ => true,
    };

    /// <summary>Whether a site, found at <paramref name="node"/>, is none after all.</summary>
    public bool Exclude(SyntaxNode node, InjectionSite site, SemanticModel model, CancellationToken cancel) =>
        site.Edits.Any(MeetsDirective) || IsEvaluatedOrData(node, model, cancel);

    // An edit meets a directive on its own lines and on the ones next to them.
    private bool MeetsDirective(TextChange edit)
    {
        if (_directiveLines.Count == 0)
        {
            return false;
        }

        var start = _text.Lines.GetLineFromPosition(edit.Span.Start).Start;
        var last = _text.Lines.GetLineFromPosition(edit.Span.End);
        var end = edit.Span.End == last.Start && edit.Span.Length > 0 ? last.Start : last.EndIncludingLineBreak;
        var lines = TextSpan.FromBounds(start, end);
        return _directiveLines.Any(directive => directive.IntersectsWith(lines));
    }

    // Walked outward from a found site, since most code holds none and these questions cost a binding.
    private static bool IsEvaluatedOrData(SyntaxNode node, SemanticModel model, CancellationToken cancel)
    {
        foreach (var ancestor in node.AncestorsAndSelf())
        {
            var excluded = ancestor switch
            {
                MemberDeclarationSyntax => false,
                InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" } } or InterpolatedStringExpressionSyntax =>
                    model.GetConstantValue(ancestor, cancel).HasValue,
                AnonymousFunctionExpressionSyntax { Block: null } lambda =>
                    model.GetTypeInfo(lambda, cancel).ConvertedType is { } type && IsExpressionTree(type),
                QueryClauseSyntax or SelectOrGroupClauseSyntax or OrderingSyntax => IsTranslated(ancestor, model, cancel),
                _ => (bool?)null,
            };
            if (excluded == true)
            {
                return true;
            }

            if (ancestor is MemberDeclarationSyntax)
            {
                return false;
            }
        }

        return false;
    }

    // A clause of a query over IQueryable becomes an expression tree, as its method's parameter tells.
    private static bool IsTranslated(SyntaxNode clause, SemanticModel model, CancellationToken cancel)
    {
        var symbol = clause is QueryClauseSyntax query && model.GetQueryClauseInfo(query, cancel).OperationInfo.Symbol is { } operation
            ? operation
            : model.GetSymbolInfo(clause, cancel).Symbol;
        return symbol is IMethodSymbol method && method.Parameters.Any(parameter => IsExpressionTree(parameter.Type));
    }

    private static bool IsExpressionTree(ITypeSymbol type) =>
        type is { Name: "Expression", ContainingNamespace: { Name: "Expressions", ContainingNamespace.Name: "Linq" } };

    private static bool IsGeneratedName(string path)
    {
        var name = path.Substring(path.LastIndexOf('/') + 1);
        return GeneratedEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            || name.StartsWith("TemporaryGeneratedFile_", StringComparison.OrdinalIgnoreCase);
    }

    private static bool HasGeneratedHeader(SyntaxNode root) => root.GetLeadingTrivia()
        .Where(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia))
        .Select(trivia => trivia.ToString())
        .Any(comment => comment.IndexOf("<auto-generated", StringComparison.OrdinalIgnoreCase) >= 0
            || comment.IndexOf("<autogenerated", StringComparison.OrdinalIgnoreCase) >= 0);

    private bool AreExcluding(SyntaxList<AttributeListSyntax> lists) => lists
        .SelectMany(list => list.Attributes)
        .Any(attribute => _excludingAttributes.Contains(LastName(attribute.Name)));

    // An assembly, or all parts of a type.
    private bool AreExcluding(ISymbol symbol) =>
        symbol.GetAttributes().Any(attribute => attribute.AttributeClass is { } type && _excludingAttributes.Contains(type.Name));

    private static string LastName(NameSyntax name) => name switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => "",
    };

    // Whole lines, because the blanks around a directive belong to it.
    private static List<TextSpan> DirectiveLines(SyntaxNode root, SourceText text)
    {
        var lines = new List<TextSpan>();
        for (var directive = root.GetFirstDirective(); directive is not null; directive = directive.GetNextDirective())
        {
            var (first, last) = (text.Lines.GetLineFromPosition(directive.SpanStart), text.Lines.GetLineFromPosition(directive.Span.End));
            lines.Add(TextSpan.FromBounds(first.Start, last.EndIncludingLineBreak));
        }

        return lines;
    }
}
