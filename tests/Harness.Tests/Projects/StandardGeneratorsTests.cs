using Microsoft.CodeAnalysis.CSharp;
using Mutators.Campaign.Projects;

namespace Harness.Tests.Projects;

/// <summary>Generators that have nothing to do are not run; one that has is.</summary>
[TestClass]
public sealed class StandardGeneratorsTests
{
    [TestMethod]
    [DataRow("System.Text.RegularExpressions.Generator.dll", "class C { }", true)]
    [DataRow("System.Text.RegularExpressions.Generator.dll", "partial class C { [GeneratedRegex(\"a\")] partial Regex A(); }", false)]
    [DataRow("System.Text.RegularExpressions.Generator.dll", "using Made = System.Text.RegularExpressions.GeneratedRegexAttribute;", false)]
    [DataRow("Microsoft.Interop.LibraryImportGenerator.dll", "class C { [DllImport(\"libc\")] static extern int getpid(); }", true)]
    [DataRow("Someone.Elses.Generator.dll", "class C { }", false)]
    public void A_generator_adds_nothing_where_its_attribute_is_not_named(string assembly, string source, bool addsNothing) =>
        Assert.AreEqual(addsNothing, StandardGenerators.AddNothing($"/packs/analyzers/dotnet/cs/{assembly}", [CSharpSyntaxTree.ParseText("class D { }"), CSharpSyntaxTree.ParseText(source)]));
}
