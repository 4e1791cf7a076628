using Mutators.Campaign.Workloads;
using static Mutators.Campaign.Outcomes.Runs;

namespace Mutators.Campaign.Outcomes;

[TestClass]
public sealed class OutcomeClassifierTests
{
    [TestMethod]
    public void Golden_compared_with_itself_has_no_impact() => Expect(Classify(Healthy), FailureMode.NoImpact, Detection.None, "every observation is equal to golden's");

    [TestMethod]
    public void A_golden_run_of_plain_lines_compared_with_itself_has_no_impact()
    {
        var golden = GoldenOf("one\ntwo", exitCode: 5);

        Expect(OutcomeClassifier.Classify(Id, golden, golden.Run, "rebuild"), FailureMode.NoImpact, Detection.None, "every observation is equal to golden's");
    }

    [TestMethod]
    public void Another_course_with_equal_checks_has_no_impact()
    {
        var outcome = Classify(With(("cc", "cd"), ("\"at\":3000", "\"at\":3001")));

        Expect(outcome, FailureMode.NoImpact, Detection.None, "the run took another course, and every check is equal to golden's");
        CollectionAssert.AreEqual(new[] { new Difference("trace 00000000000000cc", "trace 00000000000000cd") }, outcome.Differences.ToArray());
    }

    [TestMethod]
    public void A_component_of_kind_host_that_crashes_is_a_host_crash()
    {
        var outcome = Classify(
            """
            {"observe":"phase","name":"boot","at":0}
            {"observe":"component","name":"host","kind":"host","event":"crash","detail":"Dom0 kernel: NullReferenceException","at":700}
            """,
            exitCode: 3);

        Expect(outcome, FailureMode.HostCrash, Detection.Signalled, "component host: crash (Dom0 kernel: NullReferenceException)");
        CollectionAssert.AreEqual(new[] { FailureMode.HostCrash }, outcome.Flags.ToArray(), "what is missing is a consequence");
    }

    [TestMethod]
    public void A_host_that_hangs_is_a_hang_and_no_crash()
    {
        var outcome = Classify("""
            {"observe":"phase","name":"boot","at":0}
            {"observe":"component","name":"host","kind":"host","event":"hang","detail":"it does not come to rest","at":700}
            """);

        Assert.AreEqual(FailureMode.ControlHang, outcome.Mode);
        Assert.DoesNotContain(FailureMode.HostCrash, outcome.Flags);
    }

    [TestMethod]
    public void An_oops_in_a_driver_domain_is_not_a_host_crash() =>
        Assert.AreEqual(FailureMode.ControlCrash, Classify(And("""{"observe":"component","name":"driver domain","kind":"kernel","event":"crash"}""")).Mode);

    [TestMethod]
    public void A_run_that_its_time_limit_ends_is_a_hang()
    {
        var outcome = Classify("""{"observe":"phase","name":"boot","at":0}""", exitCode: 137, ProcessEnd.TimedOut);

        Expect(outcome, FailureMode.ControlHang, Detection.Monitor, "ran beyond its time limit after 1 of golden's 12 observations");
        CollectionAssert.AreEqual(new[] { "time limit" }, outcome.Detectors.ToArray());
    }

    [TestMethod]
    public void A_run_that_prints_without_end_is_a_hang_with_that_reason() =>
        Expect(Classify("x\nx\nx", 137, ProcessEnd.OutputLimit), FailureMode.ControlHang, Detection.Monitor, "wrote more than its output limit: it prints without end");

    [TestMethod]
    public void A_component_that_hangs_is_a_hang() =>
        Assert.AreEqual(FailureMode.ControlHang, Classify(And("""{"observe":"component","name":"blkback","kind":"kernel","event":"hang"}"""), exitCode: 4).Mode);

    [TestMethod]
    public void A_run_that_is_slow_but_ends_is_not_a_hang() =>
        Assert.AreEqual(FailureMode.Degraded, Classify(With(("\"value\":6000", "\"value\":600000"))).Mode);

    [TestMethod]
    public void An_unhandled_exception_is_a_crash_that_names_it() =>
        Expect(
            Classify("", 134, ProcessEnd.Crashed, "Unhandled exception. System.NullReferenceException: Object reference.", "   at Xl.Create(String name) in /src/Xl.cs:line 7"),
            FailureMode.ControlCrash,
            Detection.Signalled,
            "exit 134, System.NullReferenceException: Object reference at Xl.Create");

    [TestMethod]
    public void Memory_beyond_its_limit_is_a_crash() => Assert.AreEqual(FailureMode.ControlCrash, Classify("", 137, ProcessEnd.OutOfMemory).Mode);

    [TestMethod]
    public void A_process_component_that_dies_is_a_crash_and_what_it_failed_to_do_stays_a_flag()
    {
        var outcome = Classify(With(
            ("""{"observe":"operation","name":"xl create web1","code":0,"at":1000}""", """
            {"observe":"component","name":"xl","kind":"process","event":"crash","detail":"FormatException"}
            {"observe":"operation","name":"xl create web1","code":134,"at":1000,"error":"FormatException"}
            """)));

        Expect(outcome, FailureMode.ControlCrash, Detection.Signalled, "component xl: crash (FormatException)");
        CollectionAssert.AreEqual(new[] { FailureMode.ControlCrash, FailureMode.OperationError }, outcome.Flags.ToArray());
        CollectionAssert.AreEqual(new[] { "xl", "xl create web1" }, outcome.Detectors.ToArray());
    }

    [TestMethod]
    public void A_crash_that_golden_shows_too_is_no_finding()
    {
        var golden = GoldenOf("""{"observe":"component","name":"web1","kind":"guest","event":"crash","detail":"as intended"}""");

        Assert.AreEqual(FailureMode.NoImpact, OutcomeClassifier.Classify(Id, golden, golden.Run, "rebuild").Mode);
    }

    [TestMethod]
    public void A_guest_that_crashes_is_a_guest_failure()
    {
        var outcome = Classify(And("""{"observe":"component","name":"web1","kind":"guest","event":"crash","detail":"I/O error"}"""));

        Expect(outcome, FailureMode.GuestFailure, Detection.Signalled, "component web1: crash (I/O error)");
    }

    [TestMethod]
    public void A_guest_that_hangs_is_a_guest_failure_and_not_a_hang() =>
        Assert.AreEqual(FailureMode.GuestFailure, Classify(And("""{"observe":"component","name":"web1","kind":"guest","event":"hang"}""")).Mode);

    [TestMethod]
    public void An_operation_that_fails_is_an_operation_error_and_digests_that_follow_are_consequences()
    {
        var outcome = Classify(With(
            ("\"name\":\"xl destroy web1\",\"code\":0", "\"name\":\"xl destroy web1\",\"error\":\"no such domain\",\"code\":1"),
            ("00000000000000aa", "0000000000000000")));

        Expect(outcome, FailureMode.OperationError, Detection.Signalled, "operation xl destroy web1: code 1 (no such domain)");
        CollectionAssert.AreEqual(new[] { FailureMode.OperationError }, outcome.Flags.ToArray());
    }

    [TestMethod]
    public void An_error_and_a_violated_invariant_are_both_kept()
    {
        var outcome = Classify(With(
            ("\"name\":\"xl destroy web1\",\"code\":0", "\"name\":\"xl destroy web1\",\"code\":1"),
            ("\"store-matches-domains\",\"ok\":true", "\"store-matches-domains\",\"ok\":false,\"detail\":\"left-over node\"")));

        CollectionAssert.AreEqual(new[] { FailureMode.OperationError, FailureMode.InconsistentState }, outcome.Flags.ToArray());
        Assert.AreEqual(Detection.Signalled, outcome.Detection);
        CollectionAssert.AreEqual(new[] { "xl destroy web1", "store-matches-domains" }, outcome.Detectors.ToArray());
    }

    [TestMethod]
    public void A_failure_with_another_code_than_goldens_is_an_operation_error_that_says_so() =>
        Expect(
            Classify(With(("\"code\":1,\"at\":2000,\"error\":\"domain with name 'web1' already exists\"", "\"code\":5,\"at\":2000"))),
            FailureMode.OperationError,
            Detection.Signalled,
            "operation xl create web1: code 5, a wrong code: golden's is 1");

    [TestMethod]
    public void A_failure_that_names_another_object_than_goldens_is_an_operation_error() =>
        Assert.Contains("a wrong message", Classify(With(("domain with name 'web1'", "domain with name 'web2'"))).Reason);

    [TestMethod]
    public void The_same_failure_as_goldens_at_another_time_is_no_operation_error() =>
        Assert.AreEqual(FailureMode.NoImpact, Classify(With(("\"at\":2000", "\"at\":2500"))).Mode);

    [TestMethod]
    public void A_monitor_that_fails_alone_is_an_operation_error_that_the_monitor_detected()
    {
        var outcome = Classify(With(("\"canary\",\"ok\":true", "\"canary\",\"ok\":false,\"detail\":\"no ping\"")));

        Expect(outcome, FailureMode.OperationError, Detection.Monitor, "monitor canary: not ok (no ping)");
        CollectionAssert.AreEqual(new[] { "canary" }, outcome.Detectors.ToArray());
    }

    [TestMethod]
    public void A_violated_invariant_after_success_is_an_inconsistent_state() =>
        Expect(
            Classify(With(("\"store-matches-domains\",\"ok\":true", "\"store-matches-domains\",\"ok\":false,\"detail\":\"vif-3 absent\""))),
            FailureMode.InconsistentState,
            Detection.InvariantCheck,
            "invariant store-matches-domains: not ok (vif-3 absent)");

    [TestMethod]
    public void Another_digest_of_a_state_after_success_is_an_inconsistent_state_that_nobody_noticed() =>
        Expect(
            Classify(With(("00000000000000aa", "0000000000000000"))),
            FailureMode.InconsistentState,
            Detection.GoldenDifferenceOnly,
            "state xenstore differs from golden's although every operation succeeded");

    [TestMethod]
    public void Success_where_golden_fails_is_an_inconsistent_state() =>
        Expect(
            Classify(With(("\"code\":1,\"at\":2000,\"error\":\"domain with name 'web1' already exists\"", "\"code\":0,\"at\":2000"))),
            FailureMode.InconsistentState,
            Detection.GoldenDifferenceOnly,
            "reports success: operation xl create web1: code 0; golden's is code 1");

    [TestMethod]
    public void An_operation_that_was_silently_left_out_is_an_inconsistent_state() =>
        Expect(
            Classify(With(("{\"observe\":\"operation\",\"name\":\"xl destroy web1\",\"code\":0,\"at\":5000}\n", ""))),
            FailureMode.InconsistentState,
            Detection.GoldenDifferenceOnly,
            "operation xl destroy web1 was not performed, and nothing says so");

    [TestMethod]
    public void A_guests_check_that_fails_without_any_error_is_a_silent_data_failure() =>
        Expect(
            Classify(With(("\"web1 disk\",\"ok\":true", "\"web1 disk\",\"ok\":false"))),
            FailureMode.SilentDataFailure,
            Detection.GuestCheck,
            "data web1 disk: not ok, 00000000000000bb");

    [TestMethod]
    public void Other_data_that_are_reported_as_ok_are_a_silent_data_failure_that_nobody_noticed() =>
        Expect(
            Classify(With(("00000000000000bb", "0000000000000000"))),
            FailureMode.SilentDataFailure,
            Detection.GoldenDifferenceOnly,
            "data web1 disk differ from golden's although they are reported as ok");

    [TestMethod]
    public void Damaged_data_after_a_signalled_error_are_not_silent_but_stay_a_flag()
    {
        var outcome = Classify(With(
            ("\"canary\",\"ok\":true", "\"canary\",\"ok\":false"),
            ("\"web1 disk\",\"ok\":true", "\"web1 disk\",\"ok\":false")));

        Assert.AreEqual(FailureMode.OperationError, outcome.Mode);
        CollectionAssert.AreEqual(new[] { FailureMode.OperationError, FailureMode.SilentDataFailure }, outcome.Flags.ToArray());
    }

    [TestMethod]
    public void Virtual_time_above_the_share_is_degraded() =>
        Expect(Classify(With(("\"value\":6000", "\"value\":9001"))), FailureMode.Degraded, Detection.GoldenDifferenceOnly, "virtual-time is 1.5 × golden's");

    [TestMethod]
    public void Virtual_time_at_the_share_is_not_degraded() => Assert.AreEqual(FailureMode.NoImpact, Classify(With(("\"value\":6000", "\"value\":9000"))).Mode);

    [TestMethod]
    public void A_workload_that_reports_no_virtual_time_is_measured_by_its_last_observation()
    {
        var golden = GoldenOf("""{"observe":"monitor","name":"x","ok":true,"at":100}""");
        var late = Run("""{"observe":"monitor","name":"x","ok":true,"at":151}""");

        Assert.AreEqual(FailureMode.Degraded, OutcomeClassifier.Classify(Id, golden, late, "rebuild").Mode);
    }

    [TestMethod]
    public void A_mutant_that_no_execution_reaches_was_not_activated() =>
        Expect(OutcomeClassifier.NotActivated(Id, "lifecycle"), FailureMode.NotActivated, Detection.None, "no execution of the workload reaches the site");

    [TestMethod]
    public void A_compile_error_of_several_lines_becomes_a_reason_of_one() =>
        Expect(OutcomeClassifier.BuildReject(Id, "lifecycle", "CS0165: unassigned\nlocal"), FailureMode.BuildReject, Detection.None, "CS0165: unassigned local");

    [TestMethod]
    public void Differences_are_bounded_and_in_order()
    {
        var golden = GoldenOf(string.Join('\n', Enumerable.Range(0, 500)));
        var outcome = OutcomeClassifier.Classify(Id, golden, Run(string.Join('\n', Enumerable.Range(1000, 500))), "rebuild");

        Assert.HasCount(Outcome.MaximumDifferences, outcome.Differences);
        Assert.AreEqual(new Difference("0", "1000"), outcome.Differences[0]);
    }

    private static void Expect(Outcome outcome, FailureMode mode, Detection detection, string reason)
    {
        Assert.AreEqual((mode, detection, reason), (outcome.Mode, outcome.Detection, outcome.Reason));
        Assert.AreEqual(mode, outcome.Flags[0]);
    }
}
