using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>Workloads that only print: the exit code and the lines are all there is.</summary>
[TestClass]
public sealed class PlainProgramTests
{
    private static readonly GoldenRun Golden = Runs.GoldenOf("alpha\nbeta\ngamma");

    [TestMethod]
    [DataRow("alpha\nbeta\ngamma", 0, FailureMode.NoImpact, "every observation is equal to golden's")]
    [DataRow("alpha\nBETA\ngamma", 0, FailureMode.SilentDataFailure, "prints 'BETA', golden's is 'beta'")]
    [DataRow("alpha\ngamma", 0, FailureMode.SilentDataFailure, "a line is missing: 'beta'")]
    [DataRow("alpha\nbeta\nnew\ngamma", 0, FailureMode.SilentDataFailure, "a line that golden does not print: 'new'")]
    [DataRow("", 0, FailureMode.SilentDataFailure, "a line is missing: 'alpha'")]
    [DataRow("alpha\nBETA\ngamma", 1, FailureMode.OperationError, "exit code 1, golden's is 0")]
    [DataRow("alpha\nbeta\ngamma", 1, FailureMode.OperationError, "exit code 1, golden's is 0")]
    public void The_exit_code_tells_an_error_from_a_silent_difference(string output, int exitCode, FailureMode mode, string reason)
    {
        var outcome = OutcomeClassifier.Classify(Runs.Id, Golden, Runs.Run(output, exitCode), "rebuild");

        Assert.AreEqual((mode, reason), (outcome.Mode, outcome.Reason));
    }

    [TestMethod]
    public void Success_of_a_program_that_must_fail_is_an_inconsistent_state()
    {
        var outcome = OutcomeClassifier.Classify(Runs.Id, Runs.GoldenOf("usage: …", exitCode: 2), Runs.Run("usage: …"), "rebuild");

        Assert.AreEqual((FailureMode.InconsistentState, "reports success: exit code 0, golden's is 2"), (outcome.Mode, outcome.Reason));
    }

    [TestMethod]
    public void Standard_error_is_not_compared() =>
        Assert.AreEqual(
            FailureMode.NoImpact,
            OutcomeClassifier.Classify(Runs.Id, Golden, Runs.Run("alpha\nbeta\ngamma", 0, ProcessEnd.Exited, "warning"), "rebuild").Mode);

    [TestMethod]
    public void A_program_that_prints_an_observation_only_as_a_mutant_is_still_judged()
    {
        var outcome = OutcomeClassifier.Classify(
            Runs.Id, Golden, Runs.Run("alpha\nbeta\ngamma\n{\"observe\":\"component\",\"name\":\"db\",\"kind\":\"process\",\"event\":\"crash\"}"), "rebuild");

        Assert.AreEqual(FailureMode.ControlCrash, outcome.Mode);
    }
}
