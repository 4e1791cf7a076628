using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>The value in a declaration, constraint C04, and what stands there when it is missing.</summary>
internal static class InitialValue
{
    /// <summary>A literal, also a negative one: no call, operator, member, variable or conditional.</summary>
    public static bool IsLiteral(ExpressionSyntax value) => value switch
    {
        PrefixUnaryExpressionSyntax minus => minus.IsKind(SyntaxKind.UnaryMinusExpression) && minus.Operand is LiteralExpressionSyntax,
        _ => value is LiteralExpressionSyntax,
    };

    /// <summary>
    /// What the declaration says without its value: <c>default</c>, since C# accepts a variable without any only where nobody reads it
    /// before an assignment, and then nothing would be wrong. Null where the value is the default already.
    /// </summary>
    public static string? Missing(VariableDeclaratorSyntax declarator, SemanticModel model, CancellationToken cancel)
    {
        if (model.GetDeclaredSymbol(declarator, cancel) is not ILocalSymbol { RefKind: RefKind.None, Type: var type }
            || model.GetConstantValue(declarator.Initializer!.Value, cancel) is not { HasValue: true, Value: var value }
            || IsDefault(value, type))
        {
            return null;
        }

        var position = declarator.SpanStart;
        var isInferred = declarator.Parent is VariableDeclarationSyntax { Type.IsVar: true };
        var isForgiven = type.IsReferenceType && model.GetNullableContext(position).WarningsEnabled()
            && (isInferred || type.NullableAnnotation != NullableAnnotation.Annotated);
        var plain = type.WithNullableAnnotation(NullableAnnotation.None);
        var text = isInferred ? $"default({plain.ToMinimalDisplayString(model, position)})" : "default";
        return isForgiven ? text + "!" : text;
    }

    /// <summary>Whether a variable of the type has the value anyway. The zero of an object or of a nullable number is null, not 0.</summary>
    public static bool IsDefault(object? value, ITypeSymbol type) => value is null
        || (!type.IsReferenceType
            && type.OriginalDefinition.SpecialType != SpecialType.System_Nullable_T
            && value.Equals(Activator.CreateInstance(value.GetType())));
}
