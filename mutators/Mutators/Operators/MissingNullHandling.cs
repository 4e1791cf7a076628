using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-NULL: the programmer did not think of null.</summary>
public sealed class MissingNullHandling : FaultOperator<ExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-NULL",
        name: "missing handling of null",
        FaultClass.Checking,
        rationale: "The case that there is nothing is the one that nobody tries. "
            + "It comes with missing data, a failed look-up or an optional parameter, and then far from its cause.",
        before: """
            var text = Environment.GetEnvironmentVariable("A") ?? "";
            return text.Length;
            """,
        after: """
            var text = Environment.GetEnvironmentVariable("A");
            return text.Length;
            """,
        origin: FaultOrigin.DotNet,
        provenance: "proposed here for C#; 50 of the 395 repairs in Defects4J add a check for null");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ExpressionSyntax node, SemanticModel model, CancellationToken cancel) => node switch
    {
        ConditionalAccessExpressionSyntax access => Access(access, model, cancel),
        BinaryExpressionSyntax binary when binary.IsKind(SyntaxKind.CoalesceExpression) => Coalescing(binary, model, cancel),
        AssignmentExpressionSyntax assignment when assignment.IsKind(SyntaxKind.CoalesceAssignmentExpression) =>
            Assignment(assignment, model, cancel),
        InvocationExpressionSyntax { Parent: ExpressionStatementSyntax statement } call => Guard(call, statement, model, cancel),
        _ => [],
    };

    // a?.b becomes a.b where both are of one type: the value of a?.Length is no int.
    private IEnumerable<InjectionSite> Access(ConditionalAccessExpressionSyntax access, SemanticModel model, CancellationToken cancel)
    {
        if (model.GetTypeInfo(access.Expression, cancel).Type is { IsReferenceType: true }
            && (access.Parent is ExpressionStatementSyntax || IsReferenceOrNothing(model.GetTypeInfo(access, cancel).Type)))
        {
            yield return Site(access, $"drop the check for null in {Excerpt.Of(access)}", new TextChange(access.OperatorToken.Span, ""));
        }
    }

    private IEnumerable<InjectionSite> Coalescing(BinaryExpressionSyntax binary, SemanticModel model, CancellationToken cancel)
    {
        var (left, type) = (model.GetTypeInfo(binary.Left, cancel).Type, model.GetTypeInfo(binary, cancel).Type);
        if (left is null || type is null || Dependence.OnExpression(binary.Right, model, cancel))
        {
            yield break;
        }

        var tail = new TextChange(TextSpan.FromBounds(binary.Left.Span.End, binary.Span.End), "");
        var change = $"drop ?? {Excerpt.Of(binary.Right)}";
        if (SymbolEqualityComparer.Default.Equals(left, type))
        {
            yield return Site(binary, change, tail);
        }
        else if (IsNullableOf(left, type) && binary.Left is IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax)
        {
            yield return Site(binary, change, new TextChange(tail.Span, ".Value"));
        }
        else if (IsNullableOf(left, type)
            && binary.Left is ConditionalAccessExpressionSyntax { WhenNotNull: not ConditionalAccessExpressionSyntax } access
            && model.GetTypeInfo(access.Expression, cancel).Type is { IsReferenceType: true }
            && SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(access.WhenNotNull, cancel).Type, type))
        {
            yield return Site(binary, change, new TextChange(access.OperatorToken.Span, ""), tail);
        }
    }

    private IEnumerable<InjectionSite> Assignment(AssignmentExpressionSyntax assignment, SemanticModel model, CancellationToken cancel)
    {
        if (assignment.Parent is ExpressionStatementSyntax statement)
        {
            return Placement.IsNotAlone(statement) && !Dependence.OnStatement(statement, model, cancel)
                ? [Site(statement, $"drop assignment {Excerpt.Of(assignment)}", Removal.Of(statement))]
                : [];
        }

        var (left, type) = (model.GetTypeInfo(assignment.Left, cancel).Type, model.GetTypeInfo(assignment, cancel).Type);
        return left is not null && SymbolEqualityComparer.Default.Equals(left, type) && !Dependence.OnExpression(assignment.Right, model, cancel)
            && assignment.Parent is ReturnStatementSyntax or ArrowExpressionClauseSyntax or EqualsValueClauseSyntax or ArgumentSyntax
                or ParenthesizedExpressionSyntax { Parent: MemberAccessExpressionSyntax or ElementAccessExpressionSyntax }
            ? [Site(assignment, $"drop ??= {Excerpt.Of(assignment.Right)}", new TextChange(TextSpan.FromBounds(assignment.Left.Span.End, assignment.Span.End), ""))]
            : [];
    }

    private IEnumerable<InjectionSite> Guard(
        InvocationExpressionSyntax call, ExpressionStatementSyntax statement, SemanticModel model, CancellationToken cancel)
    {
        if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ThrowIfNull" or "ThrowIfNullOrEmpty" or "ThrowIfNullOrWhiteSpace" }
            && Placement.IsNotAlone(statement)
            && model.GetSymbolInfo(call, cancel).Symbol is { ContainingType.Name: "ArgumentNullException" or "ArgumentException" }
            && !Dependence.OnStatement(statement, model, cancel))
        {
            yield return Site(statement, $"drop check {Excerpt.Of(call)}", Removal.Of(statement));
        }
    }

    private static bool IsReferenceOrNothing(ITypeSymbol? type) => type is { IsReferenceType: true } or { SpecialType: SpecialType.System_Void };

    private static bool IsNullableOf(ITypeSymbol left, ITypeSymbol type) =>
        left is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments: [var underlying] }
        && SymbolEqualityComparer.Default.Equals(underlying, type);
}
