using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>MVIV: the programmer forgot the initial value of a variable, which C# shows as the value that its type begins with.</summary>
public sealed class MissingVariableInitialization : FaultOperator<VariableDeclaratorSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "MVIV",
        name: "missing variable initialization using a value",
        FaultClass.Assignment,
        rationale: "The variable begins with the zero of its type, because nobody thought of what it must begin with. "
            + "Zero is right for many counts and sums, and so it looks right here.",
        before: """
            int least = int.MaxValue, most = -1;
            return least + most;
            """,
        after: """
            int least = int.MaxValue, most = default;
            return least + most;
            """,
        fieldCount: 15,
        constraints: ["C02", "C03", "C04", "C05", "C06"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(VariableDeclaratorSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node is { Initializer.Value: var value, Parent.Parent: LocalDeclarationStatementSyntax { IsConst: false } statement }
            && statement.UsingKeyword.RawKind == 0
            && InitialValue.IsLiteral(value)
            && Placement.IsNotAlone(statement)
            && Placement.IsOutsideLoops(statement)
            && InitialValue.Missing(node, model, cancel) is { } missing)
        {
            yield return Site(
                node, $"drop initial value {Excerpt.Of(value)} of {node.Identifier.ValueText}", new TextChange(value.Span, missing));
        }
    }
}
