using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Mutators.Campaign.Activation;

namespace Harness.Tests.Activation;

/// <summary>Each test plants probes at the texts it names, compiles, runs <c>P.Main</c>, and says which were reached.</summary>
[TestClass]
public sealed class ActivationProbesTests
{
    private static readonly ImmutableArray<MetadataReference> references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    [TestMethod]
    public void A_statement_is_reached_when_its_block_is() =>
        Assert.AreEqual("0", Reached("class P { static void Main() { A(); if (false.ToString() == \"x\") { B(); } } static void A() { } static void B() { } }", "A();", "B();"));

    [TestMethod]
    public void A_whole_body_is_reached_when_its_method_is_called() =>
        Assert.AreEqual("0 2", Reached(
            "class P { int x; P() { x = 1; } static void Main() { A(); new P(); } static void A() { } static void B() { A(); B(); } }", "{ }", "{ A(); B(); }", "{ x = 1; }"));

    [TestMethod]
    public void Several_statements_are_reached_with_the_first() =>
        Assert.AreEqual("0", Reached(
            "class P { static void Main() { A(); B(); A(); switch (2) { case 1: B(); A(); break; } } static void A() { } static void B() { } }",
            "B(); A(); switch", "B(); A(); break"));

    [TestMethod]
    public void An_unbraced_branch_is_reached_only_when_taken() =>
        Assert.AreEqual("1", Reached("class P { static void Main() { int x = 1; if (x == 2) x = 3; else x = 4; } }", "x = 3;", "x = 4;"));

    [TestMethod]
    public void An_else_if_is_reached_only_when_asked() =>
        Assert.AreEqual("", Reached("class P { static void Main() { int x = 1; if (x == 1) { } else if (x == 2) { x++; } } }", "if (x == 2) { x++; }"));

    [TestMethod]
    public void An_expression_bodied_method_is_reached_when_called() =>
        Assert.AreEqual("0", Reached("class P { static int x; static void Main() => x = F(1); static int F(int a) => a + 1; static int G(int a) => a + 2; }", "a + 1", "a + 2"));

    [TestMethod]
    public void An_expression_bodied_property_is_reached_when_read() =>
        Assert.AreEqual("0", Reached("class P { static int Q => 1 + Z; static int R => 2 + Z; static int Z; static void Main() { Z = Q; } }", "1 + Z", "2 + Z"));

    [TestMethod]
    public void Expression_bodied_accessors_are_reached_apart() =>
        Assert.AreEqual("1", Reached("class P { static int z; static int Q { get => z + 1; set => z = value; } static void Main() { Q = 4; } }", "z + 1", "z = value"));

    [TestMethod]
    public void A_lambda_is_reached_when_invoked_not_when_made() =>
        Assert.AreEqual("0 2", Reached(
            "using System; class P { static void Main() { Func<int, int> f = a => a + 1, g = a => a + 2; Action h = () => H(); f(1); h(); } static void H() { } }",
            "a + 1", "a + 2", "H()"));

    [TestMethod]
    public void A_lambda_inside_an_expression_body_keeps_both_blocks_closed() =>
        Assert.AreEqual("0", Reached("using System; class P { static Func<int, int> F() => a => a + 1; static void Main() => F()(1); }", "a + 1"));

    [TestMethod]
    public void An_async_expression_body_without_a_value_stays_a_statement() =>
        Assert.AreEqual("0", Reached(
            "using System.Threading.Tasks; class P { static async Task F() => await Task.Yield(); static void Main() => F().GetAwaiter().GetResult(); }",
            "await Task.Yield()"));

    [TestMethod]
    public void A_pattern_variable_of_a_condition_stays_assigned() =>
        Assert.AreEqual("0 1", Reached(
            "class P { static void Main() { object o = 1; if (o is int n && n > 0) { F(n); } } static void F(int n) { } }", "o is int n && n > 0", "F(n);"));

    [TestMethod]
    public void A_local_declaration_keeps_its_scope() =>
        Assert.AreEqual("0 1", Reached("class P { static void Main() { int a = 1; F(a); } static void F(int n) { } }", "int a = 1;", "F(a);"));

    [TestMethod]
    public void A_statement_of_a_switch_section_is_reached_with_its_case() =>
        Assert.AreEqual("1", Reached(
            "class P { static void Main() { switch (2) { case 1: F(1); break; case 2: F(2); break; } } static void F(int n) { } }", "F(1);", "F(2);"));

    [TestMethod]
    public void An_iterator_is_reached_when_enumerated() =>
        Assert.AreEqual("", Reached(
            "using System.Collections.Generic; class P { static IEnumerable<int> F() { yield return 1; } static void Main() { F(); } }", "yield return 1;"));

    [TestMethod]
    public void A_call_in_a_constructor_initializer_is_reached_with_the_constructor() =>
        Assert.AreEqual("0", Reached("class B(int n) { public int N = n; } class P : B { P(int n) : base(n + 1) { } static void Main() { new P(1); } }", "n + 1"));

    [TestMethod]
    public void Top_level_statements_are_reached() =>
        Assert.AreEqual("0", Reached("int x = 1; if (x == 1) x = 2; else x = 3;", "x = 2;", "x = 3;"));

    [TestMethod]
    public void A_field_initializer_has_no_place_for_a_probe() =>
        Assert.AreEqual("unprobed 0", Reached("class P { static int x = 1 + 2; static void Main() { } }", "1 + 2"));

    [TestMethod]
    public void Line_numbers_stay()
    {
        var tree = CSharpSyntaxTree.ParseText("class P\n{\n    static void Main()\n    {\n        F();\n    }\n    static void F() => G();\n    static void G() { }\n}\n");
        var compilation = CSharpCompilation.Create("t", [tree], references);
        var sites = new[] { (0, SpanOf(tree, "F();")), (1, SpanOf(tree, "G()")) };

        var planted = ActivationProbes.Plant(compilation.GetSemanticModel(tree), sites, "Q.R", []);

        Assert.HasCount(tree.GetText().Lines.Count, planted.Lines);
    }

    /// <summary>The numbers of the texts that a run reaches, in order of first reach.</summary>
    private static string Reached(string code, params string[] sites)
    {
        var tree = CSharpSyntaxTree.ParseText(code);
        var compilation = CSharpCompilation.Create("t", [tree], references);
        var unprobed = new List<int>();
        var planted = ActivationProbes.Plant(
            compilation.GetSemanticModel(tree), sites.Select((text, number) => (number, SpanOf(tree, text))), "global::Probe.Reached", unprobed);
        if (unprobed.Count > 0)
        {
            return "unprobed " + string.Join(' ', unprobed);
        }

        compilation = compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(planted)).AddSyntaxTrees(CSharpSyntaxTree.ParseText(
            "public static class Probe { public static System.Collections.Generic.List<int> All = new(); public static void Reached(int n) { if (!All.Contains(n)) All.Add(n); } }"));
        using var image = new MemoryStream();
        var emitted = compilation.WithOptions(new CSharpCompilationOptions(OutputKind.ConsoleApplication)).Emit(image);
        Assert.IsTrue(emitted.Success, string.Join("\n", emitted.Diagnostics) + "\n" + planted);
        var assembly = Assembly.Load(image.ToArray());
        var main = assembly.EntryPoint!;
        main.Invoke(null, main.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
        return string.Join(' ', (List<int>)assembly.GetType("Probe")!.GetField("All")!.GetValue(null)!);
    }

    private static TextSpan SpanOf(SyntaxTree tree, string text) => new(tree.GetText().ToString().IndexOf(text, StringComparison.Ordinal), text.Length);
}
