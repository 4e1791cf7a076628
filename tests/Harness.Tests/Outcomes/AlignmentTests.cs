using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>Which lines count as different, seen through the comparison of golden runs.</summary>
[TestClass]
public sealed class AlignmentTests
{
    [TestMethod]
    public void Equal_runs_do_not_differ() => Assert.IsEmpty(GoldenRun.Compare(Runs.Golden, Runs.Golden));

    [TestMethod]
    public void A_line_missing_in_the_middle_is_one_difference() =>
        CollectionAssert.AreEqual(new[] { new Difference("b", null) }, Compare("a\nb\nc\nd", "a\nc\nd"));

    [TestMethod]
    public void A_changed_line_has_both_sides() => CollectionAssert.AreEqual(new[] { new Difference("b", "B") }, Compare("a\nb\nc", "a\nB\nc"));

    [TestMethod]
    public void A_repeated_operation_is_paired_in_order()
    {
        const string Twice = """
            {"observe":"operation","name":"xl list","code":0}
            {"observe":"operation","name":"xl list","code":0}
            """;

        CollectionAssert.AreEqual(
            new[] { new Difference("""{"observe":"operation","name":"xl list","code":0}""", """{"observe":"operation","name":"xl list","code":1}""") },
            Compare(Twice, Twice[..^2] + "1}"));
    }

    [TestMethod]
    public void Long_runs_that_differ_everywhere_are_still_paired()
    {
        var golden = string.Join('\n', Enumerable.Range(0, 5000).Select(i => $"{i}"));
        var other = string.Join('\n', Enumerable.Range(0, 5000).Where(i => i % 1000 != 500).Select(i => i % 1000 == 700 ? "new" : $"{i}"));

        // 500, 1500, … are missing and 700, 1700, … are changed.
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 5).SelectMany(k => new[] { new Difference($"{k * 1000 + 500}", null), new Difference($"{k * 1000 + 700}", "new") }).ToArray(),
            Compare(golden, other));
    }

    [TestMethod]
    public void Another_exit_code_is_the_first_difference() =>
        CollectionAssert.AreEqual(
            new[] { new Difference("exit code 0", "exit code 1"), new Difference("a", "b") },
            GoldenRun.Compare(Runs.GoldenOf("a"), Runs.GoldenOf("b", exitCode: 1)).ToArray());

    [TestMethod]
    public void Another_course_makes_a_golden_run_not_repeatable() => Assert.HasCount(1, Compare("trace 0123456789abcdef", "trace 0123456789abcdee"));

    [TestMethod]
    public void Another_time_does_not_make_a_golden_run_unrepeatable() =>
        Assert.IsEmpty(Compare("""{"observe":"phase","name":"boot","at":1}""", """{"observe":"phase","name":"boot","at":2}"""));

    [TestMethod]
    public void Only_the_first_differences_are_named() => Assert.HasCount(10, Compare(string.Join('\n', Enumerable.Range(0, 50)), "x"));

    [TestMethod]
    [DataRow("""{"observe":"monitor","name":"canary","ok":false}""", "golden fails in workload 'lifecycle': monitor canary: not ok")]
    [DataRow("""{"observe":"component","name":"xl","kind":"process","event":"crash"}""", "golden fails in workload 'lifecycle': component xl: crash")]
    [DataRow("""{"observe":"operation","name":"xl create","code":1}""", null)]
    public void A_golden_run_that_finds_itself_unhappy_is_not_usable(string output, string? why) => Assert.AreEqual(why, Runs.GoldenOf(output).WhyUnusable);

    [TestMethod]
    public void A_golden_run_that_hangs_is_not_usable()
    {
        var golden = new GoldenRun(Runs.Golden.Workload, Runs.Run("", 137, ProcessEnd.TimedOut));

        Assert.AreEqual("golden does not survive workload 'lifecycle': ran beyond its time limit", golden.WhyUnusable);
    }

    private static Difference[] Compare(string first, string second) => [.. GoldenRun.Compare(Runs.GoldenOf(first), Runs.GoldenOf(second))];
}
