using Xen.Mechanisms.Replicas;
using Xen.Mechanisms.Voting;

namespace Samples.Tests.Mechanisms;

[TestClass]
public sealed class VotingTests
{
    private const ReplicaFault Fine = ReplicaFault.None;

    [TestMethod]
    [DataRow(ReplicaFault.None)]
    [DataRow(ReplicaFault.Omission)]
    [DataRow(ReplicaFault.Late)]
    [DataRow(ReplicaFault.Arbitrary)]
    [DataRow(ReplicaFault.Colluding)]
    [DataRow(ReplicaFault.Nondeterministic)]
    public void With_one_faulty_replica_every_answer_is_right_and_comes_with_the_second_correct_one(ReplicaFault fault)
    {
        foreach (var faults in new ReplicaFault[][] { [fault, Fine, Fine], [Fine, fault, Fine], [Fine, Fine, fault] })
        {
            var run = VotingExperiment.Run(1, faults);
            Assert.AreEqual((VotingExperiment.Requests, VotingExperiment.Requests), (run.Right, run.AtSecondAnswer));
        }
    }

    [TestMethod]
    public void Two_different_wrong_answers_are_no_answer() =>
        Assert.AreEqual(VotingExperiment.Requests, VotingExperiment.Run(1, [ReplicaFault.Arbitrary, ReplicaFault.Arbitrary, Fine]).Silent);

    [TestMethod]
    public void Two_equal_wrong_answers_outvote_the_right_one() =>
        Assert.AreEqual(VotingExperiment.Requests, VotingExperiment.Run(1, [ReplicaFault.Colluding, ReplicaFault.Colluding, Fine]).Wrong);

    [TestMethod]
    public void A_service_that_is_not_deterministic_cannot_be_voted_on() =>
        Assert.IsLessThan(VotingExperiment.Requests / 2, VotingExperiment.Run(1, [ReplicaFault.Nondeterministic, ReplicaFault.Nondeterministic, ReplicaFault.Nondeterministic]).Right);

    [TestMethod]
    public void An_outvoted_replica_is_repaired_once_and_right_from_then_on() =>
        Assert.AreEqual((VotingExperiment.Requests, 1), (VotingExperiment.Run(1, [ReplicaFault.Arbitrary, Fine, Fine], repair: true) is var run ? (run.Right, run.Repairs) : default));
}
