using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
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
    private static readonly ConditionalWeakTable<SemanticModel, ConcurrentDictionary<StatementSyntax, bool>> Answers = new();

    /// <summary>Whether other code needs the statements from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static bool OnStatements(StatementSyntax first, StatementSyntax last, SemanticModel model, CancellationToken cancel)
    {
        var span = TextSpan.FromBounds(first.SpanStart, last.Span.End);
        var statements = Placement.ListOf(first) is { } list ? list.Where(each => span.Contains(each.Span)) : [first];
        return statements.Any(each => DeclaresForOthers(each, span, model, cancel) || HoldsTheOnlyYield(each, span) || MayCompleteStruct(each))
            || (statements.Any(each => MayAssignFirst(each, model, cancel)) && ValuesFlowOut(model.AnalyzeDataFlow(first, last)));
    }

    /// <summary>Whether other code needs the statement.</summary>
    public static bool OnStatement(StatementSyntax statement, SemanticModel model, CancellationToken cancel)
    {
        // Several operators ask the same of a statement, one right after the other.
        var answers = Answers.GetOrCreateValue(model);
        if (!answers.TryGetValue(statement, out var answer))
        {
            answer = IsNeeded(statement, model, cancel);
            answers.TryAdd(statement, answer);
        }

        return answer;
    }

    private static bool IsNeeded(StatementSyntax statement, SemanticModel model, CancellationToken cancel) =>
        DeclaresForOthers(statement, statement.Span, model, cancel)
        || HoldsTheOnlyYield(statement, statement.Span)
        || MayCompleteStruct(statement)
        || (MayAssignFirst(statement, model, cancel) && ValuesFlowOut(model.AnalyzeDataFlow(statement)));

    /// <summary>Whether other code needs the expression.</summary>
    public static bool OnExpression(ExpressionSyntax expression, SemanticModel model, CancellationToken cancel) =>
        DeclaresForOthers(expression, expression.Span, model, cancel)
        || (MayAssignFirst(expression, model, cancel) && ValuesFlowOut(model.AnalyzeDataFlow(expression)));

    /// <summary>Whether other code names a variable that the pattern declares.</summary>
    public static bool OnPattern(PatternSyntax pattern, SemanticModel model, CancellationToken cancel) =>
        DeclaresForOthers(pattern, pattern.Span, model, cancel);

    /// <summary>
    /// Whether code needs what stands before <paramref name="kept"/> in an IF, when that part of it runs always: the condition, and
    /// the THEN part where the ELSE part is kept. What the kept part assigns before it reads does not depend on the condition.
    /// </summary>
    public static bool OnGuard(IfStatementSyntax statement, StatementSyntax kept, SemanticModel model, CancellationToken cancel)
    {
        var removed = TextSpan.FromBounds(statement.SpanStart, kept.SpanStart);
        if (DeclaresForOthers(statement.Condition, removed, model, cancel) || MayCompleteStruct(kept == statement.Statement ? statement.Condition : statement) || (kept != statement.Statement && HoldsTheOnlyYield(statement.Statement, removed)))
        {
            return true;
        }

        if (!MayAssignFirst(statement.Condition, model, cancel))
        {
            return false;
        }

        var (condition, part, whole) = (
            model.AnalyzeDataFlow(statement.Condition), model.AnalyzeDataFlow(kept), model.AnalyzeDataFlow(statement));
        return condition is not { Succeeded: true } || part is not { Succeeded: true } || whole is not { Succeeded: true }
            || FirstAssigned(condition).Any(variable => Holds(part.DataFlowsIn, variable)
                || (IsReadOutside(whole, variable) && !Holds(part.AlwaysAssigned, variable)));
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
            var uses = BodyIndex.Of(scope).Named(name).Where(use => !removed.Contains(use.Span));
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

    // Before C# 11 the constructor of a struct had to give each field its value, and data flow does not tell them apart.
    private static bool MayCompleteStruct(SyntaxNode part) =>
        part.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: < LanguageVersion.CSharp11 }
        && Body.Outermost(part) is ConstructorDeclarationSyntax { Parent: TypeDeclarationSyntax type }
        && (type is StructDeclarationSyntax || type.IsKind(SyntaxKind.RecordStructDeclaration))
        && part.DescendantNodesAndSelf().Any(node => node is AssignmentExpressionSyntax
            or ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.OutKeyword });

    // Syntax first: only a write to a variable whose declaration leaves it without a value can be the first one.
    private static bool MayAssignFirst(SyntaxNode part, SemanticModel model, CancellationToken cancel) =>
        Writes.In(part).Any(name => model.GetSymbolInfo(name, cancel).Symbol switch
        {
            ILocalSymbol local => !IsAssignedThroughoutItsScope(local, name, cancel),
            IParameterSymbol parameter => parameter.RefKind == RefKind.Out,
            _ => false,
        });

    /// <summary>Whether the local has a value wherever it can be named, as far as its declaration alone tells.</summary>
    // The declaration in `switch (k) { case 1: int x = 0; break; case 2: x = 1; ... }` gives the second section no value.
    internal static bool IsAssignedThroughoutItsScope(ILocalSymbol local, SyntaxNode use, CancellationToken cancel)
    {
        if (local.DeclaringSyntaxReferences is not [var reference])
        {
            return false;
        }

        var declaration = reference.GetSyntax(cancel);
        return declaration is VariableDeclaratorSyntax { Initializer: not null } or CommonForEachStatementSyntax or CatchDeclarationSyntax
            && (declaration.FirstAncestorOrSelf<StatementSyntax>() is not { Parent: SwitchSectionSyntax section } || section.Span.Contains(use.Span));
    }

    /// <summary>
    /// Whether a value from inside may be read outside while nothing assigns the variable before: without the region, that read is an
    /// error. A region that cannot be analysed counts as needed.
    /// </summary>
    private static bool ValuesFlowOut(DataFlowAnalysis? flow) =>
        flow is not { Succeeded: true } || FirstAssigned(flow).Any(variable => IsReadOutside(flow, variable));

    private static IEnumerable<ISymbol> FirstAssigned(DataFlowAnalysis flow) => flow.WrittenInside
        .Where(variable => !Holds(flow.DefinitelyAssignedOnEntry, variable) && !Holds(flow.VariablesDeclared, variable));

    // When a lambda reads the variable is unknown, so a captured one counts as read.
    private static bool IsReadOutside(DataFlowAnalysis flow, ISymbol variable) =>
        Holds(flow.DataFlowsOut, variable) || Holds(flow.Captured, variable);

    private static bool Holds(ImmutableArray<ISymbol> symbols, ISymbol symbol) =>
        symbols.Contains(symbol, SymbolEqualityComparer.Default);
}
