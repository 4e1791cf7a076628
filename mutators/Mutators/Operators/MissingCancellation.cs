using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-CTOK: the programmer did not pass the cancellation on.</summary>
public sealed class MissingCancellation : FaultOperator<ArgumentSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-CTOK",
        name: "missing cancellation token in parameter of call",
        FaultClass.Interface,
        rationale: "The call does all it should until somebody wants it to stop.",
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
    protected override IEnumerable<InjectionSite> SitesAt(ArgumentSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Expression is IdentifierNameSyntax or MemberAccessExpressionSyntax
            && CallArgument.CallOf(node) is { } call
            && model.GetTypeInfo(node.Expression, cancel) is { Type: INamedTypeSymbol { Name: "CancellationToken", IsValueType: true } type }
            && model.GetSymbolInfo(node.Expression, cancel).Symbol is not IPropertySymbol { Name: "None", IsStatic: true }
            && type.ContainingNamespace.ToDisplayString() == "System.Threading")
        {
            var none = $"{type.ToMinimalDisplayString(model, node.SpanStart)}.None";
            yield return Site(
                node.Span,
                CallArgument.IdentityOf(node, call),
                $"do not pass {Excerpt.Of(node.Expression)} to {CallArgument.CalleeOf(call)}",
                new TextChange(node.Expression.Span, none));
        }
    }
}
