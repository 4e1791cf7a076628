using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Mutators.Operators;

namespace Mutators.Tests;

[TestClass]
public sealed class MutantCompiling
{
    private const string Code = """
        class C
        {
            int size = 1;

            int M(string? text)
            {
                if (text != null) { size = text.Length; }
                int first;
                first = 1;
                return first + size;
            }

            int N() { int unused = 1; return size; }
        }
        """;

    [TestMethod]
    public void A_mutant_that_builds_has_no_errors() => Assert.IsEmpty(Errors(Mutate("size = text.Length;", "size = 2;")));

    [TestMethod]
    [DataRow("first = 1;", "", "CS0165")]
    [DataRow("first = 1;", "first = 1", "CS1002")]
    [DataRow("first = 1;", "first = \"\";", "CS0029")]
    [DataRow("int size = 1;", "int size = \"\";", "CS0029")]
    [DataRow("int N()", "int P()", "")]
    public void A_mutant_that_does_not_build_says_why(string golden, string mutant, string error) =>
        Assert.AreEqual(error, string.Join(' ', Errors(Mutate(golden, mutant)).Select(each => each.Id)));

    [TestMethod]
    public void Errors_of_golden_are_not_the_mutants()
    {
        var golden = new Golden(Code.Replace("return first + size;", "return first + nothing;", StringComparison.Ordinal));
        var mutant = Mutate(golden, "first = 1;", "");
        Assert.AreSequenceEqual(
            ["CS0165"], MutantCompiler.Errors(golden.Compilation, golden.Tree, mutant, CancellationToken.None).Select(each => each.Id));
    }

    [TestMethod]
    public void A_dropped_null_check_warns()
    {
        var golden = new Golden(Code);
        var mutant = golden.Scan(new MissingIfAroundStatements()).Single();
        Assert.IsEmpty(MutantCompiler.Errors(golden.Compilation, golden.Tree, mutant, CancellationToken.None));
        Assert.AreSequenceEqual(
            ["CS8602"], MutantCompiler.Warnings(golden.Compilation, golden.Tree, mutant, CancellationToken.None).Select(each => each.Id));
    }

    [TestMethod]
    public void A_warning_is_no_error_where_warnings_are_treated_as_errors()
    {
        var golden = new Golden(Code);
        var strict = golden.Compilation.WithOptions(golden.Compilation.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Error));
        var mutant = golden.Scan(new MissingIfAroundStatements()).Single();
        Assert.IsEmpty(MutantCompiler.Errors(strict, golden.Tree, mutant, CancellationToken.None));
        Assert.HasCount(1, MutantCompiler.Warnings(strict, golden.Tree, mutant, CancellationToken.None));
    }

    [TestMethod]
    public void Warnings_of_golden_are_not_the_mutants()
    {
        var golden = new Golden(Code);
        Assert.IsEmpty(MutantCompiler.Warnings(
            golden.Compilation, golden.Tree, Mutate(golden, "unused = 1", "unused = 2"), CancellationToken.None));
    }

    private static ImmutableArray<Diagnostic> Errors(Func<Golden, Mutant> mutate)
    {
        var golden = new Golden(Code);
        return MutantCompiler.Errors(golden.Compilation, golden.Tree, mutate(golden), CancellationToken.None);
    }

    private static Func<Golden, Mutant> Mutate(string before, string after) => golden => Mutate(golden, before, after);

    private static Mutant Mutate(Golden golden, string before, string after)
    {
        var span = new TextSpan(golden.Tree.ToString().IndexOf(before, StringComparison.Ordinal), before.Length);
        var site = new InjectionSite(new MissingFunctionCall(), span, [new TextChange(span, after)], "by hand");
        return new Mutant(MutantId.Of("MFC", golden.Path, "M:C.M", before, 0), site, golden.Path, "M:C.M", "C.M", golden.Tree.GetLineSpan(span));
    }
}
