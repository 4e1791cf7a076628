using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators;

/// <summary>The declared member that holds a site: its documentation id names it for good, its name is for people.</summary>
/// <param name="DocumentationId">For example <c>M:Xen.Toolstack.Xl.Create(System.String)</c>.</param>
/// <param name="Name">For example <c>Xl.Create</c>.</param>
internal sealed record ContainingMember(string DocumentationId, string Name)
{
    private static readonly SymbolDisplayFormat TypeNames = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters);

    /// <summary>The node that declares the member around <paramref name="node"/>: what the scanner groups by.</summary>
    public static SyntaxNode DeclarationAround(SyntaxNode node) => node.AncestorsAndSelf().First(IsDeclaration);

    /// <summary>The member that <paramref name="declaration"/> declares.</summary>
    /// <param name="declaration">A node from <see cref="DeclarationAround"/>.</param>
    /// <param name="model">The semantic model of the tree.</param>
    /// <param name="cancel">Stops the search.</param>
    public static ContainingMember Of(SyntaxNode declaration, SemanticModel model, CancellationToken cancel)
    {
        if (declaration is CompilationUnitSyntax)
        {
            return new ContainingMember("M:Program.<Main>$", "the top-level program");
        }

        var symbol = model.GetDeclaredSymbol(declaration, cancel);
        if (symbol is null)
        {
            return new ContainingMember(declaration.Kind().ToString(), "a member without a name");
        }

        var id = symbol.GetDocumentationCommentId();
        return new ContainingMember(string.IsNullOrEmpty(id) ? symbol.ToDisplayString() : id!, ReadableName(symbol));
    }

    private static bool IsDeclaration(SyntaxNode node) => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax
        or BasePropertyDeclarationSyntax or BaseTypeDeclarationSyntax or CompilationUnitSyntax
        or VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax };

    private static string ReadableName(ISymbol symbol)
    {
        var type = (symbol as ITypeSymbol ?? symbol.ContainingType)?.ToDisplayString(TypeNames) ?? "";
        return symbol switch
        {
            ITypeSymbol => type,
            IMethodSymbol { MethodKind: MethodKind.Constructor } => $"{type} constructor",
            IMethodSymbol { MethodKind: MethodKind.StaticConstructor } => $"{type} static constructor",
            IMethodSymbol { MethodKind: MethodKind.Destructor } => $"{type} finalizer",
            IMethodSymbol { AssociatedSymbol: { } owner } accessor => $"{type}.{NameOf(owner)}.{Verb(accessor)}",
            _ => $"{type}.{NameOf(symbol)}",
        };
    }

    private static string NameOf(ISymbol symbol) => symbol switch
    {
        IPropertySymbol { IsIndexer: true } => "this[]",
        IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator or MethodKind.Conversion, Name: var name }
            when name.StartsWith("op_", StringComparison.Ordinal) => $"operator {name.Substring(3)}",
        IMethodSymbol { TypeParameters.Length: > 0 } method => $"{method.Name}<{string.Join(", ", method.TypeParameters.Select(each => each.Name))}>",
        _ => symbol.Name,
    };

    private static string Verb(IMethodSymbol accessor) => accessor.MethodKind switch
    {
        MethodKind.PropertyGet => "get",
        MethodKind.PropertySet => accessor.IsInitOnly ? "init" : "set",
        MethodKind.EventAdd => "add",
        MethodKind.EventRemove => "remove",
        _ => accessor.Name,
    };
}
