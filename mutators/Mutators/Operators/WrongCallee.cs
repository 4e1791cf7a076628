using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Constraints;

namespace Mutators.Operators;

/// <summary>N-CALLEE: the programmer called another method that takes and gives the same.</summary>
public sealed class WrongCallee : FaultOperator<InvocationExpressionSyntax>
{
    private static readonly ConditionalWeakTable<SemanticModel, TwinsOfMethods> Twins = new();

    /// <inheritdoc/>
    public override FaultDefinition Definition { get; } = new(
        id: "N-CALLEE",
        name: "wrong method of the same signature called",
        FaultClass.Interface,
        rationale: "Methods that take and give the same have names that are easily mixed up, and the compiler cannot tell them apart. "
            + "They often do nearly the same, so simple input gives the same result.",
        before: """
            var text = Environment.NewLine;
            return text.TrimStart('a');
            """,
        after: """
            var text = Environment.NewLine;
            return text.Trim('a');
            """,
        origin: FaultOrigin.DotNet,
        provenance: "proposed here for C#; `Wrong Function Name` of ManySStuBs4J (Karampatsis and Sutton, MSR 2020)");

    /// <inheritdoc/>
    protected override IEnumerable<InjectionSite> SitesAt(InvocationExpressionSyntax node, SemanticModel model, CancellationToken cancel)
    {
        var name = node.Expression switch
        {
            IdentifierNameSyntax simple => simple,
            MemberAccessExpressionSyntax { Expression: not BaseExpressionSyntax, Name: IdentifierNameSyntax member } => member,
            _ => null,
        };
        if (name is not null
            && node.ArgumentList.Arguments.All(argument => argument.NameColon is null)
            && model.GetSymbolInfo(node, cancel).Symbol is IMethodSymbol { MethodKind: MethodKind.Ordinary, IsGenericMethod: false } method
            && Nearest(node, name, method, model, cancel) is { } other)
        {
            var text = SyntaxFacts.GetKeywordKind(other.Name) == SyntaxKind.None ? other.Name : "@" + other.Name;
            yield return Site(node, $"call {text} instead of {name}", new TextChange(name.Span, text));
        }
    }

    // The most similar name, and of equally similar ones the first declared: what a programmer or a completion list mixes up.
    private static IMethodSymbol? Nearest(
        InvocationExpressionSyntax call, IdentifierNameSyntax name, IMethodSymbol method, SemanticModel model, CancellationToken cancel) =>
        Twins.GetOrCreateValue(model).GetOrAdd(method, TwinsOf).FirstOrDefault(other => !IsAround(call, other, model, cancel)
            && model.IsAccessible(name.SpanStart, other)
            && Binds(call, name, other, model, cancel));

    private static IMethodSymbol[] TwinsOf(IMethodSymbol method) =>
    [
        .. method.ContainingType.GetMembers().OfType<IMethodSymbol>()
            .Where(other => other.Name != method.Name && other.Parameters.Length == method.Parameters.Length && IsSimilar(other.Name, method.Name) && HasSignatureOf(method, other))
            .OrderBy(other => Distance(other.Name, method.Name)),
    ];

    private static bool HasSignatureOf(IMethodSymbol method, IMethodSymbol other) =>
        other is { MethodKind: MethodKind.Ordinary, IsGenericMethod: false, CanBeReferencedByName: true }
        && other.IsStatic == method.IsStatic
        && other.DeclaredAccessibility == method.DeclaredAccessibility
        && other.RefKind == method.RefKind
        && other.IsReadOnly == method.IsReadOnly
        && SymbolEqualityComparer.IncludeNullability.Equals(other.ReturnType, method.ReturnType)
        && other.Parameters.Length == method.Parameters.Length
        && other.Parameters.Zip(method.Parameters, AreAlike).All(alike => alike)
        && other.GetAttributes().All(attribute => attribute.AttributeClass?.Name is not ("ObsoleteAttribute" or "ConditionalAttribute" or "RequiresPreviewFeaturesAttribute"));

    private static bool AreAlike(IParameterSymbol one, IParameterSymbol other) => one.RefKind == other.RefKind
        && one.IsParams == other.IsParams
        && one.IsOptional == other.IsOptional
        && one.ScopedKind == other.ScopedKind
        && SymbolEqualityComparer.Default.Equals(one.Type, other.Type);

    // A method that calls itself by mistake does not come back: nobody ships that.
    private static bool IsAround(InvocationExpressionSyntax call, IMethodSymbol other, SemanticModel model, CancellationToken cancel) =>
        call.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } around
        && SymbolEqualityComparer.Default.Equals(model.GetDeclaredSymbol(around, cancel), other.OriginalDefinition);

    // The arguments choose among the overloads of the other name too; where there are none, a value of the type itself knows no other.
    private static bool Binds(InvocationExpressionSyntax call, IdentifierNameSyntax name, IMethodSymbol other, SemanticModel model, CancellationToken cancel) =>
        (call.Expression is MemberAccessExpressionSyntax { Expression: var owner }
            && other.ContainingType.GetMembers(other.Name).Length == 1
            && SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(owner, cancel).Type, other.ContainingType))
        || SymbolEqualityComparer.Default.Equals(
            model.GetSpeculativeSymbolInfo(
                call.SpanStart, call.ReplaceNode(name, SyntaxFactory.IdentifierName(other.Name)), SpeculativeBindingOption.BindAsExpression).Symbol,
            other);

    // At least a third of the letters are the same: Min and Max, StartsWith and EndsWith, but not Remove and TryGetValue.
    private static bool IsSimilar(string one, string other) => 3 * Distance(one, other) <= 2 * Math.Max(one.Length, other.Length);

    // How many letters must be put in, taken out or exchanged.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[other.Length];
    }

    /// <summary>The methods that each called one can be mistaken for, found once in a tree.</summary>
    private sealed class TwinsOfMethods() : ConcurrentDictionary<IMethodSymbol, IMethodSymbol[]>(SymbolEqualityComparer.Default);
}
