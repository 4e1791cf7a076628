using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
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
    public void What_a_debug_build_keeps_for_the_debugger_is_no_difference()
    {
        var options = CSharpCommandLineParser.Default.Parse(["/debug+", "/debug:portable", "/target:library", "/warnaserror+"], "/", sdkDirectory: null).CompilationOptions;
        var debug = Golden.Compilation.WithOptions(options.WithNullableContextOptions(NullableContextOptions.Enable));
        var mutant = Golden.Scan(new MissingVariableInitialization()).Single();
        Assert.AreSequenceEqual([mutant.Id], TrivialEquivalence.Find(debug, [(Golden.Tree, mutant)], CancellationToken.None).Equivalent);
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

    private const string Members = """
        abstract class A
        {
            protected int seed = 0 + 1;
            readonly Func<int, int> twice = x => x + x;
            static int count = 5;

            int Lambda(List<int> list) => list.Where(x => x > 1).Select(x => x + 2).Sum();

            IEnumerable<int> Iterator(int n)
            {
                for (var i = 0; i < n; i++) { yield return i * 3; }
            }

            async Task<int> Async(Task<int> task)
            {
                var got = await task;
                return got + 4;
            }

            int Closure(int n)
            {
                int Local(int m) => m + n + 6;
                Func<int> later = () => n + 7;
                return Local(1) + later();
            }

            object Anonymous(int n) => new { n, m = n + 8 };

            int Property => seed + 9;

            int this[int i] { get { return i + 10; } set { seed = value + 11; } }

            protected abstract int Nothing();

            T Generic<T>(T value, int n)
            {
                Func<int> later = () => n + 12;
                return later() > 0 ? value : default!;
            }
        }

        class P(int size)
        {
            int area = size * 13;
            int Grown() => size + 14;
            class Inner { int M() => 15; }
        }
        """;

    // One mutant for each number of the code: all are in different bodies, most of them in what the compiler adds to one.
    [TestMethod]
    public void Mutants_of_different_bodies_are_compiled_together_and_judged_apart()
    {
        var golden = new Golden(Members);
        var numbers = golden.Tree.GetRoot().DescendantTokens().Where(token => token.Value is > 0).ToList();
        var faults = numbers.Select((token, i) => Mutate(golden, token.Span, token.Text + "1", i)).ToList();
        var none = numbers.Select((token, i) => Mutate(golden, token.Span, $"({token.Text} + 0)", 100 + i)).ToList();
        var same = numbers.Select((token, i) => Mutate(golden, token.Span, $"({token.Text}0 + 1)", 200 + i)).ToList();
        var refused = numbers.Select((token, i) => Mutate(golden, token.Span, i % 2 == 0 ? "\"\"" : "(", 300 + i)).ToList();

        var found = TrivialEquivalence.Find(golden.Compilation, faults.Concat(none).Concat(same).Concat(refused).Select(mutant => (golden.Tree, mutant)), CancellationToken.None);

        Assert.HasCount(17, numbers);
        Assert.AreSequenceEqual(none.Select(mutant => mutant.Id), found.Equivalent);
        Assert.AreSequenceEqual(same.Zip(faults, (second, first) => (second.Id, first.Id)), found.Duplicates);
        Assert.AreSequenceEqual(refused.Select(mutant => mutant.Id), found.Rejected);
        Assert.IsTrue(refused.All(mutant => found.Errors[mutant.Id].StartsWith("CS", StringComparison.Ordinal)));
    }

    // Each with lambdas, whose names hold their method's place among all members.
    private const string Overloads = """
        partial class O
        {
            int M() => 1;
            int M(int x) { Func<int> later = () => x + 2; return later(); }
            int M<T>(T x) { Func<int> later = () => 3; return later(); }
            partial void M(string x);
            public partial int M(long x);
            public partial int M(long x) { IEnumerable<int> All() { yield return 4; } return All().Sum(); }
            async Task<int> M(double x) { await Task.Yield(); return 5; }
            int this[int i] { get { return i + 6; } }
            int this[string s] { get { Func<string, int> later = one => one.Length + 7; return later(s); } }
            public static O operator +(O left, int right) { right += 8; return left; }
            public static O operator +(O left, string right) { Console.WriteLine(right + 9); return left; }
        }
        """;

    [TestMethod]
    public void Overloads_are_compiled_together_and_judged_apart()
    {
        var golden = new Golden(Overloads);
        Assert.IsEmpty(Golden.Errors(golden.Compilation));
        var numbers = golden.Tree.GetRoot().DescendantTokens().Where(token => token.Value is > 0).ToList();
        var faults = numbers.Select((token, i) => Mutate(golden, token.Span, token.Text + "1", i)).ToList();
        var none = numbers.Select((token, i) => Mutate(golden, token.Span, $"({token.Text} + 0)", 100 + i)).ToList();
        var emissions = 0;
        var found = TrivialEquivalence.Find(golden.Compilation, faults.Concat(none).Select(mutant => (golden.Tree, mutant)), CancellationToken.None, (_, _) => emissions++);
        Assert.HasCount(9, numbers);
        Assert.AreSequenceEqual(none.Select(mutant => mutant.Id), found.Equivalent);
        Assert.IsEmpty(found.Duplicates);
        Assert.IsEmpty(found.Rejected);
        Assert.AreEqual(1, emissions);
    }

    // Each numbered by its place among the members, or over all of the type: `<M>b__1_0`, `<M>d__2`, `<>c__3<T>`, `<4>__M`.
    private const string Numbered = """
        class N
        {
            Func<int, int> Converted() => Math.Abs;
            IEnumerable<int> Iterator(int n) { while (n < 1) { yield return n++; } }
            Func<int> Generic<T>(T x) => () => x is null ? 2 : 0;
            Func<double, double> Floor(int n) { n += 3; return n > 0 ? Math.Floor : Math.Ceiling; }
            async Task<Func<int>> Later(int n) { await Task.Yield(); int Local() => n + 4; return () => Local() + 5; }
            int Line(int n) => At() + n + 6;
            static int At([System.Runtime.CompilerServices.CallerLineNumber] int line = 0, [System.Runtime.CompilerServices.CallerMemberName] string name = "") => line + name.Length;
            string Pragma(int n)
            {
        #if NEVER
                return "no";
        #else
                return n > 7 ? "a" : "b";
        #endif
            }
        }
        """;

    [TestMethod]
    public void Any_number_of_mutants_of_methods_cost_one_emission_whatever_their_place_is_called_after()
    {
        var golden = new Golden(Numbered);
        Assert.IsEmpty(Golden.Errors(golden.Compilation));
        var numbers = golden.Tree.GetRoot().DescendantTokens().Where(token => token.Value is > 0).ToList();
        var none = numbers.SelectMany((token, i) => Enumerable.Range(0, 9).Select(nth => Mutate(golden, token.Span, $"({token.Text} + {nth} - {nth})", (100 * nth) + i))).ToList();
        var emissions = new List<int>();
        var found = TrivialEquivalence.Find(golden.Compilation, none.Select(mutant => (golden.Tree, mutant)), CancellationToken.None, (mutants, _) => emissions.Add(mutants));
        Assert.AreSequenceEqual(none.Select(mutant => mutant.Id), found.Equivalent);
        Assert.AreSequenceEqual([9 * 6, .. Enumerable.Repeat(1, 9)], emissions, "The method with a directive takes golden's place.");
    }

    [TestMethod]
    public void Parameters_that_may_be_left_out_cost_no_emission_of_their_own()
    {
        var golden = new Golden("""
            class O
            {
                int x;
                O(int a, bool b = false, [System.Runtime.CompilerServices.CallerMemberName] string name = "") { x = a + name.Length + 2; }
                O(string a, params int[] more) : this(a.Length + 3) { x = more.Length + 4; }
                int this[int i, int j = 0] { get { return i + j + 5; } set { x = i + j + value + 6; } }
            }
            """);
        Assert.IsEmpty(Golden.Errors(golden.Compilation));
        var numbers = golden.Tree.GetRoot().DescendantTokens().Where(token => token.Value is > 0).ToList();
        var none = numbers.Select((token, i) => Mutate(golden, token.Span, $"({token.Text} + 0)", i)).ToList();
        var emissions = 0;
        var found = TrivialEquivalence.Find(golden.Compilation, none.Select(mutant => (golden.Tree, mutant)), CancellationToken.None, (_, _) => emissions++);
        Assert.AreSequenceEqual(none.Select(mutant => mutant.Id), found.Equivalent);
        Assert.AreEqual(1, emissions);
    }

    // A copy is no override, so it would lack what an override inherits; and what a copy alone would refuse must not reject a mutant.
    [TestMethod]
    public void A_method_that_cannot_stand_beside_itself_is_compared_in_its_place()
    {
        var golden = new Golden("""
            abstract class B { public abstract T M<T>(T x) where T : class?, new(); }
            class D : B
            {
                public override T M<T>(T x) { var y = new T(); return 1 > 0 ? y : x; }
                public unsafe ref readonly int Ref(in int x, ref int* p) { *p = 2; return ref x; }
            }
            """);
        var unsafely = golden.Compilation.WithOptions(golden.Compilation.Options.WithAllowUnsafe(true));
        Assert.IsEmpty(Golden.Errors(unsafely));
        var numbers = golden.Tree.GetRoot().DescendantTokens().Where(token => token.Value is > 0).ToList();
        var none = numbers.Select((token, i) => Mutate(golden, token.Span, $"({token.Text} + 0)", i)).ToList();
        var refused = numbers.Select((token, i) => Mutate(golden, token.Span, "nothing", 100 + i)).ToList();
        var found = TrivialEquivalence.Find(unsafely, none.Concat(refused).Select(mutant => (golden.Tree, mutant)), CancellationToken.None);
        Assert.AreSequenceEqual(none.Select(mutant => mutant.Id), found.Equivalent);
        Assert.AreSequenceEqual(refused.Select(mutant => mutant.Id), found.Rejected);
    }

    // What metadata calls otherwise than C#, or numbers over the whole program.
    private const string Names = """
        interface I<T> { int M(T x) => 1; int P { get; } }
        class E : I<string?>, I<(int Left, int)>
        {
            int I<string?>.M(string? x) => 2;
            int I<string?>.P => 3;
            int I<(int Left, int)>.M((int Left, int) x) { Func<int> later = () => x.Item1 + 4; return later(); }
            int I<(int Left, int)>.P { get { return 5; } }
            public static E operator +(E e, int n) { n += 6; return e; }
            public static explicit operator int(E e) => 7;
            event Action Happened { add { value(); Console.WriteLine(8); } remove { } }
            ~E() { Console.WriteLine(9); }
        }
        static class X
        {
            extension<T>(List<T> list)
            {
                public int Counted() => list.Count + 10;
                public int Size { get { return list.Count + 11; } }
                public static int Most() => 12;
            }
        }
        file class F<T> { public class G<U> { public int M(T t, U u) => 13; } }
        record R(int A) { public int B { get; init; } = 14; public virtual bool Equals(R? other) => A == 15; public override int GetHashCode() => A; }
        ref struct S { public int N { set { Console.WriteLine(value + 16); } } }
        class Anonymous
        {
            object First() => new { first = 17 };
            object Second() => new { second = 18 };
            async IAsyncEnumerable<int> Later(IAsyncEnumerable<int> all) { await foreach (var one in all) { yield return one + 19; } }
            int Switch(string text) => text switch { "a" => 20, "b" => 21, "c" => 22, "d" => 23, "e" => 24, "f" => 25, "g" => 26, "h" => 27, _ => 0 };
            int[] Data => [31, 32, 33, 34, 35, 36];
            ReadOnlySpan<byte> Bytes => [1, 2, 3];
        }
        """;

    [TestMethod]
    public void Whatever_metadata_calls_a_body_its_mutants_are_compared_with_it()
    {
        var golden = new Golden(Names);
        Assert.IsEmpty(Golden.Errors(golden.Compilation));
        var numbers = golden.Tree.GetRoot().DescendantTokens().Where(token => token.Value is > 0).ToList();
        var faults = numbers.Select((token, i) => Mutate(golden, token.Span, token.Text + "1", i)).ToList();
        var none = numbers.Select((token, i) => Mutate(golden, token.Span, $"({token.Text} + 0)", 100 + i)).ToList();
        var found = TrivialEquivalence.Find(golden.Compilation, faults.Concat(none).Select(mutant => (golden.Tree, mutant)), CancellationToken.None);
        Assert.IsGreaterThan(30, numbers.Count);
        Assert.AreSequenceEqual(none.Select(mutant => $"{mutant.Id} {mutant.Lines}"), none.Where(mutant => found.Equivalent.Contains(mutant.Id)).Select(mutant => $"{mutant.Id} {mutant.Lines}"));
        Assert.HasCount(none.Count, found.Equivalent);
        Assert.IsEmpty(found.Duplicates);
        Assert.IsEmpty(found.Rejected);
    }

    [TestMethod]
    public void A_mutant_whose_error_lies_in_other_code_is_the_one_that_is_rejected()
    {
        var golden = new Golden("class C { protected virtual int M() => 1; int N() => 2; } class D : C { protected override int M() => N() + 3; int N() => 4; }");
        var text = golden.Tree.ToString();
        var closed = Mutate(golden, new TextSpan(text.IndexOf("virtual ", StringComparison.Ordinal), 8), "", 0);
        var changed = Mutate(golden, new TextSpan(text.IndexOf('2', StringComparison.Ordinal), 1), "5", 1);
        var found = TrivialEquivalence.Find(golden.Compilation, [(golden.Tree, closed), (golden.Tree, changed)], CancellationToken.None);
        Assert.AreSequenceEqual([closed.Id], found.Rejected);
        Assert.IsEmpty(found.Equivalent);
    }

    [TestMethod]
    public void A_warning_that_the_project_makes_an_error_of_rejects_nothing()
    {
        var golden = new Golden("class C { string M(string? s) => s ?? \"a\"; int N() => 1; } class D { int M() => 2; }");
        var strict = golden.Compilation.WithOptions(golden.Compilation.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Error));
        var mutant = golden.Scan(new MissingNullHandling()).Single();
        Assert.IsEmpty(TrivialEquivalence.Find(strict, [(golden.Tree, mutant)], CancellationToken.None).Rejected);
    }

    [TestMethod]
    public void Statements_of_a_top_level_program_are_compared()
    {
        var golden = new Golden("var x = 1; Console.WriteLine(x + 2); int F() => 3; F();");
        var mutants = golden.Tree.GetRoot().DescendantTokens().Where(token => token.Value is > 0)
            .SelectMany((token, i) => new[] { Mutate(golden, token.Span, token.Text + "1", i), Mutate(golden, token.Span, $"({token.Text})", 10 + i) })
            .Select(mutant => (golden.Tree, mutant));
        Assert.HasCount(3, TrivialEquivalence.Find(golden.Compilation, mutants, CancellationToken.None).Equivalent);
    }

    private static Mutant Mutate(Golden golden, TextSpan span, string after, int ordinal)
    {
        var site = new InjectionSite(new MissingFunctionCall(), span, [new TextChange(span, after)], "by hand");
        return new Mutant(MutantId.Of("MFC", golden.Path, "M:A.M", "", ordinal), site, golden.Path, "M:A.M", "A.M", golden.Tree.GetLineSpan(span));
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
