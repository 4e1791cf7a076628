using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>
/// The one wrong constant that takes a right one's place: integers and characters with their low eight bits inverted, the other
/// boolean, another declared member of an enumeration, the negative of a floating-point number, the empty string for any other.
/// Written as a programmer would write it, so that the diff reads like a fault and not like a tool.
/// </summary>
internal static class WrongValue
{
    private const int LowBits = 0xFF;

    /// <summary>The text of the wrong constant, or null where there is none that compiles: <c>null</c> of other types than string.</summary>
    /// <param name="right">The right constant, on the right side of an assignment.</param>
    /// <param name="model">The semantic model of the tree.</param>
    /// <param name="cancel">Stops the search.</param>
    public static string? For(ExpressionSyntax right, SemanticModel model, CancellationToken cancel)
    {
        var info = model.GetTypeInfo(right, cancel);
        var target = Underlying(info.ConvertedType);
        if (target is { TypeKind: TypeKind.Enum })
        {
            return OtherMember((INamedTypeSymbol)target, right, model, cancel);
        }

        if (model.GetConstantValue(right, cancel) is not { HasValue: true, Value: var value })
        {
            return null;
        }

        // A constant that becomes an object keeps its own type, by a suffix or a cast.
        var isTyped = target is not null && IsNumeric(target.SpecialType);
        var type = isTyped ? target!.SpecialType : info.Type?.SpecialType ?? SpecialType.None;
        return value switch
        {
            bool flag => flag ? "false" : "true",
            string text => text.Length > 0 ? "\"\"" : "\" \"",
            null => target is { SpecialType: SpecialType.System_String } ? "\"\"" : null,
            char letter when type == SpecialType.System_Char => SymbolDisplay.FormatLiteral((char)(letter ^ LowBits), quote: true),
            _ when IsIntegral(type) => Inverted(type, value, right, isTyped),
            _ when IsNumeric(type) => Negative(type, value, right, isTyped),
            _ => null,
        };
    }

    private static string Inverted(SpecialType type, object value, ExpressionSyntax right, bool isTyped)
    {
        var bits = value is ulong large ? unchecked((long)large) : Convert.ToInt64(value, CultureInfo.InvariantCulture);
        var inverted = bits ^ LowBits;
        var isHexadecimal = right is LiteralExpressionSyntax { Token.Text: var text } && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var (wrong, suffix) = type switch
        {
            SpecialType.System_SByte => (Written(unchecked((sbyte)inverted), isHexadecimal), ""),
            SpecialType.System_UInt64 => (unchecked((ulong)inverted).ToString(isHexadecimal ? "X" : "D", CultureInfo.InvariantCulture), "UL"),
            SpecialType.System_UInt32 => (Written(unchecked((uint)inverted), isHexadecimal), "U"),
            SpecialType.System_Int64 => (Written(inverted, isHexadecimal), "L"),
            SpecialType.System_UInt16 => (Written(unchecked((ushort)inverted), isHexadecimal), ""),
            SpecialType.System_Byte => (Written(unchecked((byte)inverted), isHexadecimal), ""),
            _ => (Written(inverted, isHexadecimal), ""),
        };
        var digits = (isHexadecimal && !wrong.StartsWith("-", StringComparison.Ordinal) ? "0x" : "") + wrong;
        return isTyped ? digits : suffix.Length > 0 || type == SpecialType.System_Int32 ? digits + suffix : $"({Keyword(type)})({digits})";
    }

    // A negative number has no hexadecimal literal of a signed type.
    private static string Written(long value, bool isHexadecimal) =>
        value.ToString(isHexadecimal && value >= 0 ? "X" : "D", CultureInfo.InvariantCulture);

    private static string? Negative(SpecialType type, object value, ExpressionSyntax right, bool isTyped)
    {
        // -NaN is NaN, and C# has no negative of an unsigned long.
        var number = value is char letter ? letter : Convert.ToDouble(value, CultureInfo.InvariantCulture);
        if (double.IsNaN(number) || value is ulong)
        {
            return null;
        }

        if (number == 0)
        {
            return (isTyped, type) switch
            {
                (true, _) => "1",
                (_, SpecialType.System_Single) => "1f",
                (_, SpecialType.System_Decimal) => "1m",
                _ => "1.0",
            };
        }

        return right switch
        {
            PrefixUnaryExpressionSyntax minus when minus.IsKind(SyntaxKind.UnaryMinusExpression) => minus.Operand.ToString(),
            LiteralExpressionSyntax or NameSyntax or MemberAccessExpressionSyntax or ParenthesizedExpressionSyntax => $"-{right}",
            _ => $"-({right})",
        };
    }

    // The next member in declaration order: neighbours are what one mixes up.
    private static string? OtherMember(INamedTypeSymbol type, ExpressionSyntax right, SemanticModel model, CancellationToken cancel)
    {
        if (model.GetConstantValue(right, cancel) is not { HasValue: true, Value: { } value })
        {
            return null;
        }

        var members = type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue).ToList();
        var present = members.FindIndex(field => field.ConstantValue!.Equals(value));
        var other = members.Skip(present + 1).Concat(members.Take(Math.Max(present, 0)))
            .FirstOrDefault(field => !field.ConstantValue!.Equals(value) && !IsObsolete(field));
        return other is null ? null : right switch
        {
            MemberAccessExpressionSyntax member when model.GetSymbolInfo(member.Expression, cancel).Symbol is ITypeSymbol =>
                $"{member.Expression}.{other.Name}",
            _ => $"{type.ToMinimalDisplayString(model, right.SpanStart)}.{other.Name}",
        };
    }

    private static bool IsObsolete(ISymbol symbol) => symbol.GetAttributes().Any(each => each.AttributeClass?.Name == "ObsoleteAttribute");

    private static ITypeSymbol? Underlying(ITypeSymbol? type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments: [var underlying] } ? underlying : type;

    private static bool IsIntegral(SpecialType type) => type is SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16
        or SpecialType.System_UInt16 or SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64
        or SpecialType.System_UInt64 or SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    private static bool IsNumeric(SpecialType type) => IsIntegral(type) || type is SpecialType.System_Char or SpecialType.System_Single
        or SpecialType.System_Double or SpecialType.System_Decimal;

    private static string Keyword(SpecialType type) => type switch
    {
        SpecialType.System_SByte => "sbyte",
        SpecialType.System_Byte => "byte",
        SpecialType.System_Int16 => "short",
        SpecialType.System_UInt16 => "ushort",
        SpecialType.System_UIntPtr => "nuint",
        _ => "nint",
    };
}
