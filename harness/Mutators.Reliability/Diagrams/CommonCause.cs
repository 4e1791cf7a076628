using System.Collections.Immutable;
using Mutators.Reliability.Numbers;

namespace Mutators.Reliability.Diagrams;

/// <summary>
/// Modules that can fail together: the beta factor model. A share β of the failure rate of the most reliable member is a cause that hits
/// all of them at once; the rest is each one's own. Every module keeps the reliability it had: with r = e^(−λt) the common
/// part has r^β, and the module's own part what remains. β = 0 is independence, β = 1 (of equal modules) complete dependence.
/// </summary>
/// <param name="Names">Modules or families.</param>
/// <param name="Beta">The share β.</param>
public sealed record CommonCause(ImmutableArray<string> Names, double Beta)
{
    /// <summary>Reads <c>M=0.1</c> or <c>H,V=0.1</c>.</summary>
    /// <exception cref="ModelInputException">It cannot be read.</exception>
    public static CommonCause Parse(string text)
    {
        var mark = text.LastIndexOf('=');
        return mark > 0 && Assignment.TryNumber(text[(mark + 1)..], out var beta)
            ? new CommonCause([.. text[..mark].Split(',', StringSplitOptions.TrimEntries)], Probability.Require(beta, "β"))
            : throw new ModelInputException($"'{text}' is no common cause.", "Write modules and the share β of failures that they have in common: M=0.1 or H,V=0.1.");
    }

    /// <summary>The same system with the common causes as modules of their own, each standing in series with every module that it hits.</summary>
    public static (Diagram Diagram, IReadOnlyDictionary<string, double> Reliabilities) Apply(
        Diagram diagram, IReadOnlyDictionary<string, double> reliabilities, IReadOnlyList<CommonCause> causes)
    {
        var values = new Dictionary<string, double>(reliabilities, StringComparer.Ordinal);
        var causeOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var cause in causes)
        {
            ImmutableArray<string> members = [.. cause.Names.SelectMany(name => ModuleNames.Named(name, diagram.Modules)).Distinct(StringComparer.Ordinal)];
            var name = $"cause of {string.Join(",", cause.Names)}";
            if (members.FirstOrDefault(causeOf.ContainsKey) is { } twice)
            {
                throw new ModelInputException($"Module {twice} is in two common causes.", "Put modules that can fail together into one group.");
            }

            if (members.Length < 2)
            {
                throw new ModelInputException($"A common cause needs two modules at least; {members[0]} is one.", "Name a family, or several modules: H,V=0.1.");
            }

            values[name] = Math.Pow(members.Max(member => reliabilities[member]), cause.Beta);
            foreach (var member in members)
            {
                causeOf.Add(member, name);

                // A module that never works needs no cause for it; 0/0 would be the own part of one that shares that fate.
                values[member] = values[name] == 0 ? 0 : Math.Min(1, reliabilities[member] / values[name]);
            }
        }

        return causes.Count == 0 ? (diagram, reliabilities) : (new Diagram(WithCauses(diagram.Root, causeOf)), values);
    }

    private static Block WithCauses(Block block, Dictionary<string, string> causeOf) => block switch
    {
        Group group => group with { Parts = [.. group.Parts.Select(part => WithCauses(part, causeOf))] },
        Module module when causeOf.TryGetValue(module.Name, out var cause) => Block.Series(module, new Module(cause)),
        _ => block,
    };
}
