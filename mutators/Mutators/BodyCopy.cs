using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// The code of a member, golden's or a mutant's, as a member of its own at the end of the type: what code means does not depend on its member's name, so any number
/// of mutants of one member are compiled at once. It compiles as golden's does or not at all; then the mutant has to take golden's place. What a member captures of a
/// primary constructor's parameters is in its own code, so the constructor need not be compared as well.
/// </summary>
/// <param name="Type">The type, as metadata names it.</param>
/// <param name="Name">The copy's own name; a constructor's is that of the type of one more parameter.</param>
/// <param name="Kind">What stands for that name where copies are compared.</param>
/// <param name="Source">The golden code that is copied.</param>
/// <param name="Insertion">The copy, and where in golden's tree it goes.</param>
internal sealed record BodyCopy(string Type, string Name, string Kind, SyntaxNode Source, TextChange Insertion)
{
    /// <summary>What copies of constructors are called after.</summary>
    private const string Constructor = "ctor";

    /// <summary>Attributes that change the code of the method that carries them.</summary>
    private static readonly string[] CodeAttributes = ["SkipLocalsInit", "UnscopedRef", "AsyncMethodBuilder"];

    /// <summary>Whether it is a constructor.</summary>
    public bool IsConstructor => Kind == Constructor;

    /// <summary>The member, accessor or initial value that a mutant changes, if it can be copied.</summary>
    /// <param name="tree">Golden's tree.</param>
    /// <param name="part">What the mutant changes.</param>
    /// <param name="mutant">The mutant.</param>
    /// <param name="cancel">Stops the parser.</param>
    public static SyntaxNode? SourceOf(SyntaxTree tree, MutatedPart part, Mutant mutant, CancellationToken cancel)
    {
        if (part.IsAlone)
        {
            return null;
        }

        var source = tree.GetRoot(cancel).FindToken(mutant.Site.Span.Start).Parent!.AncestorsAndSelf().FirstOrDefault(node => CodeOf(node) is not null);
        if (source?.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { Parent: ClassDeclarationSyntax or StructDeclarationSyntax or RecordDeclarationSyntax } member
            || member.FullSpan != part.Declaration
            || HasDirectives(member)
            || CannotStandBeside(source))
        {
            return null;
        }

        var (start, end) = (CodeOf(source)!.FullSpan.Start, EndOf(source));
        return mutant.Site.Edits.All(edit => edit.Span.Start >= start && edit.Span.End <= end) ? source : null;
    }

    /// <summary>A copy of golden's code.</summary>
    /// <param name="source">The code, as <see cref="SourceOf"/> has found it.</param>
    /// <param name="type">Its type, as metadata names it.</param>
    /// <param name="mutant">The mutant whose edits are made in it; null for golden's own.</param>
    /// <param name="number">What tells it from other copies.</param>
    public static BodyCopy Of(SyntaxNode source, string type, Mutant? mutant, int number)
    {
        var kind = source switch
        {
            MethodDeclarationSyntax method => method.Identifier.ValueText,
            ConstructorDeclarationSyntax => Constructor,
            _ => "code",
        };
        var name = string.Format(CultureInfo.InvariantCulture, "{0}__c{1}_mutators", kind, number);
        var end = source.FirstAncestorOrSelf<TypeDeclarationSyntax>()!.CloseBraceToken;
        var text = string.Format(
            CultureInfo.InvariantCulture,
            "\n#line {0}\n{1}{2}\n#line {3}\n",
            Line(CodeOf(source)!),
            Header(source, name),
            Code(source, mutant?.Site.Edits ?? []),
            Line(end));
        return new BodyCopy(type, name, kind, source, new TextChange(new TextSpan(end.SpanStart, 0), text));
    }

    /// <summary>A copy of each mutant's code, and one of golden's for all mutants of the same code.</summary>
    /// <param name="mutants">What each pair is for, the code, its type as metadata names it, and the mutant.</param>
    public static List<(T Of, BodyCopy Golden, BodyCopy Mutated)> Pairs<T>(IEnumerable<(T Of, SyntaxNode Source, string Type, Mutant Mutant)> mutants)
    {
        var pairs = new List<(T, BodyCopy, BodyCopy)>();
        var originals = new Dictionary<SyntaxNode, BodyCopy>();
        foreach (var (of, source, type, mutant) in mutants)
        {
            if (!originals.TryGetValue(source, out var original))
            {
                originals.Add(source, original = Of(source, type, null, 2 * pairs.Count));
            }

            pairs.Add((of, original, Of(source, type, mutant, (2 * pairs.Count) + 1)));
        }

        return pairs;
    }

    /// <summary>The names of the copies that hold a place of a compilation that copies were put in.</summary>
    public static IEnumerable<string> NamesAround(Location place) => place is not { SourceTree: { } tree, SourceSpan.Start: var start } ? []
        : tree.GetRoot().FindToken(start).Parent!.AncestorsAndSelf().Select(node => node switch
        {
            MethodDeclarationSyntax method => method.Identifier.ValueText,
            ConstructorDeclarationSyntax { ParameterList.Parameters: { Count: > 0 } parameters } => parameters.Last().Type?.ToString(),
            _ => null,
        }).OfType<string>();

    // Where the code of a member begins; null of what has none that could be copied.
    private static SyntaxNode? CodeOf(SyntaxNode node) => node switch
    {
        ConstructorDeclarationSyntax constructor when constructor.Modifiers.Any(SyntaxKind.StaticKeyword) => null,
        ConstructorDeclarationSyntax constructor => constructor.Initializer ?? (SyntaxNode?)constructor.Body ?? constructor.ExpressionBody,
        MethodDeclarationSyntax or OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax when node is BaseMethodDeclarationSyntax method =>
            (SyntaxNode?)method.Body ?? method.ExpressionBody,
        AccessorDeclarationSyntax { Parent.Parent: BasePropertyDeclarationSyntax } accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
        ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax } => node,
        EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax or VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax } } value => value.Value,
        _ => null,
    };

    private static int EndOf(SyntaxNode source) => source switch
    {
        ArrowExpressionClauseSyntax => source.Parent!.Span.End,
        _ => source.Span.End,
    };

    private static bool CannotStandBeside(SyntaxNode source) => source switch
    {
        MethodDeclarationSyntax { TypeParameterList: not null } method => method.ExplicitInterfaceSpecifier is not null || method.Modifiers.Any(SyntaxKind.OverrideKeyword),
        AccessorDeclarationSyntax or ArrowExpressionClauseSyntax => source.DescendantTokens().Any(token => token.ValueText == "field") || source is AccessorDeclarationSyntax { Keyword.RawKind: (int)SyntaxKind.InitKeyword },
        EqualsValueClauseSyntax { Value: InitializerExpressionSyntax or RefExpressionSyntax } => true,
        EqualsValueClauseSyntax => source.FirstAncestorOrSelf<MemberDeclarationSyntax>()!.Modifiers.Any(SyntaxKind.ConstKeyword),
        _ => false,
    };

    // What stands before a member is not copied.
    private static bool HasDirectives(SyntaxNode member) =>
        member.ContainsDirectives && member.DescendantTrivia(descendIntoTrivia: false).Any(trivia => trivia.IsDirective && member.Span.Contains(trivia.SpanStart));

    // An instruction can hold the number of its line.
    private static int Line(SyntaxNodeOrToken part) => part.GetLocation()!.GetLineSpan().StartLinePosition.Line + 1;

    private static string Header(SyntaxNode source, string name)
    {
        switch (source)
        {
            case MethodDeclarationSyntax method:
                return $"{Attributes(method.AttributeLists)}{Modifiers(method.Modifiers)}{method.ReturnType} {name}{method.TypeParameterList}{method.ParameterList} "
                    + $"{string.Join(" ", method.ConstraintClauses.Select(each => each.ToString()))} ";

            case ConstructorDeclarationSyntax constructor:
                var parameters = string.Concat(constructor.ParameterList.Parameters.Select(each => $"{Required(each)}, "));
                return $"private struct {name} {{ }} {Attributes(constructor.AttributeLists)}{Modifiers(constructor.Modifiers)}{constructor.Identifier.Text}({parameters}ref {name} p__mutators) ";

            case OperatorDeclarationSyntax method:
                return $"{Attributes(method.AttributeLists)}{Modifiers(method.Modifiers)}{method.ReturnType} {name}{method.ParameterList} ";

            case ConversionOperatorDeclarationSyntax method:
                return $"{Attributes(method.AttributeLists)}{Modifiers(method.Modifiers)}{method.Type} {name}{method.ParameterList} ";

            case AccessorDeclarationSyntax accessor:
                return Attributes(accessor.AttributeLists) + Header((BasePropertyDeclarationSyntax)accessor.Parent!.Parent!, accessor.Modifiers, accessor.IsKind(SyntaxKind.GetAccessorDeclaration), name);

            case ArrowExpressionClauseSyntax:
                return Header((BasePropertyDeclarationSyntax)source.Parent!, default, isGet: true, name);

            default:
                var member = source.FirstAncestorOrSelf<MemberDeclarationSyntax>()!;
                var type = member is BaseFieldDeclarationSyntax field ? field.Declaration.Type : ((BasePropertyDeclarationSyntax)member).Type;
                return $"{Modifiers(member.Modifiers.Where(each => !each.IsKind(SyntaxKind.ReadOnlyKeyword)))}{type} {name}() => ";
        }
    }

    // One more parameter stands behind it: neither may a default value then, nor params. An attribute may ask for the default value.
    private static ParameterSyntax Required(ParameterSyntax parameter)
    {
        var required = parameter.Default is null ? parameter : parameter.WithDefault(null).WithAttributeLists(default);
        return required.WithModifiers(SyntaxFactory.TokenList(required.Modifiers.Where(each => !each.IsKind(SyntaxKind.ParamsKeyword))));
    }

    private static string Header(BasePropertyDeclarationSyntax property, SyntaxTokenList own, bool isGet, string name)
    {
        var index = property is IndexerDeclarationSyntax indexer ? indexer.ParameterList.Parameters.Select(each => Required(each).ToString()) : [];
        var parameters = string.Join(", ", isGet ? index : [.. index, $"{property.Type} value"]);
        return $"{Modifiers(property.Modifiers.Concat(own.Where(each => !property.Modifiers.Any(each.Kind()))))}{(isGet ? property.Type.ToString() : "void")} {name}({parameters}) ";
    }

    private static string Attributes(SyntaxList<AttributeListSyntax> lists) => string.Concat(lists.Where(list => list.Target is null).SelectMany(list => list.Attributes)
        .Where(attribute => CodeAttributes.Any(each => attribute.Name.ToString().Split('.').Last().StartsWith(each, StringComparison.Ordinal)))
        .Select(attribute => $"[{attribute}] "));

    private static string Modifiers(IEnumerable<SyntaxToken> modifiers) => "private " + string.Concat(modifiers
        .Where(each => each.Kind() is SyntaxKind.StaticKeyword or SyntaxKind.UnsafeKeyword or SyntaxKind.AsyncKeyword or SyntaxKind.ReadOnlyKeyword)
        .Select(each => $"{each.Text} "));

    private static string Code(SyntaxNode source, IEnumerable<TextChange> edits)
    {
        var start = CodeOf(source)!.FullSpan.Start;
        var code = SourceText.From(source.SyntaxTree.GetText().ToString(TextSpan.FromBounds(start, EndOf(source))));
        var mutated = code.WithChanges(edits.Select(edit => new TextChange(new TextSpan(edit.Span.Start - start, edit.Span.Length), edit.NewText!))).ToString();
        return source is EqualsValueClauseSyntax ? $"{mutated}\n;" : mutated;
    }
}
