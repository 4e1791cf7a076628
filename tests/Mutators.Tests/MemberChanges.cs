using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mutators.Tests;

/// <summary>Which members of a file changed between two texts of it.</summary>
[TestClass]
public sealed class MemberChanges
{
    private const string Before = """
        using System;
        int start = 1;
        class C : IDisposable
        {
            int a = 1, b = 2;
            public int P { get => a; set => a = value; }
            public C() { a = 3; }
            public void M(int x) { a = x; }
            public void M(string x) { b = x.Length; }
            class Inner { void M() { } }
            public void Dispose() { }
        }
        """;

    [TestMethod]
    [DataRow("comments, blanks and order", "    public void M(int x) { a = x; }", "    // why\n    public void M( int x )\n    {\n        a = x;\n    }", "")]
    [DataRow("a body", "a = x;", "a = x + 1;", "M(int)")]
    [DataRow("a signature", "M(string x)", "M(string x, int y = 0)", "M(string)")]
    [DataRow("an accessor", "get => a;", "get => b;", "P")]
    [DataRow("a field", "b = 2", "b = 3", "fields")]
    [DataRow("a constructor", "a = 3", "a = 4", "ctor")]
    [DataRow("the head of a type, which is no member's", "class C : IDisposable", "sealed class C : IDisposable", "")]
    [DataRow("a nested type's member of the same name", "class Inner { void M() { } }", "class Inner { void M() { M(); } }", "Inner.M")]
    [DataRow("top-level statements", "int start = 1;", "int start = 2;", "top")]
    [DataRow("an attribute", "public void Dispose()", "[Obsolete] public void Dispose()", "Dispose")]
    public void The_members_that_changed_are_those_that_were_edited(string _, string from, string to, string changed)
    {
        Assert.Contains(from, Before);
        var after = Root(Before.Replace(from, to, StringComparison.Ordinal));
        var changes = new ChangedMembers(Root(Before), after);

        Assert.AreEqual(changed, string.Join(' ', Places(after).Where(place => changes.Holds(place.Node.Span)).Select(place => place.Name)));
    }

    [TestMethod]
    public void In_a_file_that_is_new_every_member_changed()
    {
        var after = Root(Before);

        Assert.IsTrue(Places(after).All(place => new ChangedMembers(null, after).Holds(place.Node.Span)));
    }

    [TestMethod]
    public void A_member_that_moved_to_another_type_changed()
    {
        var after = Root(Before.Replace("class Inner", "class Other", StringComparison.Ordinal));
        var changes = new ChangedMembers(Root(Before), after);

        Assert.IsTrue(changes.Holds(Places(after).Single(place => place.Name == "Inner.M").Node.Span));
    }

    private static SyntaxNode Root(string text) => CSharpSyntaxTree.ParseText(text).GetRoot();

    /// <summary>Something inside of each member, in document order.</summary>
    private static IEnumerable<(string Name, SyntaxNode Node)> Places(SyntaxNode root)
    {
        var bodies = root.DescendantNodes().ToList();
        SyntaxNode Of(string kind, int index) => bodies.Where(node => node.Kind().ToString() == kind).ElementAt(index);
        return
        [
            ("top", Of("LocalDeclarationStatement", 0)), ("fields", Of("EqualsValueClause", 1)), ("P", Of("ArrowExpressionClause", 1)), ("ctor", Of("Block", 0)),
            ("M(int)", Of("Block", 1)), ("M(string)", Of("Block", 2)), ("Inner.M", Of("Block", 3)), ("Dispose", Of("Block", 4)),
        ];
    }
}
