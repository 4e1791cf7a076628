using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-CTOK: the programmer did not pass the cancellation on.</summary>
public sealed class MissingCancellation : FaultOperator<CSharpSyntaxNode>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-CTOK",
        name: "missing cancellation token in parameter of call",
        FaultClass.Interface,
        rationale: "The token is optional, or there is an overload without it, so leaving it out compiles. "
            + "The call does all it should until somebody wants it to stop.",
        before: """
            using var source = new CancellationTokenSource();
            return File.ReadAllTextAsync("a", source.Token);
            """,
        after: """
            using var source = new CancellationTokenSource();
            return File.ReadAllTextAsync("a", CancellationToken.None);
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(CSharpSyntaxNode node, SemanticModel model, CancellationToken cancel) => node switch
    {
        ArgumentSyntax { Expression: IdentifierNameSyntax or MemberAccessExpressionSyntax } argument when CallArgument.CallOf(argument) is { } call =>
            Passed(argument, call, model, cancel),
        ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call } statement when CallArgument.CalleeOf(call) == "CancelAfter" =>
            TimedOut(statement, call, model, cancel),
        _ => [],
    };

    private IEnumerable<InjectionSite> Passed(ArgumentSyntax argument, ExpressionSyntax call, SemanticModel model, CancellationToken cancel)
    {
        if (model.GetTypeInfo(argument.Expression, cancel) is not { Type: INamedTypeSymbol { Name: "CancellationToken", IsValueType: true } type }
            || model.GetSymbolInfo(argument.Expression, cancel).Symbol is IPropertySymbol { Name: "None", IsStatic: true }
            || !IsOfThreading(type))
        {
            yield break;
        }

        var identity = CallArgument.IdentityOf(argument, call);
        var change = $"do not pass {Excerpt.Of(argument.Expression)} to {CallArgument.CalleeOf(call)}";
        var none = $"{type.ToMinimalDisplayString(model, argument.SpanStart)}.None";
        yield return Site(argument.Span, identity, change, new TextChange(argument.Expression.Span, none));
        if (OverloadWithout(argument, call, model, cancel) is { } removed)
        {
            yield return Site(argument.Span, $"{identity} overload", $"{change}: call the overload without it", new TextChange(removed, ""));
        }
    }

    private IEnumerable<InjectionSite> TimedOut(ExpressionStatementSyntax statement, InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancel)
    {
        if (Placement.IsNotAlone(statement)
            && model.GetSymbolInfo(call, cancel).Symbol is IMethodSymbol { ContainingType: { Name: "CancellationTokenSource" } type }
            && IsOfThreading(type)
            && !Dependence.OnStatement(statement, model, cancel))
        {
            yield return Site(statement, $"drop {Excerpt.Of(call)}", Removal.Of(statement));
        }
    }

    // An optional parameter gets no token by itself, which is what the first form does already.
    private static TextSpan? OverloadWithout(ArgumentSyntax argument, ExpressionSyntax call, SemanticModel model, CancellationToken cancel)
    {
        if (call is not InvocationExpressionSyntax { ArgumentList: { Arguments: { Count: > 0 } arguments } list } invocation
            || arguments.Last() != argument
            || call.DescendantNodes().Any(node => node is MemberBindingExpressionSyntax)
            || model.GetSymbolInfo(call, cancel).Symbol is not IMethodSymbol method)
        {
            return null;
        }

        var shorter = invocation.WithArgumentList(list.WithArguments(arguments.RemoveAt(arguments.Count - 1)));
        return model.GetSpeculativeSymbolInfo(call.SpanStart, shorter, SpeculativeBindingOption.BindAsExpression).Symbol is IMethodSymbol other
            && !SymbolEqualityComparer.Default.Equals(other.OriginalDefinition, method.OriginalDefinition)
            && SymbolEqualityComparer.Default.Equals(other.ContainingType, method.ContainingType)
            && SymbolEqualityComparer.Default.Equals(other.ReturnType, method.ReturnType)
            ? TextSpan.FromBounds(arguments.Count > 1 ? arguments[arguments.Count - 2].Span.End : argument.SpanStart, argument.Span.End)
            : null;
    }

    private static bool IsOfThreading(ITypeSymbol type) => type.ContainingNamespace.ToDisplayString() == "System.Threading";
}
