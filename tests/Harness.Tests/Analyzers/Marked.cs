using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace Harness.Tests.Analyzers;

/// <summary>Code with the expected sites marked in it: <c>[|Open();|]</c>. Marks may lie in each other.</summary>
internal sealed class Marked
{
    public Marked(string marked)
    {
        var code = new StringBuilder();
        var open = new Stack<int>();
        var spans = new List<TextSpan>();
        for (var i = 0; i < marked.Length; i++)
        {
            if (marked.AsSpan(i).StartsWith("[|", StringComparison.Ordinal))
            {
                open.Push(code.Length);
                i++;
            }
            else if (marked.AsSpan(i).StartsWith("|]", StringComparison.Ordinal))
            {
                spans.Add(TextSpan.FromBounds(open.Pop(), code.Length));
                i++;
            }
            else
            {
                code.Append(marked[i]);
            }
        }

        Assert.IsEmpty(open);
        Code = code.ToString();
        Spans = [.. spans.Order()];
    }

    public string Code { get; }

    public IReadOnlyList<TextSpan> Spans { get; }

    /// <summary>The analyzer shows exactly the marked sites.</summary>
    public static IReadOnlyList<Microsoft.CodeAnalysis.Diagnostic> Verify(string marked, string editorConfig = "")
    {
        var expected = new Marked(marked);
        using var editor = new Editor(expected.Code, editorConfig);
        var found = editor.Diagnostics();
        CollectionAssert.AreEqual(
            expected.Spans.Select(span => expected.Code.Substring(span.Start, span.Length)).ToList(),
            found.Where(each => each.Id != "MUT9001").Select(each => expected.Code.Substring(each.Location.SourceSpan.Start, each.Location.SourceSpan.Length)).ToList());
        return found;
    }
}
