using System.Globalization;
using System.Text.Json.Nodes;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Propagation;

namespace Mutators.Tool.Verbs;

/// <summary>A trace for programs: all of the delta execution, and what its mutant is.</summary>
internal static class TraceJson
{
    /// <summary>Prints it on standard output.</summary>
    internal static void Print(Delta delta, MutantBranch branch)
    {
        var trace = (JsonObject)Json.Node(delta)!;
        trace["mutant"] = Json.Node(Mutant(branch));
        if (trace["outcome"] is JsonObject outcome)
        {
            // It is that of this mutant under this workload: to say so once more is to be parsed once more.
            outcome.Remove("mutant");
            outcome.Remove("workload");
        }

        Json.Print(trace);
    }

    /// <summary>The mutant by what its branch says of it.</summary>
    internal static TracedFault Mutant(MutantBranch branch)
    {
        var place = branch.Trailers.InjectionSite.Split(':');
        var change = branch.Subject.StartsWith(branch.Id.Operator + ": ", StringComparison.Ordinal) ? branch.Subject[(branch.Id.Operator.Length + 2)..] : branch.Subject;
        var member = change.LastIndexOf(" in ", StringComparison.Ordinal);
        return new TracedFault(
            branch.Id.ToString(), branch.Id.Operator, string.Join(':', place[..^2]), int.Parse(place[^2], CultureInfo.InvariantCulture),
            member < 0 ? null : change[(member + 4)..], member < 0 ? change : change[..member], branch.Name, branch.IsHandEdited);
    }
}

/// <summary>What a trace says of its mutant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Operator">The operator's id.</param>
/// <param name="File">The file's path in the repository.</param>
/// <param name="Line">The site's first line in golden, from 1.</param>
/// <param name="Member">The member that contains the site; null where a hand-edited branch does not say.</param>
/// <param name="Change">The change in words.</param>
/// <param name="Branch">The branch.</param>
/// <param name="IsHandEdited">Somebody has changed the branch since: it does more, or else, than <paramref name="Change"/> says.</param>
internal sealed record TracedFault(string Id, string Operator, string File, int Line, string? Member, string Change, string Branch, bool IsHandEdited);
