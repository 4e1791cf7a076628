using System.Text.RegularExpressions;

namespace Mutators;

/// <summary>
/// A member or type as somebody types it, and all that it names: <c>Create</c>, <c>Xl.Create</c>, <c>Xl</c>, <c>Xen.Toolstack.Xl</c> or <c>Xl.Get*</c>.
/// It must agree with whole names between the dots; a star stands for the rest of one.
/// </summary>
/// <param name="typed">What was typed.</param>
public sealed class MemberName(string typed)
{
    private readonly Regex form = new(
        @"(^|[.+:\s])" + Regex.Escape(typed.Trim()).Replace(@"\*", @"[^.\s(]*") + @"($|[.+\s<`(\[])", RegexOptions.CultureInvariant);

    /// <summary>What was typed.</summary>
    public string Typed => typed;

    /// <summary>Whether it names the member that holds a site.</summary>
    public bool Names(Mutant mutant) => form.IsMatch(mutant.MemberName) || form.IsMatch(WithoutParameters(mutant.MemberId));

    private static string WithoutParameters(string documentationId) => documentationId.Split('(')[0];
}
