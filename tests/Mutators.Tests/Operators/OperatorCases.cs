using Microsoft.CodeAnalysis.Text;

namespace Mutators.Tests.Operators;

/// <summary>Each heading of each case file is a test.</summary>
[TestClass]
public sealed class OperatorCases
{
    private static IEnumerable<TestDataRow<OperatorCase>> Cases => FaultOperator.All
        .SelectMany(CaseFile.Read)
        .Select(each => new TestDataRow<OperatorCase>(each) { DisplayName = each.Title });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Case(OperatorCase @case)
    {
        var golden = new Golden(@case.Code);
        Assert.IsEmpty(Golden.Errors(golden.Compilation), "The case's golden code does not compile.");

        var mutants = golden.Scan(@case.Operator);
        Assert.AreSequenceEqual(
            @case.Marks.Select(Text), mutants.Select(mutant => mutant.Site.Span).Distinct().Select(Text), "The marks are not the sites.");
        Assert.AreSequenceEqual(@case.Diffs, mutants.Select(mutant => Diff(golden, mutant)), "The diffs are others.");
        foreach (var mutant in mutants)
        {
            Assert.IsEmpty(Golden.Errors(golden.Inject(mutant)), $"{mutant.Subject} does not compile.");
            Assert.IsEmpty(MutantCompiler.Errors(golden.Compilation, golden.Tree, mutant, CancellationToken.None));
            StaysInside(golden, mutant);
            RevertsToGolden(golden, mutant);
        }

        Assert.AreSequenceEqual(mutants.Select(mutant => mutant.Id), new Golden(@case.Code).Scan(@case.Operator).Select(mutant => mutant.Id));
        Assert.AreEqual(mutants.Count, mutants.Select(mutant => mutant.Id).Distinct().Count(), "Two mutants have one id.");
        if (@case.Run is not null)
        {
            Assert.AreEqual(
                @case.Run, $"golden: {Golden.Run(golden.Compilation)}\nmutant: {Golden.Run(golden.Inject(mutants[0]))}", "A run differs.");
        }

        string Text(TextSpan span) => $"{span} {@case.Code.Substring(span.Start, span.Length)}";
    }

    internal static string Diff(Golden golden, Mutant mutant) =>
        LineDiff.Between(golden.Tree.ToString(), mutant.Inject(golden.Tree.GetText()).ToString());

    // The site itself, and what else stands on its lines: the indentation and the trailing comment of a statement.
    internal static void StaysInside(Golden golden, Mutant mutant)
    {
        var lines = golden.Tree.GetText().Lines;
        var allowed = TextSpan.FromBounds(
            lines.GetLineFromPosition(mutant.Site.Span.Start).Start, lines.GetLineFromPosition(mutant.Site.Span.End).EndIncludingLineBreak);
        foreach (var edit in mutant.Site.Edits)
        {
            Assert.IsTrue(allowed.Contains(edit.Span), $"{mutant.Subject} edits {edit.Span}, outside of its site's lines {allowed}.");
        }
    }

    internal static void RevertsToGolden(Golden golden, Mutant mutant)
    {
        var text = golden.Tree.GetText();
        var shift = 0;
        var reverts = new List<TextChange>();
        foreach (var edit in mutant.Site.Edits)
        {
            reverts.Add(new TextChange(new TextSpan(edit.Span.Start + shift, edit.NewText!.Length), text.ToString(edit.Span)));
            shift += edit.NewText.Length - edit.Span.Length;
        }

        Assert.AreEqual(text.ToString(), mutant.Inject(text).WithChanges(reverts).ToString());
    }
}
