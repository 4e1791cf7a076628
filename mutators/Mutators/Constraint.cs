using System.Collections.Immutable;

namespace Mutators;

/// <summary>
/// A condition under which the G-SWFIT library injects a fault type: what keeps injected faults like the ones that programmers leave.
/// </summary>
/// <param name="Id">Its number in the library, for example <c>C02</c>.</param>
/// <param name="Rule">The rule as the operators read it.</param>
public sealed record Constraint(string Id, string Rule)
{
    /// <summary>The constraints of the library, in their order.</summary>
    public static ImmutableArray<Constraint> All { get; } =
    [
        new("C01", "The value of the call is not used: the call, awaited or behind `?.`, is a whole statement, or is assigned to `_`."),
        new("C02", "It is not the only statement of its block, switch section or top-level program; the jump that closes a switch section is no other statement."),
        new("C03", "The variable is in the stack frame: a local, a by-value parameter, or a field of a local of struct type."),
        new("C04", "It is the first assignment of the variable in the body: the initialiser of its declaration."),
        new("C05", "It does not stand in a loop of the body."),
        new("C06", "It is not part of the head of a `for`."),
        new("C07", "It is not the first assignment of the variable: the variable is a parameter, is declared with a value, or is assigned, set by `out` or counted by `++` earlier in the body."),
        new("C08", "The IF has no ELSE, and is not itself what an ELSE runs."),
        new("C09", "The part holds one to five statements, counted through blocks and the bodies of `using`, `lock`, `fixed`, `checked` and `unsafe`, and no loop, branch, `try` or jump."),
        new("C10", "The statements are two to five neighbours in one block or switch section, each an expression statement or a declaration that nobody outside refers to."),
        new("C11", "Another visible variable of the same type has a value there."),
        new("C12", "The condition joins at least two conditions by the operator; only `&&`, `||`, `!` and parentheses stand above it."),
    ];

    /// <summary>The constraint with the number.</summary>
    /// <exception cref="ArgumentException">The library has no such constraint.</exception>
    public static Constraint Find(string id) =>
        All.FirstOrDefault(each => each.Id == id) ?? throw new ArgumentException($"The library has no constraint {id}.", nameof(id));
}
