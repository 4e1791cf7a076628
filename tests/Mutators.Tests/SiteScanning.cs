using Microsoft.CodeAnalysis.CSharp;
using Mutators.Operators;

namespace Mutators.Tests;

[TestClass]
public sealed class SiteScanning
{
    private const string Code = """
        class C
        {
            void M(List<int> list, int x)
            {
                if (x < 0) { x = 0; }
                list.Clear();
            }
        }
        """;

    [TestMethod]
    public void Mutants_come_in_document_order_and_by_operator_at_one_place() => Assert.AreSequenceEqual(
        ["MIA", "MIFS", "WVAV", "MFC"],
        new Golden(Code)
            .Scan(new WrongValueAssigned(), new MissingIfPlusStatements(), new MissingFunctionCall(), new MissingIfAroundStatements())
            .Select(mutant => mutant.Operator.Definition.Id));

    [TestMethod]
    public void A_mutant_says_what_it_changes_and_where()
    {
        var mutant = new Golden(Code).Scan(new MissingFunctionCall()).Single();
        Assert.AreEqual("MFC: drop call list.Clear() in C.M", mutant.Subject);
        Assert.AreEqual("M:C.M(System.Collections.Generic.List{System.Int32},System.Int32)", mutant.MemberId);
        Assert.AreEqual("src/Code.cs: (5,8)-(5,21)", mutant.Lines.ToString());
    }

    [TestMethod]
    public void Of_two_equal_neighbours_one_removal_is_enough()
    {
        var golden = new Golden(Code.Replace("list.Clear();", "list.Clear();\n        list.Clear();", StringComparison.Ordinal));
        Assert.HasCount(1, golden.Scan(new MissingFunctionCall()));
    }

    [TestMethod]
    public void Equal_calls_apart_from_each_other_are_two_sites()
    {
        var golden = new Golden(Code.Replace("list.Clear();", "list.Clear();\n        x++;\n        list.Clear();", StringComparison.Ordinal));
        Assert.HasCount(2, golden.Scan(new MissingFunctionCall()));
    }

    [TestMethod]
    public void Of_the_many_windows_of_a_block_three_are_taken_and_stay_taken_when_code_elsewhere_changes()
    {
        var steps = string.Join("\n        ", Enumerable.Range(0, 9).Select(i => $"list.Add({i});"));
        var before = new Golden(Code.Replace("list.Clear();", steps, StringComparison.Ordinal)).Scan(new MissingLocalizedPart());
        var after = new Golden(Code.Replace("list.Clear();", steps, StringComparison.Ordinal).Replace("x = 0;", "x = 1;", StringComparison.Ordinal));
        Assert.HasCount(3, before);
        Assert.AreSequenceEqual(before.Select(mutant => mutant.Id), after.Scan(new MissingLocalizedPart()).Select(mutant => mutant.Id));
    }

    [TestMethod]
    [DataRow("src/Code.g.cs")]
    [DataRow("src/Form.Designer.cs")]
    [DataRow("obj/Debug/net10.0/Target.AssemblyInfo.cs")]
    [DataRow("src/Parser.generated.cs")]
    public void A_generated_file_by_name_holds_no_sites(string path) => Assert.IsEmpty(new Golden(Code, path).Scan(FaultOperator.All));

    [TestMethod]
    [DataRow("void M(List<int> x) { x.Clear(); x.Sort(); }", "C.M")]
    [DataRow("void M<T>(List<T> x) { x.Clear(); x.Sort(); }", "C.M<T>")]
    [DataRow("C(List<int> x) { x.Clear(); x.Sort(); }", "C constructor")]
    [DataRow("static C() { var x = new List<int>(); x.Clear(); x.Sort(); }", "C static constructor")]
    [DataRow("~C() { var x = new List<int>(); x.Clear(); x.Sort(); }", "C finalizer")]
    [DataRow("int P { get { var x = new List<int>(); x.Clear(); x.Sort(); return 1; } }", "C.P.get")]
    [DataRow("List<int> P { set { value.Clear(); value.Sort(); } }", "C.P.set")]
    [DataRow("int this[List<int> x] { get { x.Clear(); x.Sort(); return 1; } }", "C.this[].get")]
    [DataRow("event Action E { add { value(); value.Invoke(); } remove { } }", "C.E.add")]
    [DataRow("public static C operator +(C a, List<int> x) { x.Clear(); x.Sort(); return a; }", "C.operator Addition")]
    [DataRow("Action<List<int>> F = x => { x.Clear(); x.Sort(); };", "C.F")]
    [DataRow("Action<List<int>> P { get; } = x => { x.Clear(); x.Sort(); };", "C.P")]
    [DataRow("class D<T> { void M(List<T> x) { x.Clear(); x.Sort(); } }", "C.D<T>.M")]
    public void A_member_is_named_as_people_name_it(string member, string name)
    {
        var mutants = new Golden($"class C {{ {member} }}").Scan(new MissingFunctionCall());
        Assert.HasCount(2, mutants);
        Assert.AreEqual(name, mutants[0].MemberName);
    }

    [TestMethod]
    public void Members_of_an_extension_block_hold_sites()
    {
        var golden = new Golden("static class E { extension(List<int> x) { public void M() { x.Clear(); x.Sort(); } } }");
        Assert.IsEmpty(Golden.Errors(golden.Compilation));
        Assert.HasCount(2, golden.Scan(new MissingFunctionCall()));
    }

    [TestMethod]
    public void A_long_construct_is_cut_in_words_and_stays_on_one_line()
    {
        var call = "list.AddRange(new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,\n            11, 12, 13, 14, 15, 16 }); // sixteen";
        var mutant = new Golden(Code.Replace("list.Clear();", call, StringComparison.Ordinal)).Scan(new MissingFunctionCall()).Single();
        Assert.AreEqual("drop call list.AddRange(new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12…", mutant.Site.Change);
    }

    [TestMethod]
    public void Trees_scanned_side_by_side_give_their_mutants_in_the_order_of_the_trees()
    {
        var golden = Enumerable.Range(0, 20).Select(i => new Golden(Code, $"src/Code{19 - i}.cs")).ToList();
        var mutants = SiteScanner.Scan(golden.Select(each => ((Microsoft.CodeAnalysis.Compilation)each.Compilation, each.Tree, each.Path)), FaultOperator.Library, CancellationToken.None);
        Assert.AreSequenceEqual(golden.SelectMany(each => each.Scan(FaultOperator.Library)).Select(mutant => mutant.Id), mutants.Select(mutant => mutant.Id));
    }

    [TestMethod]
    [DataRow(LanguageVersion.CSharp10)]
    [DataRow(LanguageVersion.CSharp11)]
    public void A_struct_gets_all_its_fields_where_the_language_wants_them(LanguageVersion language)
    {
        var golden = new Golden(
            """
            struct S
            {
                int first;
                int second;
                int Third { get; set; }

                public S(int first, bool isBoth)
                {
                    this.first = first;
                    second = 1;
                    Third = 2;
                    if (isBoth) { second = first; }
                    else { second = 2; }
                    System.Console.WriteLine(this.first);
                }
            }
            """,
            language: language);
        var mutants = golden.Scan(FaultOperator.All);
        Assert.IsEmpty(mutants.SelectMany(mutant => Golden.Errors(golden.Inject(mutant)).Select(error => $"{mutant.Subject}: {error}")));
        Assert.AreEqual(language == LanguageVersion.CSharp11, mutants.Any(mutant => mutant.Site.Change == "remove second = 1;"));
    }

    [TestMethod]
    public void A_cancelled_scan_stops() => Assert.ThrowsExactly<OperationCanceledException>(() =>
    {
        var golden = new Golden(Code);
        _ = SiteScanner.Scan(golden.Compilation.GetSemanticModel(golden.Tree), golden.Path, FaultOperator.All, new CancellationToken(canceled: true)).ToList();
    });
}
