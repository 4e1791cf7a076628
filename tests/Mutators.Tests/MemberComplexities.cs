using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Tests;

[TestClass]
public sealed class MemberComplexities
{
    [TestMethod]
    [DataRow("void M() { X(); }", 1)]
    [DataRow("void M() { if (a) { X(); } else { X(); } }", 2)]
    [DataRow("void M() { if (a && b || c) { X(); } }", 4)]
    [DataRow("void M() { for (;;) { X(); } while (a) { } do { } while (a); foreach (var x in y) { } }", 5)]
    [DataRow("void M() { switch (X()) { case 1: case 2: break; case > 3 when a: break; default: break; } }", 5)]
    [DataRow("int M() => X() switch { 1 => 2, 3 or 4 => 5, _ => 6 };", 4)]
    [DataRow("void M() { try { X(); } catch (E) when (a) { } catch { } finally { } }", 4)]
    [DataRow("int M() => a ? X() : b ?? 3;", 3)]
    [DataRow("void M() { void L() { if (a) { X(); } } L(); }", 2)]
    [DataRow("int P { get { return a ? X() : 2; } set { if (a) { } if (b) { } } }", 2)]
    public void Count_the_forks_of_the_member_around_the_site(string member, int expected)
    {
        var code = $"class C {{ {member} void Other() {{ if (a) {{ }} }} }}";
        var root = CSharpSyntaxTree.ParseText(code).GetRoot();
        Assert.AreEqual(expected, MemberComplexity.At(root, new TextSpan(code.IndexOf("X()", StringComparison.Ordinal), 3)));
    }
}
