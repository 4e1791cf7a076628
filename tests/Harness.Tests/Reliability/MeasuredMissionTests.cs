using Mutators.Reliability;
using Mutators.Reliability.Missions;

namespace Harness.Tests.Reliability;

/// <summary>Missions that were run somewhere else, against the models.</summary>
[TestClass]
public sealed class MeasuredMissionTests
{
    [TestMethod]
    public void A_row_has_the_formula_with_and_without_the_common_cause()
    {
        var row = Row("H & V & (M1 | M2 | M3),H=0.99 V=0.98 M=0.9,M=0.5,1000,920");

        Assert.AreEqual(0.99 * 0.98 * (1 - 0.001), row.Independent, 1e-12);
        var own = Math.Sqrt(0.9);
        Assert.AreEqual(0.99 * 0.98 * own * (1 - Math.Pow(1 - own, 3)), row.Formula, 1e-12);
        Assert.IsTrue(row.IsInside);
        Assert.IsFalse(row.IndependentIsInside);
        Assert.AreEqual(row.Independent - 0.92, row.Overrated, 1e-12);
    }

    [TestMethod]
    public void Without_a_common_cause_the_two_are_one()
    {
        var row = Row("H & V & 2of(M1..M3),H=1 V=0.98 M=0.9,,10000,9526");

        Assert.AreEqual(0.95256, row.Formula, 1e-12);
        Assert.AreEqual(row.Formula, row.Independent);
    }

    [TestMethod]
    [DataRow("H & M,H=0.9 M=0.9,,10", "Line 2 is no row of missions: H & M,H=0.9 M=0.9,,10")]
    [DataRow("H & M,H=0.9 M=0.9,,10,x", "Line 2 is no row of missions: H & M,H=0.9 M=0.9,,10,x")]
    [DataRow("H & M,H=0.9 M=0.9,,10,11", "Line 2: 11 of 10 are no counts of trials.")]
    [DataRow("H & M,H=0.9 M=0.9,,0,0", "Line 2: 0 of 0 are no counts of trials.")]
    [DataRow("H & M,H=0.9,,10,9", "Line 2: Module M has no value.")]
    [DataRow("H & M,H=1.9 M=0.9,,10,9", "Line 2: H = 1.9 is no probability.")]
    public void A_line_that_cannot_be_read_is_named(string line, string message) =>
        Assert.AreEqual(message, Assert.ThrowsExactly<ModelInputException>(() => MeasuredMissions.Parse([MeasuredMissions.Heading, line])).Message);

    [TestMethod]
    public void A_file_without_heading_or_without_missions_is_refused()
    {
        Assert.ThrowsExactly<ModelInputException>(() => MeasuredMissions.Parse(["H & M,H=0.9 M=0.9,,10,9"]));
        Assert.ThrowsExactly<ModelInputException>(() => MeasuredMissions.Parse([MeasuredMissions.Heading, ""]));
        Assert.ThrowsExactly<ModelInputException>(() => MeasuredMissions.Parse([]));
    }

    private static MeasuredMissions Row(string line) => MeasuredMissions.Parse([MeasuredMissions.Heading, line])[0];
}
