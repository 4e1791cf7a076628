using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Operators;

/// <summary>N-CONV: the programmer converted too late, without a check, or by the wrong culture.</summary>
public sealed class WrongConversion : FaultOperator<CSharpSyntaxNode>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-CONV",
        name: "wrong conversion or comparison",
        FaultClass.Assignment,
        rationale: "A cast is put behind the division instead of before it, or a comparison is left to the culture. "
            + "The value is right as long as it is small, divides without a rest, or is written in the usual letters.",
        before: """
            int used = 1, all = 2;
            return (double)used / all;
            """,
        after: """
            int used = 1, all = 2;
            return (double)(used / all);
            """,
        origin: FaultOrigin.DotNet,
        provenance: "proposed here for C#, as the conversions of WSUT in the field study");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(CSharpSyntaxNode node, SemanticModel model, CancellationToken cancel) => node switch
    {
        BinaryExpressionSyntax { Left: CastExpressionSyntax cast } division when division.IsKind(SyntaxKind.DivideExpression) =>
            Division(division, cast, model, cancel),
        CheckedExpressionSyntax check when check.IsKind(SyntaxKind.CheckedExpression) =>
            model.GetConstantValue(check, cancel).HasValue ? [] : Unchecked(check, check.Keyword, check.OpenParenToken.SpanStart, model),
        CheckedStatementSyntax check when check.IsKind(SyntaxKind.CheckedStatement) =>
            Unchecked(check, check.Keyword, check.Block.SpanStart, model),
        ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } argument => Comparison(argument, call, model, cancel),
        _ => [],
    };

    // (double)a / b becomes (double)(a / b): the type stays, the fraction is lost.
    private IEnumerable<InjectionSite> Division(
        BinaryExpressionSyntax division, CastExpressionSyntax cast, SemanticModel model, CancellationToken cancel)
    {
        if (model.GetTypeInfo(cast.Type, cancel).Type is
                { SpecialType: SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal } type
            && SymbolEqualityComparer.Default.Equals(type, model.GetTypeInfo(division, cancel).Type)
            && (IsInteger(cast.Expression) && IsInteger(division.Right))
            && !model.GetConstantValue(division.Right, cancel).HasValue)
        {
            yield return Site(
                division,
                $"convert the quotient in {Excerpt.Of(division)}",
                new TextChange(new TextSpan(cast.Expression.SpanStart, 0), "("),
                new TextChange(new TextSpan(division.Span.End, 0), ")"));
        }

        // An unsigned long and a signed number cannot be divided.
        bool IsInteger(ExpressionSyntax side) => model.GetTypeInfo(side, cancel).Type is
            { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_Int64 };
    }

    private IEnumerable<InjectionSite> Unchecked(SyntaxNode check, SyntaxToken keyword, int end, SemanticModel model)
    {
        if (!((CSharpCompilationOptions)model.Compilation.Options).CheckOverflow)
        {
            yield return Site(check, $"do not check {Excerpt.Of(check)}", new TextChange(TextSpan.FromBounds(keyword.SpanStart, end), ""));
        }
    }

    private IEnumerable<InjectionSite> Comparison(
        ArgumentSyntax argument, InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancel)
    {
        var arguments = call.ArgumentList.Arguments;
        if (argument.Expression is not MemberAccessExpressionSyntax
            || arguments.Count < 2
            || arguments.Last() != argument
            || call.DescendantNodes().Any(node => node is MemberBindingExpressionSyntax)
            || model.GetTypeInfo(argument.Expression, cancel).Type is not { Name: "StringComparison" }
            || model.GetSymbolInfo(call, cancel).Symbol is not IMethodSymbol method)
        {
            yield break;
        }

        var shorter = call.WithArgumentList(call.ArgumentList.WithArguments(arguments.RemoveAt(arguments.Count - 1)));
        if (model.GetSpeculativeSymbolInfo(call.SpanStart, shorter, SpeculativeBindingOption.BindAsExpression).Symbol is IMethodSymbol other
            && SymbolEqualityComparer.Default.Equals(other.ContainingType, method.ContainingType)
            && SymbolEqualityComparer.Default.Equals(other.ReturnType, method.ReturnType))
        {
            var removed = TextSpan.FromBounds(arguments[arguments.Count - 2].Span.End, argument.Span.End);
            yield return Site(call, $"drop {Excerpt.Of(argument)} from {Excerpt.Of(call)}", new TextChange(removed, ""));
        }
    }
}
