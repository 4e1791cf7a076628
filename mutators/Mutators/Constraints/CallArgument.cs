using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>A value passed to a call or a constructor: what the faults of class Interface concern.</summary>
internal static class CallArgument
{
    /// <summary>The call that the argument is passed to by value; null for ref, out and in, and where no call is made.</summary>
    public static ExpressionSyntax? CallOf(ArgumentSyntax argument) => argument.RefKindKeyword.RawKind == 0
        && argument.Parent?.Parent is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax
            ? argument.Parent.Parent as ExpressionSyntax
            : null;

    /// <summary>The called name as people say it.</summary>
    public static string CalleeOf(ExpressionSyntax call) => call switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } => member.Name.Identifier.ValueText,
        InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax member } => member.Name.Identifier.ValueText,
        InvocationExpressionSyntax { Expression: SimpleNameSyntax name } => name.Identifier.ValueText,
        ObjectCreationExpressionSyntax creation => $"new {Excerpt.Of(creation.Type)}",
        _ => "new",
    };

    /// <summary>What tells the argument from an equal one: the callee, the position and the argument.</summary>
    public static string IdentityOf(ArgumentSyntax argument, ExpressionSyntax call)
    {
        var position = ((BaseArgumentListSyntax)argument.Parent!).Arguments.IndexOf(argument);
        return $"{CalleeOf(call)} {position} {GoldenText.Of(argument)}";
    }

    /// <summary>
    /// Whether the call still means the same method when <paramref name="replaced"/> becomes <paramref name="replacement"/>. Another
    /// overload would be another fault, and a call that no longer binds would be none.
    /// </summary>
    public static bool StillBinds(
        ExpressionSyntax call, ExpressionSyntax replaced, ExpressionSyntax replacement, SemanticModel model, CancellationToken cancel)
    {
        var before = model.GetTypeInfo(replaced, cancel).Type;
        if (SymbolEqualityComparer.Default.Equals(before, model.GetTypeInfo(replacement, cancel).Type)
            && model.GetConstantValue(replaced, cancel).HasValue == model.GetConstantValue(replacement, cancel).HasValue
            && !model.GetConstantValue(replacement, cancel).HasValue)
        {
            return true;
        }

        // A call behind `?.` and a `new` without a type mean nothing when they stand alone.
        if (call is ImplicitObjectCreationExpressionSyntax || call.DescendantNodes().Any(node => node is MemberBindingExpressionSyntax))
        {
            return false;
        }

        var changed = call.ReplaceNode(replaced, replacement.WithTriviaFrom(replaced));
        var after = model.GetSpeculativeSymbolInfo(call.SpanStart, changed, SpeculativeBindingOption.BindAsExpression).Symbol;
        return after is not null && SymbolEqualityComparer.Default.Equals(after, model.GetSymbolInfo(call, cancel).Symbol);
    }
}
