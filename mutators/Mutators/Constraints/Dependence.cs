using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>
/// Whether the code around a construct needs it to compile: a variable that it declares is named elsewhere (CS0103), a value that it
/// assigns is read elsewhere without another assignment (CS0165, CS0177), or its <c>yield</c> makes the body an iterator (CS0161).
/// A fault that the compiler finds is not a residual fault.
/// </summary>
/// <remarks>
/// The syntactic questions come first; data flow is analysed only for a construct that writes a variable without a value of its own.
/// </remarks>
internal static class Dependence
{
    /// <summary>Whether other code needs the statements from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static bool OnStatements(StatementSyntax first, StatementSyntax last, SemanticModel model, CancellationToken cancel)
    {
        var span = TextSpan.FromBounds(first.SpanStart, last.Span.End);
        var statements = Placement.ListOf(first) is { } list ? list.Where(each => span.Contains(each.Span)) : [first];
        return statements.Any(each => DeclaresForOthers(each, span, model, cancel) || HoldsTheOnlyYield(each, span))
            || (statements.Any(each => MayAssignFirst(each, model, cancel)) && ValuesFlowOut(model.AnalyzeDataFlow(first, last)));
    }

    /// <summary>Whether other code needs the statement.</summary>
    public static bool OnStatement(StatementSyntax statement, SemanticModel model, CancellationToken cancel) =>
        DeclaresForOthers(statement, statement.Span, model, cancel)
        || HoldsTheOnlyYield(statement, statement.Span)
        || (MayAssignFirst(statement, model, cancel) && ValuesFlowOut(model.AnalyzeDataFlow(statement)));

    /// <summary>Whether other code needs the expression.</summary>
    /// <param name="expression">A condition, or a part of one.</param>
    /// <param name="next">
    /// The statement that always runs once the condition is gone; what it assigns before it reads does not depend on the condition.
    /// </param>
    /// <param name="model">The semantic model of the tree.</param>
    /// <param name="cancel">Stops the search.</param>
    public static bool OnExpression(ExpressionSyntax expression, StatementSyntax? next, SemanticModel model, CancellationToken cancel)
    {
        if (DeclaresForOthers(expression, expression.Span, model, cancel))
        {
            return true;
        }

        if (!MayAssignFirst(expression, model, cancel))
        {
            return false;
        }

        var needed = FlowingOut(model.AnalyzeDataFlow(expression));
        if (needed is null or { Count: 0 } || next is null)
        {
            return needed is not { Count: 0 };
        }

        var flow = model.AnalyzeDataFlow(next);
        return flow is not { Succeeded: true } ||
            !needed.All(variable => flow.AlwaysAssigned.Contains(variable, SymbolEqualityComparer.Default)
                && !flow.DataFlowsIn.Contains(variable, SymbolEqualityComparer.Default));
    }

    /// <summary>Whether the code declares pattern or out variables that become visible around it when it stands without braces.</summary>
    public static bool DeclaresVariables(SyntaxNode part) => Body.OwnNodes(part).Any(node => node is SingleVariableDesignationSyntax);

    private static bool DeclaresForOthers(SyntaxNode part, TextSpan removed, SemanticModel model, CancellationToken cancel)
    {
        SyntaxNode? scope = null;
        foreach (var declaration in Declarations(part))
        {
            var name = declaration is VariableDeclaratorSyntax declarator
                ? declarator.Identifier.ValueText
                : ((SingleVariableDesignationSyntax)declaration).Identifier.ValueText;
            scope ??= Body.Outermost(part);
            var uses = scope.DescendantNodes().OfType<IdentifierNameSyntax>()
                .Where(use => use.Identifier.ValueText == name && !removed.Contains(use.Span));
            var variable = model.GetDeclaredSymbol(declaration, cancel);
            if (uses.Any(use => SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(use, cancel).Symbol, variable)))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<SyntaxNode> Declarations(SyntaxNode part) => part is LocalDeclarationStatementSyntax local
        ? Body.OwnNodes(part).OfType<SingleVariableDesignationSyntax>().Concat<SyntaxNode>(local.Declaration.Variables)
        : Body.OwnNodes(part).OfType<SingleVariableDesignationSyntax>();

    private static bool HoldsTheOnlyYield(SyntaxNode part, TextSpan removed) =>
        Body.OwnNodes(part).Any(node => node is YieldStatementSyntax) &&
        !Body.OwnNodes(Body.Of(part)).Any(node => node is YieldStatementSyntax && !removed.Contains(node.Span));

    // Syntax first: only a write to a variable whose declaration leaves it without a value can be the first one.
    private static bool MayAssignFirst(SyntaxNode part, SemanticModel model, CancellationToken cancel) =>
        Writes.In(part).Any(name => model.GetSymbolInfo(name, cancel).Symbol switch
        {
            ILocalSymbol local => !IsAssignedThroughoutItsScope(local, name, cancel),
            IParameterSymbol parameter => parameter.RefKind == RefKind.Out,
            _ => false,
        });

    // The declaration in `switch (k) { case 1: int x = 0; break; case 2: x = 1; ... }` gives the second section no value.
    private static bool IsAssignedThroughoutItsScope(ILocalSymbol local, SyntaxNode use, CancellationToken cancel)
    {
        if (local.DeclaringSyntaxReferences is not [var reference])
        {
            return false;
        }

        var declaration = reference.GetSyntax(cancel);
        return declaration is VariableDeclaratorSyntax { Initializer: not null } or CommonForEachStatementSyntax or CatchDeclarationSyntax
            && (declaration.FirstAncestorOrSelf<StatementSyntax>() is not { Parent: SwitchSectionSyntax section } || section.Span.Contains(use.Span));
    }

    private static bool ValuesFlowOut(DataFlowAnalysis? flow) => FlowingOut(flow) is not { Count: 0 };

    /// <summary>
    /// The variables whose value from inside may be read outside while nothing assigns them before: without the region, that read
    /// is an error. Null when the region cannot be analysed. For a captured variable the order of reads is unknown, so it counts.
    /// </summary>
    private static List<ISymbol>? FlowingOut(DataFlowAnalysis? flow) => flow is not { Succeeded: true }
        ? null
        :
        [
            .. flow.WrittenInside
                .Where(variable => !flow.DefinitelyAssignedOnEntry.Contains(variable, SymbolEqualityComparer.Default))
                .Where(variable => !flow.VariablesDeclared.Contains(variable, SymbolEqualityComparer.Default))
                .Where(variable => flow.DataFlowsOut.Contains(variable, SymbolEqualityComparer.Default)
                    || flow.Captured.Contains(variable, SymbolEqualityComparer.Default)),
        ];
}
