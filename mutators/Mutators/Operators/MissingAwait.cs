using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Operators;

/// <summary>N-AWAIT: the programmer started work and did not wait for its end.</summary>
public sealed class MissingAwait : FaultOperator<AwaitExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-AWAIT",
        name: "missing await of a started task",
        FaultClass.Timing,
        rationale: "The keyword is left out of a call that starts a task, and the compiler warns at most. "
            + "Work that ends at once in a test goes on in the field while the next step runs, and its exceptions are lost.",
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
    protected override IEnumerable<InjectionSite> SitesAt(AwaitExpressionSyntax node, SemanticModel model, CancellationToken cancel) =>
        node.Parent is ExpressionStatementSyntax statement ? Started(node, statement, model, cancel) : Blocking(node, model, cancel);

    private IEnumerable<InjectionSite> Started(AwaitExpressionSyntax wait, ExpressionStatementSyntax statement, SemanticModel model, CancellationToken cancel)
    {
        // Where `_` is a variable, assigning to it is no discard.
        if (wait.Expression is InvocationExpressionSyntax call
            && model.GetTypeInfo(call, cancel).Type is { SpecialType: not SpecialType.System_Void, TypeKind: not TypeKind.Error }
            && model.LookupSymbols(statement.SpanStart, name: "_").IsEmpty)
        {
            var keyword = TextSpan.FromBounds(wait.SpanStart, call.SpanStart);
            yield return Site(statement, $"do not wait for {Excerpt.Of(call)}", new TextChange(keyword, "_ = "));
        }
    }

    // `await f()` becomes `f().Result`: the thread waits, and the exception comes wrapped.
    private IEnumerable<InjectionSite> Blocking(AwaitExpressionSyntax wait, SemanticModel model, CancellationToken cancel)
    {
        var task = wait.Expression;
        if (task is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } configured })
        {
            task = configured.Expression;
        }

        if (task is InvocationExpressionSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax
            && model.GetTypeInfo(task, cancel).Type is INamedTypeSymbol { Name: "Task" or "ValueTask", Arity: 1, ContainingNamespace: { Name: "Tasks", ContainingNamespace.Name: "Threading" } })
        {
            yield return Site(
                wait,
                $"block until {Excerpt.Of(task)} ends",
                new TextChange(TextSpan.FromBounds(wait.SpanStart, task.SpanStart), ""),
                new TextChange(TextSpan.FromBounds(task.Span.End, wait.Span.End), ".Result"));
        }
    }
}
