using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Mutators.Campaign.Branches;

namespace Mutators.Campaign.Faultloads;

/// <summary>
/// Lets sites through that lie in members which changed since another commit: since the last one that both have in common, so that what others did
/// there meanwhile does not count. A member changed if its tokens did; comments and layout change nothing.
/// </summary>
/// <param name="repository">The repository; golden is what is compared.</param>
/// <param name="reference">The commit, branch or tag.</param>
internal sealed class ChangeFilter(MutantRepository repository, string reference)
{
    /// <summary>The sites in changed members.</summary>
    /// <param name="sites">All sites.</param>
    /// <param name="treeOf">The golden syntax of a path.</param>
    /// <param name="cancel">Stops the comparison.</param>
    /// <exception cref="UsageException">There is no such commit, or nothing in common with it.</exception>
    public ImmutableArray<Mutant> Apply(ImmutableArray<Mutant> sites, Func<string, SyntaxTree> treeOf, CancellationToken cancel)
    {
        var since = repository.CommonAncestor(reference);
        var changed = new Dictionary<string, ChangedMembers?>(StringComparer.Ordinal);
        return [.. sites.Where(site => Changes(site.Path)?.Holds(site.Site.Span) is true)];

        ChangedMembers? Changes(string path)
        {
            if (!changed.TryGetValue(path, out var members))
            {
                changed.Add(path, members = Compare(since, path, treeOf(path), cancel));
            }

            return members;
        }
    }

    /// <summary>Null where the file is the same to the last byte.</summary>
    private ChangedMembers? Compare(string since, string path, SyntaxTree golden, CancellationToken cancel)
    {
        if (repository.FileAt(since, path) is not { } before)
        {
            return new ChangedMembers(null, golden.GetRoot(cancel));
        }

        if (repository.GoldenFile(path) is { } now && now.Span.SequenceEqual(before.Span))
        {
            return null;
        }

        var bytes = before.ToArray();
        var old = CSharpSyntaxTree.ParseText(SourceText.From(bytes, bytes.Length), (CSharpParseOptions)golden.Options, path, cancel);
        return new ChangedMembers(old.GetRoot(cancel), golden.GetRoot(cancel));
    }
}
