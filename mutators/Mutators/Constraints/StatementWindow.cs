using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>A small and localized part of an algorithm: neighbouring simple statements of one block or switch section, constraint C10.</summary>
/// <param name="Statements">The neighbours, in order.</param>
internal sealed record StatementWindow(IReadOnlyList<StatementSyntax> Statements)
{
    /// <summary>The fewest and the most statements of a window.</summary>
    public const int Fewest = 2, Most = 5;

    /// <summary>The first statement.</summary>
    public StatementSyntax First => Statements[0];

    /// <summary>The last statement.</summary>
    public StatementSyntax Last => Statements[Statements.Count - 1];

    /// <summary>From the first to the last statement.</summary>
    public TextSpan Span => TextSpan.FromBounds(First.SpanStart, Last.Span.End);

    /// <summary>
    /// C10 and C02: the windows of two to five neighbours inside each run of simple statements, such that another statement remains.
    /// Only blocks and switch sections have windows; the top-level program has none.
    /// </summary>
    public static IEnumerable<StatementWindow> In(IReadOnlyList<StatementSyntax> list)
    {
        for (var start = 0; start < list.Count; start++)
        {
            var run = list.Skip(start).Take(Most).TakeWhile(IsSimple).ToList();
            for (var size = Fewest; size <= run.Count; size++)
            {
                if (Placement.OthersRemain(list, size))
                {
                    yield return new StatementWindow([.. run.Take(size)]);
                }
            }
        }
    }

    /// <summary>Whether every statement only logs, so that no workload sees them missing.</summary>
    public bool IsWithoutEffect(SemanticModel model, CancellationToken cancel) => Statements.All(statement =>
        statement is ExpressionStatementSyntax call
        && CallStatement.CallOf(call, model, cancel) is { } invocation
        && CallStatement.IsWithoutEffect(invocation, model, cancel));

    // A using declaration ends with its block, and a constant is no step of an algorithm.
    private static bool IsSimple(StatementSyntax statement) => statement is ExpressionStatementSyntax
        or LocalDeclarationStatementSyntax { IsConst: false, UsingKeyword.RawKind: 0 };
}
