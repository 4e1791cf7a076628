using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>One injection site applied: what a branch holds and a campaign runs.</summary>
/// <param name="id">The mutant's name.</param>
/// <param name="site">The site whose edits make the mutant.</param>
/// <param name="path">The file's path in the repository, with forward slashes.</param>
/// <param name="memberId">The documentation id of the member that contains the site, for example <c>M:Xen.Toolstack.Xl.Create(System.String)</c>.</param>
/// <param name="memberName">The member as people name it, for example <c>Xl.Create</c>.</param>
/// <param name="lines">The site's lines and columns in golden, for messages only: no identity rests on them.</param>
public sealed class Mutant(MutantId id, InjectionSite site, string path, string memberId, string memberName, FileLinePositionSpan lines)
{
    /// <summary>The mutant's name.</summary>
    public MutantId Id { get; } = id;

    /// <summary>The site whose edits make the mutant.</summary>
    public InjectionSite Site { get; } = site;

    /// <summary>The operator that found the site.</summary>
    public FaultOperator Operator => Site.Operator;

    /// <summary>The file's path in the repository, with forward slashes.</summary>
    public string Path { get; } = path;

    /// <summary>The documentation id of the containing member.</summary>
    public string MemberId { get; } = memberId;

    /// <summary>The containing member as people name it.</summary>
    public string MemberName { get; } = memberName;

    /// <summary>Where the site lies in golden, zero-based.</summary>
    public FileLinePositionSpan Lines { get; } = lines;

    /// <summary>One line for a commit's subject: <c>MFC: drop call Open() in Xl.Create</c>.</summary>
    public string Subject => $"{Operator.Definition.Id}: {Site.Change} in {MemberName}";

    /// <summary>The mutant's text of the file, from its golden text.</summary>
    public SourceText Inject(SourceText golden) => golden.WithChanges(Site.Edits);
}
