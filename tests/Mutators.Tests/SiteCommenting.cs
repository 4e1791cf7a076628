using Mutators.Operators;

namespace Mutators.Tests;

[TestClass]
public sealed class SiteCommenting
{
    private const string Code = """
        class C
        {
            // ABOVE MEMBER
            void M(List<int> list)
            {
                // ABOVE
                list.Clear(); // BEHIND
                list = [];
                list.Clear();
                list.Sort();
            }
        }
        """;

    [TestMethod]
    public void Without_a_comment_every_site_counts() => Assert.HasCount(3, Scan("", ""));

    [TestMethod]
    [DataRow("// ABOVE\n", "mutators: off MFC — clears what is empty")]
    [DataRow("// BEHIND", "mutators: off MFC — clears what is empty")]
    [DataRow("// ABOVE\n", "mutators: off MIFS, MFC -- clears what is empty")]
    [DataRow("// ABOVE\n", "mutators: off — clears what is empty")]
    public void A_comment_with_a_reason_takes_the_site_out_and_leaves_the_others_their_ids(string place, string comment) =>
        Assert.AreSequenceEqual(Scan("", "").Skip(1).Select(each => each.Id), Scan(place, comment).Select(each => each.Id));

    [TestMethod]
    public void A_comment_above_a_member_takes_all_its_sites_out() =>
        Assert.IsEmpty(Scan("// ABOVE MEMBER\n", "mutators: off MFC — is called by nobody"));

    [TestMethod]
    [DataRow("mutators: off MFC")]
    [DataRow("mutators: off MFC —")]
    [DataRow("mutators: off")]
    public void A_comment_without_a_reason_takes_nothing_out_and_is_reported(string comment)
    {
        Assert.HasCount(3, Scan("// ABOVE\n", comment));
        var golden = Commented("// ABOVE\n", comment);
        Assert.HasCount(1, SiteComments.Of(golden.Tree, CancellationToken.None).WithoutReason);
    }

    [TestMethod]
    [DataRow("mutators: off MIFS — another operator")]
    [DataRow("mutators: off MFC.B — a variant")]
    [DataRow("all mutators are welcome - really")]
    public void A_comment_about_something_else_takes_nothing_out(string comment) => Assert.HasCount(3, Scan("// ABOVE\n", comment));

    [TestMethod]
    public void A_comment_in_a_text_is_none()
    {
        var golden = new Golden("class C { void M(List<string> list) { list.Clear(); list.Add(\"// mutators: off — a text\"); } }");
        Assert.HasCount(2, golden.Scan(new MissingFunctionCall()));
    }

    [TestMethod]
    [DataRow("void M(List<int> list)", "void M(List<int> list)")]
    [DataRow("class C", "class C")]
    public void What_is_excluded_from_coverage_holds_no_sites(string before, string declaration)
    {
        const string attribute = "[System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverage] ";
        var golden = new Golden(Code.Replace(before, attribute + declaration, StringComparison.Ordinal));
        Assert.IsEmpty(Golden.Errors(golden.Compilation));
        Assert.IsEmpty(golden.Scan(FaultOperator.All));
    }

    private static IReadOnlyList<Mutant> Scan(string place, string comment) => Commented(place, comment).Scan(new MissingFunctionCall());

    private static Golden Commented(string place, string comment) =>
        new(place.Length == 0 ? Code : Code.Replace(place, place.EndsWith('\n') ? $"// {comment}\n" : $"// {comment}", StringComparison.Ordinal));
}
