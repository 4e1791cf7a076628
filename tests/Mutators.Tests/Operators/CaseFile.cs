using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Tests.Operators;

/// <summary>
/// The cases of one operator, a page for people and a test at once. A heading of level two begins a case; below it stand one block
/// <c>cs</c> with the sites marked <c>[|…|]</c>, one block <c>diff</c> for each mutant, and a block <c>run</c> where the case is run.
/// </summary>
public static class CaseFile
{
    /// <summary>Where the cases of an operator are kept.</summary>
    public static string PathOf(FaultOperator faultOperator) =>
        Path.Combine(Repository.Root, "tests", "Mutators.Tests", "Operators", faultOperator.GetType().Name + ".md");

    /// <summary>The cases of an operator; none when it has no file.</summary>
    public static IReadOnlyList<OperatorCase> Read(FaultOperator faultOperator)
    {
        var path = PathOf(faultOperator);
        return File.Exists(path) ? [.. Cases(faultOperator, File.ReadAllLines(path))] : [];
    }

    private static IEnumerable<OperatorCase> Cases(FaultOperator faultOperator, string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("## ", StringComparison.Ordinal))
            {
                continue;
            }

            var end = Array.FindIndex(lines, i + 1, line => line.StartsWith("## ", StringComparison.Ordinal));
            var blocks = Blocks(lines[(i + 1)..(end < 0 ? lines.Length : end)]).ToLookup(block => block.Kind, block => block.Text);
            var (code, marks) = WithoutMarks(blocks["cs"].Single());
            yield return new OperatorCase(faultOperator, lines[i][3..], code, marks, [.. blocks["diff"]], blocks["run"].SingleOrDefault());
        }
    }

    private static IEnumerable<(string Kind, string Text)> Blocks(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.IndexOf(lines, "```", i + 1);
                Assert.AreNotEqual(-1, end, $"A block without an end: {lines[i]}");
                yield return (lines[i][3..], string.Join('\n', lines[(i + 1)..end]));
                i = end;
            }
        }
    }

    private static (string Code, IReadOnlyList<TextSpan> Marks) WithoutMarks(string marked)
    {
        var code = new StringBuilder();
        var open = new Stack<int>();
        var marks = new List<TextSpan>();
        for (var i = 0; i < marked.Length; i++)
        {
            var pair = i + 1 < marked.Length ? marked.Substring(i, 2) : "";
            if (pair is "[|")
            {
                open.Push(code.Length);
                i++;
            }
            else if (pair is "|]")
            {
                marks.Add(TextSpan.FromBounds(open.Pop(), code.Length));
                i++;
            }
            else
            {
                code.Append(marked[i]);
            }
        }

        Assert.IsEmpty(open, "A mark without an end.");
        marks.Sort();
        return (code.ToString(), marks);
    }
}
