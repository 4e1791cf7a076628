using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-LOCK: the programmer did not think of a second thread.</summary>
public sealed class MissingLock : FaultOperator<CSharpSyntaxNode>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-LOCK",
        name: "missing lock around statements",
        FaultClass.Timing,
        rationale: "The statements are right when one thread runs them, and tests mostly have one. "
            + "Two threads in the field meet rarely, and then leave a state that neither would have made.",
        before: """
            var names = new List<string>();
            lock (names)
            {
                names.Add("a");
            }

            return names;
            """,
        after: """
            var names = new List<string>();
            {
                names.Add("a");
            }

            return names;
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(CSharpSyntaxNode node, SemanticModel model, CancellationToken cancel) => node switch
    {
        LockStatementSyntax scope => Lock(scope),
        ExpressionStatementSyntax statement when SemaphorePair.EnteredBy(statement, model, cancel) is { } pair => Pair(pair),
        InvocationExpressionSyntax call => Interlocked(call, model, cancel),
        _ => [],
    };

    private IEnumerable<InjectionSite> Lock(LockStatementSyntax scope)
    {
        // A variable that the head declares or assigns is needed below, and one that an unbraced body declares would spill.
        if (!Dependence.DeclaresVariables(scope.Expression)
            && !Writes.In(scope.Expression).Any()
            && (scope.Statement is BlockSyntax || !Dependence.DeclaresVariables(scope.Statement)))
        {
            var head = TextSpan.FromBounds(scope.SpanStart, scope.Statement.SpanStart);
            yield return Site(scope, $"drop lock ({Excerpt.Of(scope.Expression)})", new TextChange(head, ""));
        }
    }

    private IEnumerable<InjectionSite> Pair(SemaphorePair pair) =>
    [
        Site(
            TextSpan.FromBounds(pair.Enter.SpanStart, pair.Leave.Span.End),
            $"{GoldenText.Of(pair.Enter)} {GoldenText.Of(pair.Leave)}",
            $"drop {Excerpt.Of(pair.Enter.Expression)} and {Excerpt.Of(pair.Leave.Expression)}",
            Removal.Of(pair.Enter),
            Removal.Of(pair.Leave)),
    ];

    // Read, computed and written in three steps, as the operators of the language do.
    private IEnumerable<InjectionSite> Interlocked(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancel)
    {
        if (call.Expression is not MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name }
            || call.ArgumentList.Arguments is not [{ NameColon: null, RefKindKeyword.RawKind: not 0, Expression: var target }, ..] arguments
            || Plain(name, target.ToString(), [.. arguments.Skip(1)], call.Parent is ExpressionStatementSyntax) is not { } plain
            || model.GetSymbolInfo(call, cancel).Symbol is not IMethodSymbol { IsGenericMethod: false, ContainingType: { Name: "Interlocked" } type }
            || type.ContainingNamespace.ToDisplayString() != "System.Threading")
        {
            yield break;
        }

        var isOperand = call.Parent is not (ExpressionStatementSyntax or ArgumentSyntax or EqualsValueClauseSyntax or ReturnStatementSyntax
            or ArrowExpressionClauseSyntax or AssignmentExpressionSyntax or ParenthesizedExpressionSyntax);
        yield return Site(call, $"use {plain} instead of {Excerpt.Of(call)}", new TextChange(call.Span, isOperand ? $"({plain})" : plain));
    }

    private static string? Plain(string name, string target, ArgumentSyntax[] others, bool isStatement) => (name, others) switch
    {
        ("Increment", []) => isStatement ? $"{target}++" : $"++{target}",
        ("Decrement", []) => isStatement ? $"{target}--" : $"--{target}",
        ("Add", [{ NameColon: null } value]) => $"{target} += {value}",
        ("Exchange", [{ NameColon: null } value]) when isStatement => $"{target} = {value}",
        _ => null,
    };
}
