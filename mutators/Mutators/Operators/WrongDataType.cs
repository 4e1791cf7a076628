using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Operators;

/// <summary>WSUT: the programmer computed in a type that is too small.</summary>
public sealed class WrongDataType : FaultOperator<BinaryExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WSUT",
        name: "wrong data types or conversion used",
        FaultClass.Assignment,
        rationale: "The result is converted and not the operands, or kept in a type that is too small for it. "
            + "It is right as long as the numbers are small.",
        before: """
            int seconds = Environment.ProcessorCount, rate = 2;
            return (long)seconds * rate;
            """,
        after: """
            int seconds = Environment.ProcessorCount, rate = 2;
            return (long)(seconds * rate);
            """,
        fieldCount: 12,
        origin: FaultOrigin.FieldStudy);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(BinaryExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Left is CastExpressionSyntax cast
            && node.Kind() is SyntaxKind.MultiplyExpression or SyntaxKind.AddExpression or SyntaxKind.SubtractExpression
            && model.GetTypeInfo(node, cancel).Type is { SpecialType: SpecialType.System_Int64 } type
            && SymbolEqualityComparer.Default.Equals(type, model.GetTypeInfo(cast.Type, cancel).Type)
            && IsSmall(cast.Expression)
            && IsSmall(node.Right)
            && !model.GetConstantValue(cast.Expression, cancel).HasValue)
        {
            yield return Site(
                node,
                $"convert the result in {Excerpt.Of(node)}",
                new TextChange(new TextSpan(cast.Expression.SpanStart, 0), "("),
                new TextChange(new TextSpan(node.Span.End, 0), ")"));
        }

        bool IsSmall(ExpressionSyntax side) => model.GetTypeInfo(side, cancel).Type is
            { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_Int32 };
    }
}
