using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Operators;

/// <summary>N-AWAIT: the programmer started work and did not wait for its end.</summary>
public sealed class MissingAwait : FaultOperator<ExpressionStatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-AWAIT",
        name: "missing await of a started task",
        FaultClass.Timing,
        rationale: "Work that ends at once in a test goes on in the field while the next step runs, and its exceptions are lost.",
        before: """
            Func<Task> save = async () =>
            {
                await File.WriteAllTextAsync("a", "b");
            };
            return save;
            """,
        after: """
            Func<Task> save = async () =>
            {
                _ = File.WriteAllTextAsync("a", "b");
            };
            return save;
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionStatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // Where `_` is a variable, assigning to it is no discard.
        if (node.Expression is AwaitExpressionSyntax { Expression: InvocationExpressionSyntax call } wait
            && model.GetTypeInfo(call, cancel).Type is { SpecialType: not SpecialType.System_Void, TypeKind: not TypeKind.Error }
            && model.LookupSymbols(node.SpanStart, name: "_").IsEmpty)
        {
            var keyword = TextSpan.FromBounds(wait.SpanStart, call.SpanStart);
            yield return Site(node, $"do not wait for {Excerpt.Of(call)}", new TextChange(keyword, "_ = "));
        }
    }
}
