using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>One of several methods of a type that have the same name.</summary>
/// <param name="Index">Which one, from zero.</param>
/// <param name="Count">How many there are.</param>
internal sealed record Overload(int Index, int Count);

/// <summary>
/// Which part of the compiled program a mutant changes: a method with what the compiler makes for it, or the constructors of a type, since an edit
/// of a body changes nothing that other bodies can see. Mutants of different parts can be compiled together, and each be judged as if it were alone.
/// </summary>
/// <param name="Type">The type, as metadata names it.</param>
/// <param name="Methods">The methods' names; none for the whole type.</param>
/// <param name="Overload">Which of the methods of that name, counted in the order of metadata; null for all of them.</param>
/// <param name="Declaration">The code of the part in golden: an error inside comes from the part's mutant.</param>
/// <param name="IsAlone">The edit changes a declaration, which all other code may see.</param>
internal sealed record MutatedPart(string Type, ImmutableArray<string> Methods, Overload? Overload, TextSpan Declaration, bool IsAlone)
{
    private static readonly ImmutableArray<string> Constructors = [WellKnownMemberNames.InstanceConstructorName, WellKnownMemberNames.StaticConstructorName];

    /// <summary>What the part is called: no two mutants of one batch have parts of one name.</summary>
    public string Name => $"{Type}::{string.Join(",", Methods)}{(Overload is { } overload ? $"#{overload.Index}" : "")}";

    /// <summary>The part that a mutant changes.</summary>
    public static MutatedPart Of(Compilation golden, SyntaxTree tree, Mutant mutant, CancellationToken cancel)
    {
        var edits = mutant.Site.Edits;
        var span = TextSpan.FromBounds(edits[0].Span.Start, edits[edits.Length - 1].Span.End);
        var root = tree.GetRoot(cancel);
        var model = golden.GetSemanticModel(tree);
        foreach (var node in root.FindToken(mutant.Site.Span.Start).Parent!.AncestorsAndSelf())
        {
            var symbol = node switch
            {
                ConstructorDeclarationSyntax { Initializer: { } initializer } constructor when IsBehind(span, initializer, node) => model.GetDeclaredSymbol(constructor, cancel),
                BaseMethodDeclarationSyntax method when IsBehind(span, (SyntaxNode?)method.Body ?? method.ExpressionBody, node) => model.GetDeclaredSymbol(method, cancel),
                AccessorDeclarationSyntax accessor when IsBehind(span, (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody, node) => model.GetDeclaredSymbol(accessor, cancel),
                ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax property } when IsBehind(span, node, property) =>
                    (model.GetDeclaredSymbol(property, cancel) as IPropertySymbol)?.GetMethod,
                GlobalStatementSyntax when !edits.Any(edit => edit.Span.Start < FirstStatement(root)) => golden.GetEntryPoint(cancel),
                EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax property } when IsIn(span, node) => model.GetDeclaredSymbol(property, cancel),
                EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax } field } when IsIn(span, node) =>
                    model.GetDeclaredSymbol(field, cancel),
                _ => null,
            };
            if (symbol is { ContainingType: { } type })
            {
                return Of(type, symbol, node is GlobalStatementSyntax ? root : node.FirstAncestorOrSelf<MemberDeclarationSyntax>()!);
            }
        }

        var around = root.FindToken(mutant.Site.Span.Start).Parent!.FirstAncestorOrSelf<BaseTypeDeclarationSyntax>();
        return around is not null && model.GetDeclaredSymbol(around, cancel) is { } changed
            ? new MutatedPart(NameOf(changed), [], null, around.FullSpan, IsAlone: true)
            : new MutatedPart("", [], null, root.FullSpan, IsAlone: true);
    }

    private static MutatedPart Of(INamedTypeSymbol type, ISymbol symbol, SyntaxNode declaration)
    {
        // What captures a parameter of a primary constructor decides what the constructor keeps: the whole type is one part.
        var hasPrimary = type.DeclaringSyntaxReferences.Any(each => each.GetSyntax() is TypeDeclarationSyntax { ParameterList: not null });
        return symbol switch
        {
            _ when hasPrimary => new MutatedPart(NameOf(type), [], null, declaration.FullSpan, IsAlone: false),
            IMethodSymbol { MethodKind: not (MethodKind.Constructor or MethodKind.StaticConstructor) } method =>
                new MutatedPart(NameOf(type), [method.MetadataName], OverloadOf(type, method), declaration.FullSpan, IsAlone: false),
            _ => new MutatedPart(NameOf(type), Constructors, null, declaration.FullSpan, IsAlone: false),
        };
    }

    // Metadata has the methods of a type in the order of its members, but for those of extension blocks, and for partial ones that nobody implements.
    private static Overload? OverloadOf(INamedTypeSymbol type, IMethodSymbol method)
    {
        var same = type.GetMembers(method.Name).OfType<IMethodSymbol>()
            .Where(each => each.MetadataName == method.MetadataName && !(each.IsPartialDefinition && each.PartialImplementationPart is null)).ToList();
        var index = same.FindIndex(each => SymbolEqualityComparer.Default.Equals(each, method.PartialDefinitionPart ?? method));
        return type.Name.Length == 0 || index < 0 || same.Count < 2 ? null : new Overload(index, same.Count);
    }

    private static int FirstStatement(SyntaxNode root) => ((CompilationUnitSyntax)root).Members.OfType<GlobalStatementSyntax>().First().FullSpan.Start;

    private static bool IsIn(TextSpan span, SyntaxNode part) => part.FullSpan.Contains(span);

    // From where the body begins to the declaration's end: `=> F();` has its semicolon outside of the arrow.
    private static bool IsBehind(TextSpan span, SyntaxNode? body, SyntaxNode declaration) =>
        body is not null && TextSpan.FromBounds(body.FullSpan.Start, declaration.FullSpan.End).Contains(span);

    /// <summary>A type as metadata names it. An extension block, which has no name, is compiled into the class around it.</summary>
    public static string NameOf(INamedTypeSymbol type) => type switch
    {
        { Name: "", ContainingType: { } outer } => NameOf(outer),
        { ContainingType: { } outer } => $"{NameOf(outer)}+{type.MetadataName}",
        { ContainingNamespace: { IsGlobalNamespace: false } space } => $"{space.ToDisplayString()}.{type.MetadataName}",
        _ => type.MetadataName,
    };
}
