using Mutators.Operators;

namespace Mutators.Tests;

/// <summary>An id survives what does not concern its site.</summary>
[TestClass]
public sealed class MutantIds
{
    private const string Code = """
        class C
        {
            int count;

            int M(List<int> list, int limit)
            {
                var size = 1;
                list.Sort();
                size = list.Count;
                if (size > limit)
                {
                    size = 0;
                }

                return size;
            }
        }
        """;

    [TestMethod]
    public void Code_above_changes_no_id() => Keeps(Code
        .Replace("class C", "using System.Text;\n\n/// <summary>More.</summary>\nclass Other;\n\nclass C", StringComparison.Ordinal));

    [TestMethod]
    public void Layout_and_comments_change_no_id() => Keeps(Code
        .Replace("    ", "\t", StringComparison.Ordinal)
        .Replace("\n", "\r\n", StringComparison.Ordinal)
        .Replace("list.Sort();", "list // all of it\r\n .Sort ( ) ;", StringComparison.Ordinal));

    [TestMethod]
    public void Another_member_changes_no_id() => Keeps(Code
        .Replace("int count;", "void Before(List<int> list) { list.Sort(); count = 1; }\n\n    int count;", StringComparison.Ordinal));

    [TestMethod]
    public void An_unrelated_statement_in_the_same_member_changes_no_id() =>
        Keeps(Code.Replace("var size", "count++;\n        var size", StringComparison.Ordinal));

    [TestMethod]
    public void Another_path_gives_other_ids() => Assert.IsEmpty(Ids(new Golden(Code)).Intersect(Ids(new Golden(Code, "src/Other.cs"))));

    [TestMethod]
    public void A_changed_site_gets_another_id() =>
        Assert.HasCount(1, Ids(new Golden(Code)).Except(Ids(new Golden(Code.Replace("list.Sort();", "list.Reverse();", StringComparison.Ordinal)))));

    [TestMethod]
    public void Equal_calls_in_one_member_are_told_apart_by_their_order()
    {
        var twice = new Golden(Code.Replace("return size;", "list.Sort();\n        return size;", StringComparison.Ordinal));
        var calls = twice.Scan(new MissingFunctionCall());
        Assert.AreEqual(Ids(new Golden(Code))[0], calls[0].Id.ToString());
        Assert.AreNotEqual(calls[0].Id, calls[1].Id);
    }

    [TestMethod]
    public void An_id_is_what_it_was()
    {
        var mutant = new Golden(Code).Scan(new MissingFunctionCall()).Single();
        Assert.AreEqual("MFC-cff8969f70", mutant.Id.ToString(), "Branches and stores of earlier versions know the mutant by its id.");
    }

    [TestMethod]
    public void An_id_reads_back_as_it_was_written()
    {
        var id = new Golden(Code).Scan(new MissingFunctionCall()).Single().Id;
        Assert.IsTrue(MutantId.TryParse(id.ToString(), out var read));
        Assert.AreEqual(id, read);
    }

    private static void Keeps(string edited) => Assert.AreSequenceEqual(Ids(new Golden(Code)), Ids(new Golden(edited))[^4..]);

    // MFC, MIFS, MIA and MVAE have one site each in the code.
    private static string[] Ids(Golden golden) =>
    [
        .. golden.Scan(
            new MissingFunctionCall(), new MissingIfPlusStatements(), new MissingIfAroundStatements(), new MissingVariableAssignmentUsingExpression())
            .Select(mutant => mutant.Id.ToString()),
    ];
}
