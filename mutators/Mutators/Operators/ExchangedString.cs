using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-STRING: no text, or another one.</summary>
public sealed class ExchangedString : FaultOperator<ExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-STRING",
        name: "string literal exchanged",
        FaultClass.Assignment,
        rationale: "A text is empty, or is one where it should be empty. A test that does not read the text does not notice.",
        before: """
            var text = "a";
            return text;
            """,
        after: """
            var text = "";
            return text;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator String of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (IsText(node, model, cancel) is not { } isText || !Exchange.IsPlainValue(node))
        {
            yield break;
        }

        var (other, change) = isText ? ("\"\"", $"use no text instead of {Excerpt.Of(node)}") : ("\"mutant\"", "use a text instead of none");
        yield return Site(node.Span, GoldenText.Of(node.Parent!), change, new TextChange(node.Span, other));
    }

    // Null for what is no text. One with holes may be something else than a text to whom it is passed.
    private static bool? IsText(ExpressionSyntax node, SemanticModel model, CancellationToken cancel) => node switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => literal.Token.Text != "\"\"",
        InterpolatedStringExpressionSyntax { Contents.Count: > 0 } text
            when !Dependence.DeclaresVariables(text) && !Writes.In(text).Any()
                && model.GetTypeInfo(text, cancel) is { Type.SpecialType: SpecialType.System_String, ConvertedType.SpecialType: SpecialType.System_String }
                && !model.GetConstantValue(text, cancel).HasValue => true,
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Empty" } empty
            when model.GetSymbolInfo(empty, cancel).Symbol is IFieldSymbol { ContainingType.SpecialType: SpecialType.System_String } => false,
        _ => null,
    };
}
