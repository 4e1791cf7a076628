using Microsoft.CodeAnalysis.Text;
using Mutators.Operators;

namespace Mutators.Tests;

[TestClass]
public sealed class TrivialEquivalences
{
    private const string Code = """
        class C
        {
            int M(int x)
            {
                int unread = 1;
                if (x > 0) { x = 1; }
                return (x + 2) * 3;
            }
        }
        """;

    private static readonly Golden Golden = new(Code);

    [TestMethod]
    [DataRow("(x + 2) * 3", "((x + 2)) * 3")]
    [DataRow("unread = 1", "unread = 2")]
    [DataRow("x = 1; }", "x = 1; } else { }")]
    [DataRow("x = 1;", "// a comment\nx = 1;")]
    public void What_the_compiler_makes_golden_of_is_equivalent(string before, string after)
    {
        var found = Find(Mutate(before, after, 0));
        Assert.HasCount(1, found.Equivalent);
        Assert.IsEmpty(found.Duplicates);
    }

    [TestMethod]
    [DataRow("x > 0", "x >= 0")]
    [DataRow("* 3", "* 4")]
    [DataRow("int M(int x)", "int N(int x)")]
    public void What_the_compiler_makes_something_else_of_is_a_fault(string before, string after)
    {
        var found = Find(Mutate(before, after, 0));
        Assert.IsEmpty(found.Equivalent);
        Assert.IsEmpty(found.Duplicates);
        Assert.IsEmpty(found.Rejected);
    }

    [TestMethod]
    public void Of_two_that_compile_to_the_same_the_second_is_a_duplicate()
    {
        var (first, other, second) = (Mutate("x = 1;", "x = 5;", 0), Mutate("x = 1;", "x = 6;", 1), Mutate("x = 1;", "x = 2 + 3;", 2));
        var found = Find(first, other, second);
        Assert.AreSequenceEqual([(second.Id, first.Id)], found.Duplicates);
        Assert.IsEmpty(found.Equivalent);
    }

    [TestMethod]
    public void What_does_not_compile_is_neither()
    {
        var found = Find(Mutate("x = 1;", "x = \"\";", 0));
        Assert.HasCount(1, found.Rejected);
        Assert.IsEmpty(found.Equivalent);
    }

    [TestMethod]
    public void A_golden_that_does_not_compile_is_refused()
    {
        var golden = new Golden("class C { int M() => nothing; }");
        Assert.ThrowsExactly<ArgumentException>(() => TrivialEquivalence.Find(golden.Compilation, [], CancellationToken.None));
    }

    [TestMethod]
    public void The_initial_value_that_nobody_reads_is_found_by_its_operator()
    {
        var mutant = Golden.Scan(new MissingVariableInitialization()).Single();
        Assert.AreSequenceEqual([mutant.Id], Find(mutant).Equivalent);
    }

    private static TrivialEquivalence Find(params Mutant[] mutants) =>
        TrivialEquivalence.Find(Golden.Compilation, mutants.Select(mutant => (Golden.Tree, mutant)), CancellationToken.None);

    private static Mutant Mutate(string before, string after, int ordinal)
    {
        var span = new TextSpan(Code.IndexOf(before, StringComparison.Ordinal), before.Length);
        var site = new InjectionSite(new MissingFunctionCall(), span, [new TextChange(span, after)], "by hand");
        return new Mutant(MutantId.Of("MFC", Golden.Path, "M:C.M", before, ordinal), site, Golden.Path, "M:C.M", "C.M", Golden.Tree.GetLineSpan(span));
    }
}
