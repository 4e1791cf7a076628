using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-CATCH: the programmer handled an error wrongly: too much of it, or not at all.</summary>
public sealed class WrongErrorHandling : FaultOperator<CatchClauseSyntax>
{
    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-CATCH",
        name: "wrong handling of a caught exception",
        FaultClass.Checking,
        rationale: "What happens after an error is seldom tried: the handler is empty, forgets to pass the error on, or takes errors that are not its own.",
        before: """
            try
            {
                return File.ReadAllText("a");
            }
            catch (IOException)
            {
                return "";
            }
            """,
        after: """
            try
            {
                return File.ReadAllText("a");
            }
            catch (Exception)
            {
                return "";
            }
            """,
        origin: FaultOrigin.DotNet);

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(CatchClauseSyntax node, SemanticModel model, CancellationToken cancel)
    {
        var statement = (TryStatementSyntax)node.Parent!;
        var body = node.Block.Statements;
        if (body.Count > 0 && MayRunOn(node, statement, model, cancel))
        {
            yield return Own(node, "empty", $"drop the statements of {Head(node)}", Removal.Of(body[0], body.Last()));
            if (body.Count > 1 && body.Last() is ThrowStatementSyntax { Expression: null } rethrow)
            {
                yield return Own(node, "throw", $"do not throw again in {Head(node)}", Removal.Of(rethrow));
            }
        }

        if (node.Filter is { } filter && MayTakeMore(node, statement, model, cancel) && !Dependence.OnExpression(filter.FilterExpression, model, cancel))
        {
            var removed = TextSpan.FromBounds(filter.GetFirstToken().GetPreviousToken().Span.End, filter.Span.End);
            yield return Own(node, "filter", $"drop when ({Excerpt.Of(filter.FilterExpression)})", new TextChange(removed, ""));
        }

        if (node.Declaration is { } declaration
            && statement.Catches.Last() == node
            && model.Compilation.GetTypeByMetadataName("System.Exception") is { } all
            && !SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(declaration.Type, cancel).Type, all)
            && !IsNamed(declaration, node))
        {
            var wider = all.ToMinimalDisplayString(model, declaration.SpanStart);
            yield return Own(node, "wider", $"catch {wider} instead of {declaration.Type}", new TextChange(declaration.Type.Span, wider));
        }
    }

    private InjectionSite Own(CatchClauseSyntax node, string what, string change, TextChange edit) =>
        Site(node.Span, $"{GoldenText.Of(node)} {what}", change, edit);

    // The handler's end is reached now: nothing may rest on its leaving, nor on what it assigns.
    private static bool MayRunOn(CatchClauseSyntax node, TryStatementSyntax statement, SemanticModel model, CancellationToken cancel)
    {
        if (node.Block.Statements.Any(each => Dependence.OnStatement(each, model, cancel)))
        {
            return false;
        }

        return model.AnalyzeControlFlow(node.Block) is { Succeeded: true, EndPointIsReachable: true }
            || (model.AnalyzeControlFlow(statement) is { Succeeded: true, EndPointIsReachable: true } && !Dependence.OnStatement(statement, model, cancel));
    }

    // Without its filter the clause hides the later ones for the same exceptions, which is an error.
    private static bool MayTakeMore(CatchClauseSyntax node, TryStatementSyntax statement, SemanticModel model, CancellationToken cancel)
    {
        var type = node.Declaration is { } declaration ? model.GetTypeInfo(declaration.Type, cancel).Type : null;
        return statement.Catches.SkipWhile(each => each != node).Skip(1).All(later =>
            type is not null
            && (later.Declaration is not { } other
                || (model.GetTypeInfo(other.Type, cancel).Type is { } handled
                    && !model.Compilation.ClassifyCommonConversion(handled, type).IsImplicit)));
    }

    private static bool IsNamed(CatchDeclarationSyntax declaration, CatchClauseSyntax node) => declaration.Identifier.RawKind != 0
        && node.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == declaration.Identifier.ValueText);

    private static string Head(CatchClauseSyntax node) => node.Declaration is { } declaration ? $"catch ({declaration.Type})" : "catch";
}
