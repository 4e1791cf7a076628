using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>WPFV: the programmer passed another variable of the same type.</summary>
public sealed class WrongVariableInParameter : FaultOperator<ArgumentSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "WPFV",
        name: "wrong variable used in parameter of function call",
        FaultClass.Interface,
        rationale: "Two variables of one type are easily mixed up, and the compiler cannot tell them apart. "
            + "The value passed is a plausible one, and where the two agree nothing shows.",
        before: """
            int first = 1, second = 2;
            return Math.Abs(second);
            """,
        after: """
            int first = 1, second = 2;
            return Math.Abs(first);
            """,
        fieldCount: 11,
        constraints: ["C03", "C11"]);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(ArgumentSyntax node, SemanticModel model, CancellationToken cancel)
    {
        // The same type and no constant on either side: overload resolution cannot see the difference.
        if (node.Expression is IdentifierNameSyntax name
            && CallArgument.CallOf(node) is { } call
            && StackVariable.NamedBy(name, model, cancel) is { Symbol: var variable }
            && VisibleVariables.FirstOther(name, variable, model, cancel) is { } other)
        {
            var text = SyntaxFacts.GetKeywordKind(other.Name) == SyntaxKind.None ? other.Name : "@" + other.Name;
            yield return Site(
                node.Span,
                CallArgument.IdentityOf(node, call),
                $"pass {text} instead of {name} to {CallArgument.CalleeOf(call)}",
                new TextChange(name.Span, text));
        }
    }
}
