using System.Reflection;
using System.Reflection.Emit;

namespace Mutators;

/// <summary>What stands behind an instruction: so many bytes, or something that must be looked up.</summary>
internal enum Operand
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A number or the distance of a jump in one byte.</summary>
    One = 1,

    /// <summary>A variable's number in two bytes.</summary>
    Two = 2,

    /// <summary>A number or a distance in four bytes.</summary>
    Four = 4,

    /// <summary>A number in eight bytes.</summary>
    Eight = 8,

    /// <summary>A type, a member or a signature.</summary>
    Token = 100,

    /// <summary>A literal.</summary>
    String = 101,

    /// <summary>A count and as many distances.</summary>
    Switch = 102,
}

/// <summary>The instructions of the runtime, as the runtime itself lists them.</summary>
internal static class IntermediateLanguage
{
    /// <summary>The first byte of an instruction of two.</summary>
    public const byte TwoBytes = 0xFE;

    private static readonly Dictionary<ushort, Operand> Operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .GroupBy(code => unchecked((ushort)code.Value))
        .ToDictionary(group => group.Key, group => Of(group.First().OperandType));

    /// <summary>The operand of the instruction with this number.</summary>
    public static Operand OperandOf(ushort code) => Operands[code];

    private static Operand Of(OperandType type) => type switch
    {
        OperandType.InlineNone => Operand.None,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => Operand.One,
        OperandType.InlineVar => Operand.Two,
        OperandType.InlineI8 or OperandType.InlineR => Operand.Eight,
        OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineSig or OperandType.InlineTok or OperandType.InlineType => Operand.Token,
        OperandType.InlineString => Operand.String,
        OperandType.InlineSwitch => Operand.Switch,
        _ => Operand.Four,
    };
}
