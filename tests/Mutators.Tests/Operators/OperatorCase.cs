using Microsoft.CodeAnalysis.Text;

namespace Mutators.Tests.Operators;

/// <summary>One heading of a case file: golden code, the sites in it, each mutant's diff, and how a run differs.</summary>
/// <param name="Operator">The operator that the file is about.</param>
/// <param name="Heading">The case as a sentence.</param>
/// <param name="Code">The golden code, without the marks.</param>
/// <param name="Marks">The spans between <c>[|</c> and <c>|]</c>, in document order.</param>
/// <param name="Diffs">One diff for each mutant, in document order.</param>
/// <param name="Run">What <c>Run()</c> gives in golden and in the first mutant; null where the case is not run.</param>
public sealed record OperatorCase(
    FaultOperator Operator, string Heading, string Code, IReadOnlyList<TextSpan> Marks, IReadOnlyList<string> Diffs, string? Run)
{
    /// <summary>Whether the code holds a site.</summary>
    public bool IsPositive => Diffs.Count > 0;

    /// <summary>The name of the test row.</summary>
    public string Title => $"{Operator.GetType().Name}: {Heading}";
}
