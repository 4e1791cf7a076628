using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-LINQ: another query.</summary>
public sealed class ExchangedQuery : FaultOperator<InvocationExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-LINQ",
        name: "query method exchanged",
        FaultClass.Algorithm,
        rationale: "A query method gives way to one with the same parameters. A test with one item does not notice.",
        before: """
            var names = Environment.GetCommandLineArgs();
            return names.First();
            """,
        after: """
            var names = Environment.GetCommandLineArgs();
            return names.Last();
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Linq of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(InvocationExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Expression is MemberAccessExpressionSyntax { Name: var name } member
            && Other(name.Identifier.ValueText) is { } other
            && model.GetSymbolInfo(node, cancel).Symbol is { ContainingType.Name: "Enumerable" }
            && Exchange.Fits(node, $"{member.Expression}.{other}{node.ArgumentList}", model, cancel))
        {
            yield return Site(node.Span, GoldenText.Of(node), $"use {other} instead of {name.Identifier.Text} in {Excerpt.Of(node)}", new TextChange(name.Span, other));
        }
    }

    private static string? Other(string method) => method switch
    {
        "First" => "Last",
        "Last" => "First",
        "FirstOrDefault" => "LastOrDefault",
        "LastOrDefault" => "FirstOrDefault",
        "Any" => "All",
        "All" => "Any",
        "Min" => "Max",
        "Max" => "Min",
        "OrderBy" => "OrderByDescending",
        "OrderByDescending" => "OrderBy",
        "Take" => "Skip",
        "Skip" => "Take",
        "TakeWhile" => "SkipWhile",
        "SkipWhile" => "TakeWhile",
        "Union" => "Intersect",
        "Intersect" => "Union",
        "Concat" => "Except",
        "Except" => "Concat",
        "Single" => "SingleOrDefault",
        "SingleOrDefault" => "Single",
        "ThenBy" => "ThenByDescending",
        "ThenByDescending" => "ThenBy",
        "Order" => "OrderDescending",
        "OrderDescending" => "Order",
        "MinBy" => "MaxBy",
        "MaxBy" => "MinBy",
        "TakeLast" => "SkipLast",
        "SkipLast" => "TakeLast",
        "Append" => "Prepend",
        "Prepend" => "Append",
        "Reverse" => "AsEnumerable",
        "AsEnumerable" => "Reverse",
        "Sum" => "Max",
        "Count" => "Sum",
        "Average" => "Min",
        _ => null,
    };
}
