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
        rationale: "The handler is empty, forgets to pass the error on, or takes errors that are not its own. "
            + "What happens after an error is seldom tried.",
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
        origin: FaultOrigin.DotNet,
        provenance: "proposed here for C#; "
            + "92 % of the catastrophic failures of five distributed systems stem from wrong handling of errors that were not fatal (Yuan et al., OSDI 2014)");

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

        foreach (var rethrow in Rethrows(node))
        {
            yield return Own(node, $"{node.Block.DescendantNodes().OfType<ThrowStatementSyntax>().ToList().IndexOf(rethrow)} anew", $"throw {node.Declaration!.Identifier} anew in {Head(node)}",
                new TextChange(new TextSpan(rethrow.ThrowKeyword.Span.End, 0), $" {node.Declaration.Identifier}"));
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
            if (Sibling(declaration, node, statement, model, cancel) is { } sibling)
            {
                var other = sibling.ToMinimalDisplayString(model, declaration.SpanStart);
                yield return Own(node, "sibling", $"catch {other} instead of {declaration.Type}", new TextChange(declaration.Type.Span, other));
            }

            var wider = all.ToMinimalDisplayString(model, declaration.SpanStart);
            yield return Own(node, "wider", $"catch {wider} instead of {declaration.Type}", new TextChange(declaration.Type.Span, wider));
        }
    }

    private InjectionSite Own(CatchClauseSyntax node, string what, string change, TextChange edit) =>
        Site(node.Span, $"{GoldenText.Of(node)} {what}", change, edit);

    // `throw e;` throws the same exception and forgets where it came from.
    private static IEnumerable<ThrowStatementSyntax> Rethrows(CatchClauseSyntax node) => node.Declaration is { Identifier.RawKind: not 0 }
        ? node.Block.DescendantNodes(inner => inner is not (CatchClauseSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .OfType<ThrowStatementSyntax>().Where(each => each.Expression is null)
        : [];

    // The next exception of the same kind in the same namespace, by name; what an earlier clause takes already would be an error.
    private static INamedTypeSymbol? Sibling(
        CatchDeclarationSyntax declaration, CatchClauseSyntax node, TryStatementSyntax statement, SemanticModel model, CancellationToken cancel)
    {
        if (model.GetTypeInfo(declaration.Type, cancel).Type is not INamedTypeSymbol { Arity: 0, ContainingType: null, BaseType: { } kind } type)
        {
            return null;
        }

        var caught = statement.Catches.TakeWhile(each => each != node)
            .Where(each => each.Filter is null && each.Declaration is not null)
            .Select(each => model.GetTypeInfo(each.Declaration!.Type, cancel).Type!).ToList();
        var siblings = type.ContainingNamespace.GetTypeMembers()
            .Where(each => SymbolEqualityComparer.Default.Equals(each.BaseType, kind)
                && SymbolEqualityComparer.Default.Equals(each.ContainingAssembly, type.ContainingAssembly)
                && each is { Arity: 0, IsAbstract: false, IsStatic: false }
                && each.GetAttributes().All(attribute => attribute.AttributeClass?.Name != "ObsoleteAttribute")
                && model.IsAccessible(declaration.SpanStart, each))
            .OrderBy(each => each.Name, StringComparer.Ordinal).ToList();
        return siblings.SkipWhile(each => string.CompareOrdinal(each.Name, type.Name) <= 0)
            .Concat(siblings.TakeWhile(each => string.CompareOrdinal(each.Name, type.Name) < 0))
            .FirstOrDefault(each => !caught.Any(earlier => model.Compilation.ClassifyCommonConversion(each, earlier).IsImplicit));
    }

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
