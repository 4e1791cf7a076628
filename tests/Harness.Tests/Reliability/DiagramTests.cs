using Mutators.Reliability;
using Mutators.Reliability.Diagrams;
using Mutators.Reliability.Numbers;

namespace Harness.Tests.Reliability;

/// <summary>Block diagrams: their text, their exact value, and which module matters.</summary>
[TestClass]
public sealed class DiagramTests
{
    [TestMethod]
    [DataRow("H", "H")]
    [DataRow("H&V&(M1|M2)", "H & V & (M1 | M2)")]
    [DataRow("A | B & C", "A | B & C")]
    [DataRow("(A | B) & C", "(A | B) & C")]
    [DataRow("((A))", "A")]
    [DataRow("2 of ( M1 .. M3 )", "2of(M1, M2, M3)")]
    [DataRow("2of(A, B & C, D | E)", "2of(A, B & C, D | E)")]
    [DataRow("1of(M8..M10)", "M8 | M9 | M10")]
    [DataRow("3of(A, B, C)", "A & B & C")]
    [DataRow("M' & dom0-kernel", "M' & dom0-kernel")]
    public void A_diagram_reads_as_it_is_written(string text, string canonical)
    {
        var diagram = Diagram.Parse(text);

        Assert.AreEqual(canonical, diagram.ToString());
        Assert.AreEqual(canonical, Diagram.Parse(canonical).ToString());
    }

    [TestMethod]
    [DataRow("", "The diagram cannot be read at its end: a module's name, '(' or a number with 'of' is expected.")]
    [DataRow("H & (V", "The diagram cannot be read at its end: ')' is expected.")]
    [DataRow("H V", "The diagram cannot be read at 'V' in column 3: '&', '|' or the end is expected.")]
    [DataRow("H & 2(A, B)", "The diagram cannot be read at '(' in column 6: 'of' after the number is expected.")]
    [DataRow("H & %", "The diagram cannot be read at '%' in column 5: a module's name, '(' or a number with 'of' is expected.")]
    [DataRow("3of(A, B)", "3 of 2 modules can never be what a group needs.")]
    [DataRow("0of(A, B)", "0 of 2 modules can never be what a group needs.")]
    [DataRow("2of(M3..M1)", "M3..M1 is no range of modules.")]
    [DataRow("2of(A..B)", "A..B is no range of modules.")]
    [DataRow("1of(M1..M5000)", "The diagram names more than 1000 modules.")]
    [DataRow("9999999999of(A)", "The diagram cannot be read at 'o' in column 11: a smaller number is expected.")]
    public void What_cannot_be_read_is_named_with_its_place(string text, string message) =>
        Assert.AreEqual(message, Assert.ThrowsExactly<ModelInputException>(() => Diagram.Parse(text)).Message);

    [TestMethod]
    public void Nesting_has_a_bound() =>
        StringAssert.StartsWith(Assert.ThrowsExactly<ModelInputException>(() => Diagram.Parse(new string('(', 100_000))).Message, "The diagram is nested deeper");

    [TestMethod]
    [DataRow("H & V & (M1 | M2 | M3)")]
    [DataRow("2of(A, B, C)")]
    [DataRow("3of(A, B & C, D, E | F, G)")]
    [DataRow("(A & C) | (B & C)")]
    [DataRow("A & B | B & C | C & A")]
    [DataRow("2of(A & S, B & S, C)")]
    [DataRow("A & E & D | A & C | B & D | B & E & C")]
    [DataRow("2of(A | B, B | C, C | D) & (A | E) | F & A")]
    [DataRow("(A | B) & (A | C) & (D | E) & (D | F)")]
    [DataRow("A & A & (A | B)")]
    public void The_value_is_exact_also_where_modules_stand_at_several_places(string text)
    {
        var diagram = Diagram.Parse(text);
        var random = new RandomDraws(11);
        for (var round = 0; round < 20; round++)
        {
            var values = diagram.Modules.ToDictionary(module => module, _ => round switch { 0 => 0.0, 1 => 1.0, _ => random.NextUniform() });

            Assert.AreEqual(Enumeration.Reliability(diagram, values), diagram.Reliability(values), 1e-12);
        }
    }

    [TestMethod]
    public void Modules_that_differ_vote_like_their_states_counted_out()
    {
        var diagram = Diagram.Parse("3of(M1..M6)");
        var values = diagram.Modules.Index().ToDictionary(each => each.Item, each => 0.3 + 0.1 * each.Index);

        Assert.AreEqual(Enumeration.Reliability(diagram, values), diagram.Reliability(values), 1e-14);
    }

    [TestMethod]
    public void Hundreds_of_modules_are_no_effort()
    {
        var diagram = Diagram.Parse("H & 150of(M1..M300) & (1of(A1..A40) & S | S & 1of(B1..B40))");
        var values = diagram.Modules.ToDictionary(module => module, module => module.StartsWith('M') ? 0.5 : 0.9);

        Assert.AreEqual(0.9 * 0.9 * 0.52302, diagram.Reliability(values), 1e-5);
    }

    [TestMethod]
    public void A_diagram_that_is_too_entangled_says_so()
    {
        // A voting group over pairs that all overlap: no part is independent of another.
        var names = Enumerable.Range(0, 40).Select(i => $"x{(char)('a' + i % 26)}{(char)('a' + i / 26)}").ToArray();
        var text = $"20of({string.Join(", ", Enumerable.Range(0, 40).SelectMany(i => new[] { $"{names[i]} & {names[(i + 7) % 40]}", $"{names[i]} | {names[(i + 11) % 40]}" }))})";
        var diagram = Diagram.Parse(text);

        StringAssert.StartsWith(Assert.ThrowsExactly<ModelInputException>(() => diagram.Reliability(diagram.Modules.ToDictionary(module => module, _ => 0.9))).Message, "Too many modules");
    }

    [TestMethod]
    public void A_module_without_value_or_outside_0_to_1_is_named()
    {
        var diagram = Diagram.Parse("H & M1");

        Assert.AreEqual("Module M1 has no value.", Assert.ThrowsExactly<ModelInputException>(() => diagram.Reliability(new Dictionary<string, double> { ["H"] = 1 })).Message);
        Assert.AreEqual("the reliability of M1 = 2 is no probability.", Assert.ThrowsExactly<ModelInputException>(() => diagram.Reliability(new Dictionary<string, double> { ["H"] = 1, ["M1"] = 2 })).Message);
    }

    [TestMethod]
    public void Birnbaums_importance_is_the_derivative()
    {
        var diagram = Diagram.Parse("H & (A & S | B & S | 2of(C, D, E))");
        var values = diagram.Modules.Index().ToDictionary(each => each.Item, each => 0.55 + 0.05 * each.Index);
        foreach (var importance in Importance.Of(diagram, values))
        {
            var (more, less) = (new Dictionary<string, double>(values), new Dictionary<string, double>(values));
            more[importance.Name] += 1e-6;
            less[importance.Name] -= 1e-6;

            Assert.AreEqual((diagram.Reliability(more) - diagram.Reliability(less)) / 2e-6, importance.Birnbaum, 1e-8);
        }
    }

    [TestMethod]
    public void The_module_with_the_greatest_potential_comes_first_and_copies_count_together()
    {
        var diagram = Diagram.Parse("H & V & (M1 | M2)");
        var values = new Dictionary<string, double> { ["H"] = 0.999, ["V"] = 0.97, ["M1"] = 0.9, ["M2"] = 0.9 };
        var importances = Importance.Of(diagram, values);

        CollectionAssert.AreEqual(new[] { "V", "M", "H" }, importances.Select(each => each.Name).ToArray());
        Assert.AreEqual(2, importances[1].Copies);
        Assert.AreEqual(0.999 * 0.97 * 0.01, importances[1].Potential, 1e-12);
        Assert.AreEqual(0.999 * 0.97 * 0.2, importances[1].Birnbaum, 1e-12);
    }
}
