using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Operators;

/// <summary>C-REGEX: a pattern that matches more, or less.</summary>
public sealed class ChangedRegex : FaultOperator<LiteralExpressionSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "C-REGEX",
        name: "regular expression changed",
        FaultClass.Algorithm,
        rationale: "A pattern is written once and tried with a text or two. A test with one text does not notice what else the pattern matches.",
        before: """
            return System.Text.RegularExpressions.Regex.IsMatch(Environment.NewLine, "^a");
            """,
        after: """
            return System.Text.RegularExpressions.Regex.IsMatch(Environment.NewLine, "a");
            """,
        origin: FaultOrigin.Classic,
        provenance: "mutation testing; mutator Regex of Stryker.NET");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(LiteralExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node.IsKind(SyntaxKind.StringLiteralExpression)
            && node.Parent is ArgumentSyntax { Parent: ArgumentListSyntax { Parent: { } call } list } argument
            && model.GetSymbolInfo(call, cancel).Symbol is IMethodSymbol { ContainingType.Name: "Regex" } method
            && ParameterOf(argument, list, method) == "pattern")
        {
            foreach (var (what, place) in Places)
            {
                var found = place.Match(node.Token.Text);
                if (found.Success)
                {
                    var letter = found.Groups["class"];
                    var (group, text) = letter.Success
                        ? (letter, char.IsLower(letter.Value[0]) ? letter.Value.ToUpperInvariant() : letter.Value.ToLowerInvariant())
                        : (found.Groups["drop"], "");
                    yield return Site(node.Span, $"{GoldenText.Of(call)} {what}", $"{what} in {Excerpt.Of(node)}", new TextChange(new TextSpan(node.SpanStart + group.Index, group.Length), text));
                }
            }
        }
    }

    // On the literal's own text, regular or verbatim.
    private static readonly (string What, Regex Place)[] Places =
    [
        ("drop ^", new Regex("^@?\"(?<drop>\\^)")),
        ("turn a class round", new Regex(@"(?<=[^\\]|^@?.)\\{1,2}(?<class>[dDwWsS])")),
        ("drop $", new Regex(@"(?<=[^\\])(?<drop>\$)""$")),
    ];

    private static string? ParameterOf(ArgumentSyntax argument, ArgumentListSyntax list, IMethodSymbol method)
    {
        var index = list.Arguments.IndexOf(argument);
        return argument.NameColon?.Name.Identifier.ValueText ?? (index < method.Parameters.Length ? method.Parameters[index].Name : null);
    }
}
