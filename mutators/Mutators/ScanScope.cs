namespace Mutators;

/// <summary>Code that a scan leaves out, because a fault there stands for no programmer's residual bug, unless it is asked for.</summary>
/// <param name="Generated">Also code that is marked as generated: by its file's name, its first comment, or an attribute.</param>
/// <param name="ExcludedFromCoverage">Also what carries <c>[ExcludeFromCodeCoverage]</c>.</param>
public sealed record ScanScope(bool Generated = false, bool ExcludedFromCoverage = false)
{
    /// <summary>What programmers wrote and test.</summary>
    public static ScanScope Default { get; } = new();
}
