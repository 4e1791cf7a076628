using Microsoft.CodeAnalysis.CSharp;

namespace Harness.Tests.Analyzers;

/// <summary>Faults that the compiler refuses: no branch of them would build, so that no editor offers them.</summary>
[TestClass]
public sealed class RefusedFaultTests
{
    /// <summary>Two spans of one type, of which only one may outlive the method: the rule is the compiler's, and no operator knows it.</summary>
    private const string Code = """
        using System;
        static class C
        {
            static Span<int> Kept(Span<int> kept, scoped Span<int> seen) => kept;
            static Span<int> Counted(Span<int> heap, int n)
            {
                Span<int> stack = stackalloc int[4];
                Log(n, heap.Length);
                return Kept(heap, stack);
            }
            static void Log(int a, int b) { }
        }
        """;

    [TestMethod]
    public void A_fault_that_does_not_compile_is_not_offered_although_it_has_a_site()
    {
        using var editor = new Editor(Code, "mutators.operators = WPFV.S");
        var line = Line("return Kept");
        Assert.HasCount(1, editor.Diagnostics().Where(each => each.Location.GetLineSpan().StartLinePosition.Line == line).ToList());
        Assert.IsEmpty(editor.Offered(Editor.Path, line));
        var swapped = CSharpSyntaxTree.ParseText(Code.Replace("Kept(heap, stack)", "Kept(stack, heap)", StringComparison.Ordinal), new CSharpParseOptions(LanguageVersion.Preview));
        Assert.Contains("CS8352", string.Join(' ', Editor.Compile(swapped).GetDiagnostics().Select(each => each.Id)));
    }

    [TestMethod]
    public void A_fault_of_the_same_operator_that_compiles_is_offered()
    {
        using var editor = new Editor(Code, "mutators.operators = WPFV.S");
        Assert.HasCount(1, editor.Offered(Editor.Path, Line("Log(n")));
    }

    private static int Line(string text) => Array.FindIndex(Code.Split('\n'), line => line.Contains(text, StringComparison.Ordinal));
}
