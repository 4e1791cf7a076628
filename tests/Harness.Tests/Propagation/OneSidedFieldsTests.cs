using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mutators.Campaign.Propagation;

namespace Harness.Tests.Propagation;

/// <summary>Two versions of a program, and the fields that the compiler makes in one of them only.</summary>
[TestClass]
public sealed class OneSidedFieldsTests
{
    [TestMethod]
    [DataRow("int a = 1, b = 2; return () => a + b;", "int a = 1, b = 2; return () => b;", "App.Maker+<>c__DisplayClass0_0.a", DisplayName = "a captured variable")]
    [DataRow("int a = 1, b = 2; return () => a + b;", "int a = 1, b = 2; return () => b + a;", "", DisplayName = "nothing")]
    [DataRow("int a = 1; System.Func<int> f = () => a; { int b = 2; return () => b; }", "int a = 1; System.Func<int> f = () => 1; { int b = 2; return () => b; }", "App.Maker+<>c__DisplayClass0_0.a", DisplayName = "a scope: those behind it have other numbers")]
    [DataRow("int a = 1; return () => a;", "return null;", "", DisplayName = "a whole type")]
    public void Variables_that_one_side_captures(string golden, string mutant, string fields) =>
        Assert.AreEqual(fields, Between($"static System.Func<int> Make() {{ {golden} }}", $"static System.Func<int> Make() {{ {mutant} }}"));

    [TestMethod]
    public void A_parameter_of_a_primary_constructor_whose_only_use_is_gone() =>
        Assert.AreEqual("App.Maker+Box`1.<b>P", Between("class Box<T>(int a, T b) { int A() => a; T B() => b; }", "class Box<T>(int a, T b) { int A() => a; T B() => default; }"));

    [TestMethod]
    public void A_field_that_the_program_declares_is_none() => Assert.AreEqual("", Between("class Box { int a, b; }", "class Box { int a; }"));

    [TestMethod]
    public void A_variable_that_an_iterator_keeps_no_more() => Assert.AreEqual(
        "App.Maker+<Make>d__0.<a>5__1",
        Between("static System.Collections.Generic.IEnumerable<int> Make() { int a = 1; int b = 2; yield return b; yield return a + b; }", "static System.Collections.Generic.IEnumerable<int> Make() { int b = 2; yield return b; yield return b; }"));

    private static string Between(string golden, string mutant) => string.Join(' ', OneSidedFields.Of(Image(golden), Image(mutant)));

    private static byte[] Image(string members)
    {
        var source = $"namespace App {{ class Maker {{ {members} }} }}";
        var compilation = CSharpCompilation.Create("made", [CSharpSyntaxTree.ParseText(source)], references.Value, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.IsTrue(emitted.Success, string.Join('\n', emitted.Diagnostics));
        return image.ToArray();
    }

    private static readonly Lazy<MetadataReference[]> references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) is "System.Runtime" or "System.Private.CoreLib").Select(path => MetadataReference.CreateFromFile(path)),
    ]);
}
