using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-LINQ: the programmer left a step out of a query.</summary>
public sealed class MissingQueryStep : FaultOperator<InvocationExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-LINQ",
        name: "missing step of a query",
        FaultClass.Algorithm,
        rationale: "A filter, an order or a copy is left out of a query, and the types still fit. "
            + "It is not missed with the few items of a test: they all fit, stand in order, and nobody changes them.",
        before: """
            var names = Environment.GetCommandLineArgs().Where(name => name.Length > 0).Distinct();
            return names.Count();
            """,
        after: """
            var names = Environment.GetCommandLineArgs().Where(name => name.Length > 0);
            return names.Count();
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(InvocationExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Where" or "Distinct" or "OrderBy" or "OrderByDescending" or "ToList" or "ToArray" } step
            && !Dependence.DeclaresVariables(node.ArgumentList)
            && !Writes.In(node.ArgumentList).Any()
            && model.GetSymbolInfo(node, cancel).Symbol is IMethodSymbol { ContainingType.Name: "Enumerable", ReducedFrom: not null }
            && IsEnough(step.Expression, node, model, cancel))
        {
            var removed = TextSpan.FromBounds(step.Expression.Span.End, node.Span.End);
            yield return Site(
                node.Span, GoldenText.Of(node), $"drop {step.Name}{Excerpt.Of(node.ArgumentList)} from a query", new TextChange(removed, ""));
        }
    }

    /// <summary>Whether the code around takes the source of the step in place of its result.</summary>
    private static bool IsEnough(ExpressionSyntax source, InvocationExpressionSyntax step, SemanticModel model, CancellationToken cancel)
    {
        var (before, after) = (model.GetTypeInfo(step, cancel), model.GetTypeInfo(source, cancel).Type);
        if (after is null or { TypeKind: TypeKind.Error })
        {
            return false;
        }

        if (SymbolEqualityComparer.Default.Equals(before.Type, after))
        {
            return true;
        }

        return step.Parent switch
        {
            MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax next } member when member.Expression == step =>
                CallArgument.StillBinds(next, step, source, model, cancel),
            ArgumentSyntax argument => CallArgument.CallOf(argument) is { } call && CallArgument.StillBinds(call, step, source, model, cancel),
            CommonForEachStatementSyntax loop => loop.AwaitKeyword.RawKind == 0 && GivesTheSame(after, before.Type),
            ReturnStatementSyntax or ArrowExpressionClauseSyntax when Body.Of(step) is not AnonymousFunctionExpressionSyntax =>
                model.ClassifyConversion(source, before.ConvertedType!).IsImplicit,
            AssignmentExpressionSyntax assignment => assignment.Right == step
                && assignment.Parent is ExpressionStatementSyntax
                && model.ClassifyConversion(source, before.ConvertedType!).IsImplicit,
            _ => false,
        };
    }

    // A loop over an array or a collection of the framework gives what its IEnumerable gives; others may enumerate in a way of their own.
    private static bool GivesTheSame(ITypeSymbol source, ITypeSymbol? result) => ElementOf(source) is { } element
        && SymbolEqualityComparer.Default.Equals(element, result is null ? null : ElementOf(result));

    private static ITypeSymbol? ElementOf(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { Rank: 1 } array => array.ElementType,
        INamedTypeSymbol named when named.ContainingNamespace.ToDisplayString() is "System.Collections.Generic" or "System.Collections.Concurrent" or "System.Linq" =>
            named.AllInterfaces.Add(named).FirstOrDefault(each => each.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)
                ?.TypeArguments[0],
        _ => null,
    };
}
