using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MVIV.M: the programmer forgot the initial value of a field or property.</summary>
public sealed class MissingMemberInitialization : FaultOperator<EqualsValueClauseSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MVIV.M",
        name: "missing initialization of a member using a value",
        FaultClass.Assignment,
        rationale: "The member begins with the zero of its type, because nobody thought of what it must begin with. "
            + "Unlike a local it needs no value before its first use, so no compiler asks for one.",
        before: """
            return new Box().Width;
            }

            class Box
            {
                public int Width = 3;
            """,
        after: """
            return new Box().Width;
            }

            class Box
            {
                public int Width;
            """,
        origin: FaultOrigin.Variant,
        provenance: "MVIV of the G-SWFIT library without C03: the initialisers of fields and properties, where C# keeps its state");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(EqualsValueClauseSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (InitialValue.IsLiteral(node.Value)
            && Member(node, model, cancel) is var (type, name, end)
            && model.GetConstantValue(node.Value, cancel) is { HasValue: true, Value: var value }
            && !InitialValue.IsDefault(value, type))
        {
            var removed = TextSpan.FromBounds(node.GetFirstToken().GetPreviousToken().Span.End, end);
            yield return Site(node.Span, $"{name} {GoldenText.Of(node)}", $"drop initial value {Excerpt.Of(node.Value)} of {name}", new TextChange(removed, ""));
        }
    }

    // A property loses the semicolon with its value.
    private static (ITypeSymbol Type, string Name, int End)? Member(EqualsValueClauseSyntax node, SemanticModel model, CancellationToken cancel) =>
        node.Parent switch
        {
            PropertyDeclarationSyntax property when model.GetDeclaredSymbol(property, cancel) is IPropertySymbol symbol =>
                (symbol.Type, symbol.Name, property.SemicolonToken.Span.End),
            VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax } field when model.GetDeclaredSymbol(field, cancel) is IFieldSymbol symbol =>
                (symbol.Type, symbol.Name, node.Span.End),
            _ => null,
        };
}
