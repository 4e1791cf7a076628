using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Mutators.Reliability.Bounds;
using Mutators.Reliability.Figures;

namespace Harness.Tests.Reliability;

/// <summary>The paper's figures as data and as drawings.</summary>
[TestClass]
public sealed class FigureTests
{
    [TestMethod]
    public void The_figures_are_those_of_the_paper_with_its_axes() => CollectionAssert.AreEqual(
        new[] { "3: 6 curves, 0.1 to 1", "4: 2 curves, 0 to 70", "6a: 4 curves, 0.2 to 1", "6b: 3 curves, 0.2 to 1", "7: 1 curves, 0.88 to 1" },
        PaperFigure.All.Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Id}: {figure.Curves.Length} curves, {figure.YLow} to {figure.YHigh}")).ToArray());

    [TestMethod]
    public void Their_data_are_the_bounds_that_answer_questions()
    {
        Assert.AreEqual(VirtualizationBound.Hypervisor(0.5, 8), Point("3", "n = 8", 0.5), 0.0);
        Assert.AreEqual(ReplicationBound.Count(0.998, 0.1, 0.999), Point("4", "R = 0.998", 0.1), 0.0);
        Assert.AreEqual(PlacementBound.Function(0.5, 0.95, 3), Point("6a", "R_M′ = 0.95", 0.5), 0.0);
        Assert.AreEqual(PlacementBound.Function(0.1, 0.75, 9), Point("6b", "n = 9", 0.1), 0.0);
        Assert.AreEqual(VotingBound.Hypervisor(0.6), Point("7", "bound (4)", 0.6), 0.0);
    }

    [TestMethod]
    public void Csv_and_json_hold_every_point_of_every_curve()
    {
        foreach (var figure in PaperFigure.All)
        {
            var rows = FigureText.Csv(figure).TrimEnd('\n').Split('\n');
            using var json = JsonDocument.Parse(FigureText.Json(figure));

            Assert.HasCount(92, rows);
            foreach (var (index, curve) in figure.Curves.Index())
            {
                var column = rows.Skip(1).Select(row => double.Parse(row.Split(',')[index + 1], CultureInfo.InvariantCulture)).ToArray();
                var points = json.RootElement.GetProperty("curves")[index].GetProperty("y").EnumerateArray().Select(y => y.GetDouble()).ToArray();
                CollectionAssert.AreEqual(curve.Y, column);
                CollectionAssert.AreEqual(curve.Y, points);
            }
        }
    }

    [TestMethod]
    public void A_drawing_is_well_formed_has_a_line_for_each_curve_and_refers_to_nothing_outside()
    {
        foreach (var figure in PaperFigure.All)
        {
            var text = FigureSvg.Render(figure);
            var svg = XDocument.Parse(text, LoadOptions.PreserveWhitespace);

            Assert.HasCount(figure.Curves.Length, svg.Descendants().Where(each => each.Name.LocalName == "polyline").ToArray());
            Assert.Contains("prefers-color-scheme: dark", text);
            Assert.DoesNotContain("href", text);
            Assert.DoesNotContain("NaN", text);
            foreach (var curve in figure.Curves)
            {
                // Symbols are set in pieces; together they read as the label does, without the underscore.
                Assert.Contains(curve.Label.Replace("_", "", StringComparison.Ordinal), svg.Descendants().Where(each => each.Name.LocalName == "text").Select(each => each.Value));
            }
        }
    }

    [TestMethod]
    public void A_drawing_is_a_golden_file() => Snapshot.Verify("tests/Harness.Tests/Reliability/Snapshots/figure-7.svg", FigureSvg.Render(PaperFigure.All[^1]));

    private static double Point(string id, string label, double x) =>
        PaperFigure.All.First(figure => figure.Id == id).Curves.First(curve => curve.Label == label).Y[PaperFigure.X.IndexOf(x)];
}
