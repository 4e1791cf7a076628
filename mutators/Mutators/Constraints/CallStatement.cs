using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>A call made for its effect only: constraint C01.</summary>
internal static class CallStatement
{
    private static readonly string[] LoggingNamespaces =
        ["Microsoft.Extensions.Logging", "System.Diagnostics.Tracing", "Serilog", "NLog", "log4net"];

    private static readonly string[] LoggingTypes = ["System.Diagnostics.Debug", "System.Diagnostics.Trace", "System.Diagnostics.TraceSource"];

    /// <summary>
    /// C01: the call that the statement consists of, when nobody reads its value: <c>f();</c>, <c>await f();</c>, <c>x?.f();</c>
    /// and <c>_ = f();</c>; null otherwise.
    /// </summary>
    public static InvocationExpressionSyntax? CallOf(ExpressionStatementSyntax statement, SemanticModel model, CancellationToken cancel) =>
        statement.Expression is AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "_" } discard } assignment
        && assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)
            ? Call(assignment.Right) is { } call && model.GetSymbolInfo(discard, cancel).Symbol is IDiscardSymbol ? call : null
            : Call(statement.Expression);

    /// <summary>
    /// Whether the call does nothing that a workload could see: the compiler leaves it out of a Release build
    /// (<c>[Conditional]</c>, a partial method without a body), or it only logs.
    /// </summary>
    public static bool IsWithoutEffect(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancel) =>
        model.GetSymbolInfo(call, cancel).Symbol is IMethodSymbol method && (IsLeftOut(method) || IsLogging(method));

    /// <summary>The call that the expression consists of, awaited, in parentheses or behind <c>?.</c>; null otherwise.</summary>
    public static InvocationExpressionSyntax? Call(ExpressionSyntax expression) => expression switch
    {
        InvocationExpressionSyntax call => call,
        AwaitExpressionSyntax wait => Call(wait.Expression),
        ParenthesizedExpressionSyntax parenthesized => Call(parenthesized.Expression),
        ConditionalAccessExpressionSyntax access => Call(access.WhenNotNull),
        _ => null,
    };

    private static bool IsLeftOut(IMethodSymbol method)
    {
        if (method is { IsPartialDefinition: true, PartialImplementationPart: null, ReturnsVoid: true, DeclaredAccessibility: Accessibility.Private })
        {
            return true;
        }

        for (var declared = method.ReducedFrom ?? method; declared is not null; declared = declared.OverriddenMethod)
        {
            if (declared.GetAttributes().Any(attribute => attribute.AttributeClass is { Name: "ConditionalAttribute" }))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLogging(IMethodSymbol method)
    {
        var type = method.ContainingType?.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat) ?? "";
        return LoggingTypes.Contains(type) || LoggingNamespaces.Any(name => type.StartsWith(name + ".", StringComparison.Ordinal));
    }
}
