using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>C-INIT: an object without its values.</summary>
public sealed class EmptiedInitializer : FaultOperator<InitializerExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-INIT",
        name: "object initialiser emptied",
        FaultClass.Assignment,
        rationale: "An object keeps the values that its constructor gives it. A test that does not read the members does not notice.",
        before: """
            var options = new ParallelOptions { MaxDegreeOfParallelism = 2 };
            return options;
            """,
        after: """
            var options = new ParallelOptions { };
            return options;
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Initializer of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(InitializerExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.IsKind(SyntaxKind.ObjectInitializerExpression)
            && node.Expressions.Count > 0
            && node.Expressions.All(each => each is AssignmentExpressionSyntax member
                && !Dependence.OnExpression(member.Right, model, cancel)
                && model.GetSymbolInfo(member.Left, cancel).Symbol is not (IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true })))
        {
            yield return Site(node, $"empty {Excerpt.Of(node)}", new TextChange(TextSpan.FromBounds(node.OpenBraceToken.Span.End, node.CloseBraceToken.SpanStart), " "));
        }
    }
}
