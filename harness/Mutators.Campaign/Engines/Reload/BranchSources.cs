using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Projects;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>A branch as the compiler sees it: the trees of one target that differ from golden.</summary>
/// <param name="Target">The target.</param>
/// <param name="Trees">Golden's trees and the branch's.</param>
internal sealed record BranchTrees(TargetProject Target, IReadOnlyList<(SyntaxTree Golden, SyntaxTree Mutant)> Trees);

/// <summary>Reads branches out of git's objects, whatever changed them: nothing is checked out.</summary>
internal sealed class BranchSources
{
    private readonly MutantRepository _repository;
    private readonly ILookup<string, (TargetProject Target, SyntaxTree Tree)> _byPath;
    private readonly Dictionary<SyntaxTree, string> _goldenTexts = [];

    public BranchSources(MutantRepository repository, IReadOnlyCollection<TargetProject> targets)
    {
        _repository = repository;
        _byPath = targets
            .SelectMany(target => target.Sources.Select(source => (source.Path, target, source.Tree)))
            .ToLookup(each => each.Path, each => (each.target, each.Tree), StringComparer.Ordinal);
    }

    /// <summary>The trees that a commit changes.</summary>
    /// <param name="commit">The branch's tip.</param>
    /// <param name="refusal">Why it cannot be compiled by itself, or null.</param>
    public BranchTrees? Read(string commit, out string? refusal)
    {
        refusal = null;
        TargetProject? target = null;
        var trees = new List<(SyntaxTree, SyntaxTree)>();
        foreach (var file in _repository.ChangedFiles(commit))
        {
            if (file.Content is not { } content)
            {
                refusal = $"{file.Path} is deleted";
                return null;
            }

            switch (_byPath[file.Path].Take(2).ToList())
            {
                case [var (found, golden)] when target is null || target == found:
                    target = found;
                    trees.Add((golden, Changed(golden, SourceDecoding.Decode(content.ToArray(), found.Arguments.Encoding, found.Arguments.ChecksumAlgorithm))));
                    break;
                case []:
                    refusal = $"{file.Path} is no source of a target";
                    return null;
                default:
                    refusal = "several projects change";
                    return null;
            }
        }

        refusal = target is null ? "nothing changes" : null;
        return target is null ? null : new BranchTrees(target, trees);
    }

    /// <summary>The changed tree; what lies before and behind the change is golden's, so that it is neither parsed nor compared again.</summary>
    private SyntaxTree Changed(SyntaxTree golden, SourceText mutant)
    {
        if (!_goldenTexts.TryGetValue(golden, out var before))
        {
            _goldenTexts.Add(golden, before = golden.GetText().ToString());
        }

        var after = mutant.ToString();
        var prefix = before.AsSpan().CommonPrefixLength(after);
        var suffix = 0;
        while (suffix < Math.Min(before.Length, after.Length) - prefix && before[^(suffix + 1)] == after[^(suffix + 1)])
        {
            suffix++;
        }

        var change = new TextChange(TextSpan.FromBounds(prefix, before.Length - suffix), after[prefix..^suffix]);
        return golden.WithChangedText(golden.GetText().WithChanges(change));
    }
}
