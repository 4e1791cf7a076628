using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// Writes a mutated body as a declaration of its own that can stand beside golden's: the same parameters in the same order, so that the
/// code compiled for it fits into golden's method, and a name that nothing else has. A constructor is told apart by one more parameter
/// at the end, of a type of its own by reference, which no call can mean by mistake.
/// </summary>
internal static partial class VariantText
{
    private const string Mark = "_mutators";

    /// <summary>Attributes that change the code of the method that carries them.</summary>
    private static readonly string[] CodeAttributes = ["SkipLocalsInit", "UnscopedRef", "AsyncMethodBuilder"];

    /// <summary>What a variant's name ends with.</summary>
    public static string Suffix(int number) => string.Create(CultureInfo.InvariantCulture, $"__v{number}{Mark}");

    /// <summary>The number of the variant that a name belongs to, or null.</summary>
    public static int? NumberIn(string name) =>
        name.Contains(Mark, StringComparison.Ordinal) && Suffixes().Match(name) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : null;

    /// <summary>A line as golden's names would make it: what a lambda of a variant is called must not show.</summary>
    public static string WithoutSuffixes(string line) => line.Contains(Mark, StringComparison.Ordinal) ? Suffixes().Replace(line, "") : line;

    /// <summary>The declaration, with ticks planted; its body's lines are counted as in the mutated file.</summary>
    /// <param name="change">The body.</param>
    /// <param name="number">The variant's number.</param>
    /// <param name="ticks">The full name of the counting class, which also holds the types that tell constructors apart.</param>
    /// <param name="refusal">Why it cannot stand beside golden's, or null.</param>
    public static string? Of(BodyChange change, int number, string ticks, out string? refusal)
    {
        var header = Header(change.Mutant, number, ticks, out refusal);
        var body = Body(change.Mutant);
        if (header is null || body is null)
        {
            refusal ??= "it has no body";
            return null;
        }

        if (change.Member.Parent is not (ClassDeclarationSyntax or StructDeclarationSyntax or RecordDeclarationSyntax or InterfaceDeclarationSyntax))
        {
            refusal = "its code becomes a method of another type";
            return null;
        }

        if (UsesBackingField(change.Mutant))
        {
            refusal = "an accessor uses 'field'";
            return null;
        }

        var line = body.SyntaxTree.GetLineSpan(body.Span).StartLinePosition.Line + 1;
        var text = new StringBuilder();
        text.Append('\n').Append(CultureInfo.InvariantCulture, $"#line {line} \"{change.Golden.SyntaxTree.FilePath}\"\n");
        text.Append(header).Append(' ').Append(Planted(body, TickPlanting.Statement(ticks)));
        text.Append(body is BlockSyntax ? "" : ";");
        return text.ToString();
    }

    private static string Planted(SyntaxNode body, string tick)
    {
        var text = body.SyntaxTree.GetText().ToString(body.Span);
        var result = new StringBuilder(text.Length + 256);
        var at = 0;
        foreach (var insertion in TickPlanting.In(body, tick))
        {
            var position = insertion.Span.Start - body.SpanStart;
            result.Append(text, at, position - at).Append(insertion.NewText);
            at = position;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    private static SyntaxNode? Body(SyntaxNode declaration) => declaration switch
    {
        ConstructorDeclarationSyntax constructor => (SyntaxNode?)constructor.Body ?? constructor.ExpressionBody,
        BaseMethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody,
        AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
        ArrowExpressionClauseSyntax arrow => arrow,
        _ => null,
    };

    private static string? Header(SyntaxNode declaration, int number, string ticks, out string? refusal)
    {
        refusal = null;
        switch (declaration)
        {
            case MethodDeclarationSyntax { TypeParameterList: not null } method when IsInherited(method):
                refusal = "a generic method inherits its constraints";
                return null;

            case MethodDeclarationSyntax method:
                return $"{Attributes(method.AttributeLists)}{Modifiers(method.Modifiers)}{Flat(method.ReturnType)} {method.Identifier.ValueText}{Suffix(number)}"
                    + $"{Flat(method.TypeParameterList)}({Parameters(method.ParameterList)}) {string.Join(' ', method.ConstraintClauses.Select(Flat))}";

            case OperatorDeclarationSyntax method:
                return $"{Attributes(method.AttributeLists)}{Modifiers(method.Modifiers)}{Flat(method.ReturnType)} op{Suffix(number)}({Parameters(method.ParameterList)})";

            case ConversionOperatorDeclarationSyntax method:
                return $"{Attributes(method.AttributeLists)}{Modifiers(method.Modifiers)}{Flat(method.Type)} op{Suffix(number)}({Parameters(method.ParameterList)})";

            case ConstructorDeclarationSyntax constructor:
                var parameters = Parameters(constructor.ParameterList);
                return $"{Attributes(constructor.AttributeLists)}{Modifiers(constructor.Modifiers)}{constructor.Identifier.Text}"
                    + $"({parameters}{(parameters.Length == 0 ? "" : ", ")}ref {ticks}.{MarkerType(number)} p{Suffix(number)}) {Flat(constructor.Initializer)}";

            case AccessorDeclarationSyntax { Parent.Parent: BasePropertyDeclarationSyntax property } accessor:
                return Accessor(property, accessor.Keyword.ValueText, accessor.Modifiers, accessor.AttributeLists, number);

            case ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax property }:
                return Accessor(property, "get", default, default, number);

            default:
                refusal = $"a {declaration.Kind()} cannot stand beside golden's";
                return null;
        }
    }

    /// <summary>The type that tells a constructor's variant apart.</summary>
    public static string MarkerType(int number) => string.Create(CultureInfo.InvariantCulture, $"V{number}");

    private static string Accessor(BasePropertyDeclarationSyntax property, string keyword, SyntaxTokenList own, SyntaxList<AttributeListSyntax> attributes, int number)
    {
        var type = Flat(property.Type);
        var index = property is IndexerDeclarationSyntax indexer ? Parameters(indexer.ParameterList) : "";
        var isGet = keyword == "get";
        var parameters = isGet ? index : index.Length == 0 ? $"{type} value" : $"{index}, {type} value";
        var modifiers = Modifiers(property.Modifiers) + (own.Any(SyntaxKind.ReadOnlyKeyword) && !property.Modifiers.Any(SyntaxKind.ReadOnlyKeyword) ? "readonly " : "");
        return $"{Attributes(attributes)}{modifiers}{(isGet ? type : "void")} {(keyword == "init" ? "set" : keyword)}_{Suffix(number)}({parameters})";
    }

    private static bool IsInherited(MethodDeclarationSyntax method) =>
        method.ExplicitInterfaceSpecifier is not null || method.Modifiers.Any(SyntaxKind.OverrideKeyword);

    private static string Modifiers(SyntaxTokenList modifiers)
    {
        var text = new StringBuilder("private ");
        foreach (var modifier in modifiers)
        {
            if (modifier.Kind() is SyntaxKind.StaticKeyword or SyntaxKind.UnsafeKeyword or SyntaxKind.AsyncKeyword or SyntaxKind.ReadOnlyKeyword)
            {
                text.Append(modifier.Text).Append(' ');
            }
        }

        return text.ToString();
    }

    private static string Attributes(SyntaxList<AttributeListSyntax> lists) => string.Concat(
        from list in lists
        where list.Target is null
        from attribute in list.Attributes
        where CodeAttributes.Any(name => attribute.Name.ToString().Split('.')[^1].StartsWith(name, StringComparison.Ordinal))
        select $"[{Flat(attribute)}] ");

    private static string Parameters(BaseParameterListSyntax list) => string.Join(", ", list.Parameters.Select(parameter =>
        string.Concat(parameter.Modifiers.Where(each => each.Kind() is not (SyntaxKind.ThisKeyword or SyntaxKind.ParamsKeyword)).Select(each => each.Text + " "))
        + $"{Flat(parameter.Type)} {parameter.Identifier.Text}"));

    /// <summary>A part of a header on one line, without comments.</summary>
    private static string Flat(SyntaxNode? part) => part is null ? "" : string.Join(' ', part.DescendantTokens().Select(token => token.Text));

    private static bool UsesBackingField(SyntaxNode declaration) =>
        declaration is AccessorDeclarationSyntax or ArrowExpressionClauseSyntax
        && declaration.DescendantTokens().Any(token => token.ValueText == "field");

    [GeneratedRegex(@"__v(\d+)_mutators")]
    private static partial Regex Suffixes();
}
