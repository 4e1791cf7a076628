using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Constraints;

/// <summary>
/// The edit that lets one part of an IF run always: all before the part goes. Braces stay, because flattening a block can make names
/// clash; a part without braces gets some when the variables that it declares would otherwise spill into the block around it.
/// </summary>
internal static class Unguarding
{
    /// <summary>Leaves <paramref name="part"/> of <paramref name="statement"/>.</summary>
    public static ImmutableArray<TextChange> Keep(IfStatementSyntax statement, StatementSyntax part)
    {
        var guard = TextSpan.FromBounds(statement.SpanStart, part.SpanStart);
        var spills = part is not BlockSyntax && Placement.ListOf(statement) is not null && Dependence.DeclaresVariables(part);
        return spills
            ? [new TextChange(guard, "{ "), new TextChange(new TextSpan(part.Span.End, 0), " }")]
            : [new TextChange(guard, "")];
    }
}
