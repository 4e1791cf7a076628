using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>WPFV.M: the programmer passed another field or property of the same type.</summary>
public sealed class WrongMemberInParameter : FaultOperator<ArgumentSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WPFV.M",
        name: "wrong member used in parameter of function call",
        FaultClass.Interface,
        rationale: "Two members of one type are easily mixed up, and the compiler cannot tell them apart. "
            + "The value passed is a plausible one, and where the two agree nothing shows.",
        before: """
            return new Box().Area();
            }

            class Box
            {
                int width = 1, height = 2;

                public int Area() => Math.Max(width, 0);
            """,
        after: """
            return new Box().Area();
            }

            class Box
            {
                int width = 1, height = 2;

                public int Area() => Math.Max(height, 0);
            """,
        origin: FaultOrigin.Variant,
        provenance: "WPFV of the G-SWFIT library without C03: a field or property takes another's place");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ArgumentSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Expression is IdentifierNameSyntax name
            && CallArgument.CallOf(node) is { } call
            && model.GetSymbolInfo(name, cancel).Symbol is { } member
            && TypeOf(member) is { } type
            && FirstOther(member, type, name.SpanStart, model) is { } other)
        {
            var text = SyntaxFacts.GetKeywordKind(other.Name) == SyntaxKind.None ? other.Name : "@" + other.Name;
            yield return Site(
                node.Span,
                CallArgument.IdentityOf(node, call),
                $"pass {text} instead of {name} to {CallArgument.CalleeOf(call)}",
                new TextChange(name.Span, text));
        }
    }

    private static ISymbol? FirstOther(ISymbol member, ITypeSymbol type, int position, SemanticModel model) =>
        member.ContainingType.GetMembers().FirstOrDefault(other => other.CanBeReferencedByName
            && other.IsStatic == member.IsStatic
            && !SymbolEqualityComparer.Default.Equals(other, member)
            && SymbolEqualityComparer.Default.Equals(TypeOf(other), type)
            && model.LookupSymbols(position, name: other.Name) is [var visible]
            && SymbolEqualityComparer.Default.Equals(visible, other));

    // A constant converts to types that a variable does not.
    private static ITypeSymbol? TypeOf(ISymbol member) => member switch
    {
        IFieldSymbol { IsConst: false, IsImplicitlyDeclared: false } field => field.Type,
        IPropertySymbol { IsWriteOnly: false, IsIndexer: false } property => property.Type,
        _ => null,
    };
}
