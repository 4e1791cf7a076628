using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-MATH: another function.</summary>
public sealed class ExchangedMath : FaultOperator<InvocationExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-MATH",
        name: "mathematical function exchanged",
        FaultClass.Algorithm,
        rationale: "A function of Math gives way to its neighbour. A test with numbers for which both agree does not notice.",
        before: """
            var x = Environment.ProcessorCount;
            return Math.Min(x, 4);
            """,
        after: """
            var x = Environment.ProcessorCount;
            return Math.Max(x, 4);
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Math of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(InvocationExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.Expression is MemberAccessExpressionSyntax { Name: var name } member
            && Other(name.Identifier.ValueText) is { } other
            && model.GetSymbolInfo(node, cancel).Symbol is { ContainingType.Name: "Math" or "MathF" }
            && Exchange.Fits(node, $"{member.Expression}.{other}{node.ArgumentList}", model, cancel))
        {
            yield return Site(node.Span, GoldenText.Of(node), $"use {other} instead of {name.Identifier.Text} in {Excerpt.Of(node)}", new TextChange(name.Span, other));
        }
    }

    private static string? Other(string method) => method switch
    {
        "Min" => "Max",
        "Max" => "Min",
        "Floor" => "Ceiling",
        "Ceiling" => "Floor",
        "Sin" => "Cos",
        "Cos" => "Sin",
        "Sinh" => "Cosh",
        "Cosh" => "Sinh",
        "Asin" => "Acos",
        "Acos" => "Asin",
        "Log" => "Exp",
        "Exp" => "Log",
        "Tan" => "Atan",
        "Atan" => "Tan",
        "Tanh" => "Atanh",
        "Atanh" => "Tanh",
        "Asinh" => "Acosh",
        "Acosh" => "Asinh",
        "BitIncrement" => "BitDecrement",
        "BitDecrement" => "BitIncrement",
        "MaxMagnitude" => "MinMagnitude",
        "MinMagnitude" => "MaxMagnitude",
        "ReciprocalEstimate" => "ReciprocalSqrtEstimate",
        "ReciprocalSqrtEstimate" => "ReciprocalEstimate",
        "Pow" => "Log",
        "Abs" => "Sign",
        "Sqrt" => "Cbrt",
        _ => null,
    };
}
