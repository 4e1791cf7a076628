using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>A semaphore or mutex that one statement enters and a later one leaves: in the same block, or in the <c>finally</c> of the next statement.</summary>
/// <param name="Enter">The statement that waits.</param>
/// <param name="Leave">The statement that releases.</param>
internal sealed record SemaphorePair(ExpressionStatementSyntax Enter, ExpressionStatementSyntax Leave)
{
    /// <summary>The pair that the statement enters; null where it enters none or nobody leaves it in sight.</summary>
    public static SemaphorePair? EnteredBy(ExpressionStatementSyntax statement, SemanticModel model, CancellationToken cancel)
    {
        if (Called(statement) is not ({ } owner, "Wait" or "WaitAsync" or "WaitOne")
            || Placement.ListOf(statement) is not { } list
            || model.GetTypeInfo(owner, cancel).Type is not { Name: "SemaphoreSlim" or "Semaphore" or "Mutex", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } }
            || Writes.In(statement).Any()
            || Dependence.DeclaresVariables(statement))
        {
            return null;
        }

        var name = GoldenText.Of(owner);
        var leave = list.SkipWhile(each => each != statement).Skip(1)
            .SelectMany(each => each is TryStatementSyntax { Finally.Block.Statements: var last } ? last.AsEnumerable() : [each])
            .OfType<ExpressionStatementSyntax>()
            .FirstOrDefault(each => Called(each) is ({ } other, "Release" or "ReleaseMutex") && GoldenText.Of(other) == name);
        return leave is null ? null : new SemaphorePair(statement, leave);
    }

    private static (ExpressionSyntax? Owner, string Method) Called(ExpressionStatementSyntax statement)
    {
        var call = CallStatement.Call(statement.Expression);
        if (call is { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Expression: InvocationExpressionSyntax configured } })
        {
            call = configured;
        }

        return call?.Expression is MemberAccessExpressionSyntax member ? (member.Expression, member.Name.Identifier.ValueText) : (null, "");
    }
}
