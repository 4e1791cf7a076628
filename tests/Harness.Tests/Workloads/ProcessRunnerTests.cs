using System.Diagnostics;
using System.Globalization;

namespace Mutators.Campaign.Workloads;

[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed class ProcessRunnerTests
{
    private static readonly RunLimits Limits = new(TimeSpan.FromSeconds(60), 256L << 20, 1 << 20);

    private readonly string directory = Directory.CreateTempSubdirectory("mutators-tests-").FullName;

    private string PidFile => Path.Combine(directory, "pid");

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public void Delete() => Directory.Delete(directory, recursive: true);

    [TestMethod]
    public void A_run_keeps_the_lines_of_both_streams_and_the_exit_code()
    {
        var run = Shell("printf 'one\\r\\ntwo\\n\\nno end'; echo complaint >&2; exit 7");

        Assert.AreEqual(ProcessEnd.Exited, run.End);
        Assert.AreEqual(7, run.ExitCode);
        CollectionAssert.AreEqual(new[] { "one", "two", "", "no end" }, run.Output.ToArray());
        CollectionAssert.AreEqual(new[] { "complaint" }, run.Error.ToArray());
        Assert.IsNull(run.Death);
    }

    [TestMethod]
    public void A_program_that_reads_its_input_finds_it_at_its_end() =>
        CollectionAssert.AreEqual(new[] { "nothing" }, Shell("read line || echo nothing").Output.ToArray());

    [TestMethod]
    public void Bytes_that_are_not_text_are_replaced_and_not_lost() =>
        CollectionAssert.AreEqual(new[] { "a\uFFFDb" }, Shell("printf 'a\\377b\\n'").Output.ToArray());

    [TestMethod]
    public void A_run_beyond_its_time_limit_is_ended()
    {
        var run = Shell("echo before; sleep 60", Limits with { Time = TimeSpan.FromMilliseconds(200) });

        Assert.AreEqual(ProcessEnd.TimedOut, run.End);
        CollectionAssert.AreEqual(new[] { "before" }, run.Output.ToArray());
    }

    [TestMethod]
    [DataRow("yes", DisplayName = "on standard output")]
    [DataRow("yes >&2", DisplayName = "on standard error")]
    [DataRow("tr '\\0' x </dev/zero", DisplayName = "in one line without an end")]
    public void A_flood_of_output_is_ended_at_the_limit(string script)
    {
        var run = Shell(script, Limits with { OutputBytes = 100_000 });

        Assert.AreEqual(ProcessEnd.OutputLimit, run.End);
        Assert.IsLessThanOrEqualTo(100_000, run.Output.Sum(line => line.Length + 1));
    }

    [TestMethod]
    public void Output_up_to_the_limit_is_kept_whole()
    {
        var run = Shell("head -c 100000 /dev/zero | tr '\\0' '\\n'", Limits with { OutputBytes = 100_000 });

        Assert.AreEqual(ProcessEnd.Exited, run.End);
        Assert.HasCount(100_000, run.Output);
    }

    [TestMethod]
    public void Children_of_a_killed_program_are_killed_with_it()
    {
        var run = Shell("sleep 61 & echo $!; sleep 60", Limits with { Time = TimeSpan.FromMilliseconds(300) });

        AssertGone(run.Output[0]);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void An_orphan_does_not_outlive_the_program_that_left_it()
    {
        var run = Shell("(sleep 61 & echo $!) & wait; exit 0");

        Assert.AreEqual(ProcessEnd.Exited, run.End);
        AssertGone(run.Output[0]);
    }

    [TestMethod]
    public void Cancelling_kills_the_program()
    {
        using var cancel = new CancellationTokenSource();
        cancel.CancelAfter(TimeSpan.FromMilliseconds(300));

        Assert.ThrowsExactly<OperationCanceledException>(() =>
            ProcessRunner.Run("sh", ["-c", $"echo $$ >'{PidFile}'; sleep 60"], Path.GetTempPath(), null, Limits, cancel.Token));
        AssertGone(File.ReadAllText(PidFile).Trim());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_program_does_not_outlive_a_harness_that_is_killed()
    {
        var start = new ProcessStartInfo("dotnet", HarnessProgram.Command("KilledHarness", """
            using System;
            using System.Threading;
            using Mutators.Campaign.Workloads;

            ProcessRunner.Run("sh", new[] { "-c", "echo $$ >&3; exec sleep 61" }, "/", null, new RunLimits(TimeSpan.FromMinutes(5), 2L << 30, 64L << 20), CancellationToken.None);
            """.Replace(">&3", $">'{PidFile}'", StringComparison.Ordinal))) { RedirectStandardOutput = true };
        using var harness = Process.Start(start)!;
        string? id = null;
        while (string.IsNullOrWhiteSpace(id))
        {
            Assert.IsFalse(harness.WaitForExit(TimeSpan.FromMilliseconds(20)), "the harness ended before it had started anything");
            id = File.Exists(PidFile) ? File.ReadAllText(PidFile).Trim() : null;
        }

        harness.Kill(entireProcessTree: false);

        AssertGone(id);
    }

    [TestMethod]
    public void A_program_that_is_not_there_is_a_users_problem()
    {
        var problem = Assert.ThrowsExactly<UsageException>(() =>
            ProcessRunner.Run("/no/such/program", [], Path.GetTempPath(), null, Limits, TestContext.CancellationToken));

        Assert.AreEqual("'/no/such/program' cannot be started: there is no such file.", problem.Message);
    }

    [TestMethod]
    public void The_caller_decides_over_the_environment_and_diagnostics_are_off()
    {
        var run = ProcessRunner.Run(
            "sh",
            ["-c", "echo $DOTNET_EnableDiagnostics $DOTNET_DbgEnableMiniDump $GREETING $MSBuildSDKsPath; pwd"],
            Path.GetTempPath(),
            new Dictionary<string, string> { ["GREETING"] = "hello world" },
            Limits,
            TestContext.CancellationToken);

        Assert.AreEqual("0 0 hello world", run.Output[0]);
        Assert.AreEqual(Path.TrimEndingDirectorySeparator(Path.GetTempPath()), run.Output[1]);
    }

    [TestMethod]
    public void An_unhandled_exception_is_a_crash_that_names_the_exception_and_its_place()
    {
        var run = Tiny("throw");

        Assert.AreEqual(ProcessEnd.Crashed, run.End);
        Assert.AreEqual(134, run.ExitCode);
        Assert.AreEqual("System.InvalidOperationException: no such domain at TinyProgram.Throw", run.Death);
        CollectionAssert.AreEqual(new[] { "started" }, run.Output.ToArray());
    }

    [TestMethod]
    public void A_stack_overflow_is_a_crash()
    {
        var run = Tiny("overflow");

        Assert.AreEqual(ProcessEnd.Crashed, run.End);
        Assert.AreEqual("Stack overflow at TinyProgram.Overflow", run.Death);
    }

    [TestMethod]
    [DataRow("   at List.Value()\n   at List.Item()", "   at List.Item()", "Stack overflow at List.Item")]
    [DataRow("   at List.Item()\n   at List.Value()", "   at System.String.Concat()", "Stack overflow at List.Item")]
    public void A_stack_overflow_is_named_by_the_cycle_and_not_by_who_met_the_end_of_the_stack(string cycle, string last, string death)
    {
        var dashes = new string('-', 32);
        string[] error = ["Stack overflow.", "Repeat 4181 times:", dashes, .. cycle.Split('\n'), dashes, last, "   at App.Main()"];
        Assert.AreEqual(death, new WorkloadRun(ProcessEnd.Crashed, 134, [], [.. error], TimeSpan.Zero).Death);
    }

    [TestMethod]
    public void FailFast_is_a_crash_with_its_message()
    {
        var run = Tiny("fail-fast");

        Assert.AreEqual(ProcessEnd.Crashed, run.End);
        Assert.AreEqual("the disk is on fire at TinyProgram.Main", run.Death);
    }

    [TestMethod]
    public void A_managed_heap_beyond_its_limit_is_out_of_memory()
    {
        var run = Tiny("exhaust");

        Assert.AreEqual(ProcessEnd.OutOfMemory, run.End);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Native_memory_beyond_the_allowance_is_out_of_memory()
    {
        // Without a line feed 'tail' must keep all it was given until its input ends.
        var limits = Limits with { MemoryBytes = 1 << 20 };
        var run = Shell($"(head -c {limits.MemoryBytes + ProcessRunner.NativeAllowanceBytes + (32L << 20)} /dev/zero; sleep 60) | tail", limits);

        Assert.AreEqual(ProcessEnd.OutOfMemory, run.End);
    }

    [TestMethod]
    public void An_exit_code_that_no_signal_has_is_an_exit()
    {
        var run = Tiny("code", "3");

        Assert.AreEqual(ProcessEnd.Exited, run.End);
        Assert.AreEqual(3, run.ExitCode);
    }

    private static void AssertGone(string id)
    {
        try
        {
            using var process = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
            Assert.IsTrue(process.WaitForExit(TimeSpan.FromSeconds(5)), $"process {id} is still there");
        }
        catch (ArgumentException problem)
        {
            Assert.Contains(id, problem.Message);
        }
    }

    private WorkloadRun Shell(string script, RunLimits? limits = null) =>
        ProcessRunner.Run("sh", ["-c", script], Path.GetTempPath(), null, limits ?? Limits, TestContext.CancellationToken);

    private WorkloadRun Tiny(params string[] arguments) =>
        ProcessRunner.Run("dotnet", TinyProgram.Command(arguments), Path.GetTempPath(), null, Limits, TestContext.CancellationToken);

    [TestMethod]
    [DataRow(800, "", ProcessEnd.OutOfMemory)]
    [DataRow(800, "Unhandled exception. System.InvalidOperationException: no", ProcessEnd.Crashed)]
    [DataRow(300, "", ProcessEnd.Crashed)]
    public void An_abort_without_a_word_close_to_the_memory_limit_is_the_limit(int mebibytes, string words, ProcessEnd end)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Exit codes of signals are those of Unix.");
        }

        var limits = new RunLimits(TimeSpan.FromMinutes(1), MemoryBytes: 1L << 30, OutputBytes: 1 << 20);

        Assert.AreEqual(end, ProcessRunner.EndOf(128 + 6, words.Length == 0 ? [] : [words], (long)mebibytes << 20, limits));
    }
}
