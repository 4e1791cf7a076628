using System.Reflection;
using System.Text.RegularExpressions;
using Xen.Toolstack.Xl;

namespace Samples.Tests;

/// <summary>The table of what is ported, in samples/README.md: nothing in it is claimed without a test.</summary>
[TestClass]
public sealed partial class PortedTableTests
{
    private static readonly IReadOnlyList<Row> Table = [.. File.ReadLines(Path.Combine(Root(), "samples", "README.md"))
        .SkipWhile(line => line != "| area | what | state | test |").Skip(2).TakeWhile(line => line.StartsWith('|')).Select(Row.Parse)];

    private sealed record Row(string Area, string What, string State, IReadOnlyList<string> Tests)
    {
        /// <summary>It is there, after the original or, where that has none, of our own.</summary>
        public bool Ported => State.StartsWith("ported", StringComparison.Ordinal) || State.StartsWith("of our own", StringComparison.Ordinal);

        public static Row Parse(string line)
        {
            var cells = line.Trim('|').Split('|');
            Assert.HasCount(4, cells, line);
            return new Row(cells[0].Trim(), cells[1].Trim(), cells[2].Trim(), Code(cells[3]));
        }
    }

    [TestMethod]
    public void What_is_ported_names_a_test_and_what_is_not_says_so()
    {
        Assert.IsNotEmpty(Table);
        foreach (var row in Table) Assert.IsTrue(row.Ported ? row.Tests.Count > 0 : row.State.StartsWith("not ported", StringComparison.Ordinal), row.What);
    }

    [TestMethod]
    public void Every_test_that_is_named_exists()
    {
        var tests = typeof(PortedTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttribute<TestMethodAttribute>() is not null).Select(method => $"{type.FullName}.{method.Name}"))
            .ToList();
        foreach (var name in Table.SelectMany(row => row.Tests).Distinct())
        {
            Assert.HasCount(1, tests.FindAll(test => test.EndsWith($".{name}", StringComparison.Ordinal)), name);
        }
    }

    [TestMethod]
    public void Every_verb_that_xl_knows_has_one_row_and_no_verb_that_it_refuses_is_called_ported()
    {
        var ported = Verbs(row => row.Ported);
        Assert.AreEqual(string.Join(' ', XlVerbs.All.Select(verb => verb.Name).Order(StringComparer.Ordinal)), string.Join(' ', ported));
        foreach (var verb in Verbs(row => !row.Ported)) Assert.IsNull(XlVerbs.Find(verb, out _), verb);
    }

    /// <summary>The verbs of a row of xl stand at its beginning, as code.</summary>
    private static List<string> Verbs(Func<Row, bool> which) =>
        [.. Table.Where(row => row.Area == "xl" && row.What.StartsWith('`') && which(row)).SelectMany(row => Code(row.What)).Order(StringComparer.Ordinal)];

    private static List<string> Code(string cell) => [.. CodeSpan().Matches(cell).Select(match => match.Groups[1].Value)];

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Mutators.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();
}
