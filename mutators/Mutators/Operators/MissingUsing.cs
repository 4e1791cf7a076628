using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-USING: the programmer did not release what was opened.</summary>
public sealed class MissingUsing : FaultOperator<StatementSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-USING",
        name: "missing release of a resource",
        FaultClass.Algorithm,
        rationale: "Releasing a resource changes no result, so leaving it out fails no test. "
            + "It shows when there are too many of them, or when somebody waits for one.",
        before: """
            using var text = new StringWriter();
            text.Write(1);
            return text.ToString();
            """,
        after: """
            var text = new StringWriter();
            text.Write(1);
            return text.ToString();
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(StatementSyntax node, SemanticModel model, CancellationToken cancel)
    {
        if (node is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } declaration)
        {
            var keywords = TextSpan.FromBounds(declaration.SpanStart, declaration.Declaration.SpanStart);
            yield return Site(node, $"do not release {Excerpt.Of(declaration.Declaration)}", new TextChange(keywords, ""));
        }
        else if (node is UsingStatementSyntax { Statement: BlockSyntax block } scope && Kept(scope, model) is { } kept)
        {
            var head = TextSpan.FromBounds(scope.SpanStart, block.SpanStart);
            SyntaxNode resource = scope.Declaration is { } declared ? declared : scope.Expression!;
            yield return Site(
                node.Span,
                GoldenText.Of(node),
                $"do not release {Excerpt.Of(resource)}",
                kept.Length == 0
                    ? [new TextChange(head, "")]
                    : [new TextChange(head, ""), new TextChange(new TextSpan(block.OpenBraceToken.Span.End, 0), Indentation(block) + kept)]);
        }
    }

    // What the head does beside releasing; nothing where it only names what was opened before. Null where that is no statement.
    private static string? Kept(UsingStatementSyntax scope, SemanticModel model) => scope switch
    {
        { Declaration: { } declaration } => $"{declaration};",
        { Expression: IdentifierNameSyntax or MemberAccessExpressionSyntax or ThisExpressionSyntax } => "",
        { Expression: InvocationExpressionSyntax or ObjectCreationExpressionSyntax } when model.LookupSymbols(scope.SpanStart, name: "_").IsEmpty
            && !Dependence.DeclaresVariables(scope.Expression) => $"_ = {scope.Expression};",
        _ => null,
    };

    // The line break and blanks before the block's first statement, or the blank of a block on one line.
    private static string Indentation(BlockSyntax block)
    {
        var text = block.SyntaxTree.GetText();
        var next = block.OpenBraceToken.GetNextToken();
        var (brace, line) = (text.Lines.GetLineFromPosition(block.OpenBraceToken.SpanStart), text.Lines.GetLineFromPosition(next.SpanStart));
        return brace.LineNumber == line.LineNumber || next.IsKind(SyntaxKind.CloseBraceToken)
            ? " "
            : text.ToString(TextSpan.FromBounds(brace.End, brace.EndIncludingLineBreak)) + text.ToString(TextSpan.FromBounds(line.Start, next.SpanStart));
    }
}
