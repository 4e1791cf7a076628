using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mutators.Agent;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines;

/// <summary>
/// The ground truth for tests: the test project as it was built, run by the SDK's own test runner (what <c>dotnet test</c> calls) or, where the project brings its own
/// runner, by that. What it reports is told in the lines of <see cref="TestProtocol"/>, so that one classifier judges both engines.
/// </summary>
/// <param name="program">The test project, built.</param>
/// <param name="tests">What golden shows of its tests.</param>
internal sealed partial class DotnetTest(WorkloadProgram program, TestRecord tests)
{
    private const string Report = "results.trx";

    private static readonly XNamespace trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    private static readonly ImmutableDictionary<string, string> environment = ImmutableDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("DOTNET_ROLL_FORWARD", "Major"),
        KeyValuePair.Create("DOTNET_CLI_UI_LANGUAGE", "en"),
        KeyValuePair.Create("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
        KeyValuePair.Create("TESTINGPLATFORM_TELEMETRY_OPTOUT", "1"),

        // The runner tells nobody what a host has printed before it died, unless it is asked.
        KeyValuePair.Create("VSTEST_DISABLE_STANDARD_OUTPUT_CAPTURING", "0"),
    ]);

    /// <summary>Runs all tests, or one of them.</summary>
    /// <param name="only">The number of the only test to run; null for all.</param>
    /// <param name="limits">What they may spend.</param>
    /// <param name="cancel">Ends them.</param>
    public WorkloadRun Run(int? only, RunLimits limits, CancellationToken cancel)
    {
        ProgramFolder.Copy(Path.GetDirectoryName(program.Assembly)!, program.RunFolder);
        var assembly = Path.Combine(program.RunFolder, Path.GetFileName(program.Assembly));
        var results = program.RunFolder + "-results";
        ProgramFolder.Delete(results);
        var run = File.Exists(Path.Combine(program.RunFolder, "testhost.dll")) ? ByTestHost(assembly, results, only, limits, cancel)
            : File.Exists(Path.Combine(program.RunFolder, XunitRunner)) ? ByXunit(assembly, results, limits, cancel)
            : ByItself(assembly, limits, cancel);
        ProgramFolder.Delete(results);
        return run;
    }

    private WorkloadRun ByTestHost(string assembly, string results, int? only, RunLimits limits, CancellationToken cancel)
    {
        // Rows of data have the method's name in front: a filter for it lets them all through.
        string[] filter = only is { } test ? [$"--TestCaseFilter:FullyQualifiedName~{Escaped(MethodOf(tests.Tests[test]))}"] : FilterOf(program.Workload.Arguments);
        var run = ProcessRunner.Run(
            "dotnet", ["vstest", assembly, $"--logger:trx;LogFileName={Report}", $"--ResultsDirectory:{results}", .. filter], Path.GetDirectoryName(assembly)!, environment, limits, cancel);
        var report = Path.Combine(results, Report);
        return Told(run, [.. LinesOf(report)], [.. run.Error, .. run.Output.Where(line => !line.StartsWith(TestProtocol.Sign))], File.Exists(report));
    }

    /// <summary>The runner knows no patterns, only parts of names: it may run more tests than were chosen, which then say nothing.</summary>
    private static string[] FilterOf(ImmutableArray<string> patterns)
    {
        var wanted = patterns.Where(each => !each.StartsWith('!')).Select(each => $"FullyQualifiedName~{Escaped(each.Trim('*'))}");
        var unwanted = patterns.Where(each => each.StartsWith('!')).Select(each => $"(FullyQualifiedName!~{Escaped(each[1..].Trim('*'))})");
        string[] parts = [.. wanted.Any() ? [$"({string.Join('|', wanted)})"] : Array.Empty<string>(), .. unwanted];
        return parts.Length == 0 ? [] : [$"--TestCaseFilter:{string.Join('&', parts)}"];
    }

    /// <summary>A program of xUnit 3, by its own runner.</summary>
    private WorkloadRun ByXunit(string assembly, string results, RunLimits limits, CancellationToken cancel)
    {
        Directory.CreateDirectory(results);
        var report = Path.Combine(results, Report);
        var run = ProgramRun.Execute(assembly, ["-noLogo", "-noColor", "-trx", report], environment, limits, cancel);
        return run is { End: ProcessEnd.Exited, ExitCode: BadArguments or BadArgumentsOfXunit } && !File.Exists(report)
            ? ByItself(assembly, limits, cancel)
            : Told(run, [.. LinesOf(report)], run.Error, File.Exists(report));
    }

    /// <summary>A program on Microsoft.Testing.Platform: it says line by line what fails.</summary>
    private WorkloadRun ByItself(string assembly, RunLimits limits, CancellationToken cancel)
    {
        var run = ProgramRun.Execute(assembly, ["--no-ansi", "--progress", "off"], environment, limits, cancel);
        if (run.ExitCode == BadArguments)
        {
            run = ProgramRun.Execute(assembly, [], environment, limits, cancel);
        }

        var lines = new List<string>();
        for (var i = 0; i < run.Output.Length; i++)
        {
            if (FailedLine().Match(run.Output[i]) is { Success: true } failed && Number(failed.Groups["name"].Value, "", "") is { } number)
            {
                var message = run.Output.Skip(i + 1).TakeWhile(line => line.StartsWith(' ')).Select(line => line.Trim());
                lines.Add(Line(number, TestProtocol.Failed, string.Join('\n', message)));
            }
        }

        return Told(run, lines, run.Error, run.Output.Any(line => line.StartsWith("Test run summary", StringComparison.Ordinal)));
    }

    /// <summary>Lies beside the tests of a project that runs them by xUnit's own runner.</summary>
    private const string XunitRunner = "xunit.v3.runner.inproc.console.dll";

    /// <summary>Exit code of Microsoft.Testing.Platform for arguments that it does not know.</summary>
    private const int BadArguments = 5;

    /// <summary>Exit code of xUnit's runner for the same.</summary>
    private const int BadArgumentsOfXunit = 2;

    /// <summary>The run as a host of ours would have told it.</summary>
    /// <param name="run">The runner's run.</param>
    /// <param name="lines">What it reports of tests.</param>
    /// <param name="words">What was said last, if the tests' process died.</param>
    /// <param name="isThrough">Whether the runner came to its own end; if not, a test has ended the process, with whatever code.</param>
    private static WorkloadRun Told(WorkloadRun run, List<string> lines, ImmutableArray<string> words, bool isThrough)
    {
        var isDead = run.Output.Concat(run.Error).Any(line => line.Contains(Crashed, StringComparison.Ordinal) || line.Contains("Test Run Aborted", StringComparison.Ordinal));
        if (run.End is not ProcessEnd.Exited)
        {
            return run with { Output = [.. lines] };
        }

        if (!isDead)
        {
            // The runner ends with another code than 0 where tests fail: that is no death.
            return isThrough ? run with { ExitCode = 0, Output = [.. lines, $"{TestProtocol.Sign}{TestProtocol.Through} "] } : run with { Output = [.. lines] };
        }

        // The host's last words stand behind the runner's.
        ImmutableArray<string> said = [.. words.Select(SaidByHost)];
        var end = ProcessRunner.EndOf(AbortCode, said);
        var death = run with { End = end, ExitCode = AbortCode, Error = said, Output = [.. lines] };
        return death.Death is { } how && how != "aborted" ? death : death with { End = ProcessEnd.Exited };

        static string SaidByHost(string line) =>
            line.IndexOf(Crashed, StringComparison.Ordinal) is var at and >= 0 ? line[(at + Crashed.Length)..].Trim(' ', ':') : line.Trim();
    }

    private const int AbortCode = 128 + 6;

    /// <summary>Stands before a host's first words, in whatever sentence of the runner's.</summary>
    private const string Crashed = "Test host process crashed";

    private IEnumerable<string> LinesOf(string report) => File.Exists(report) ? Lines(XDocument.Load(report)) : [];

    private IEnumerable<string> Lines(XDocument report)
    {
        var methods = report.Descendants(trx + "UnitTest").ToDictionary(
            test => (string)test.Attribute("id")!, test => test.Element(trx + "TestMethod"), StringComparer.Ordinal);
        foreach (var result in report.Descendants(trx + "UnitTestResult"))
        {
            var method = methods.GetValueOrDefault((string?)result.Attribute("testId") ?? "");
            var number = Number((string?)result.Attribute("testName") ?? "", (string?)method?.Attribute("className") ?? "", (string?)method?.Attribute("name") ?? "");
            if (number is { } test && (string?)result.Attribute("outcome") == "Failed")
            {
                var info = result.Descendants(trx + "ErrorInfo").FirstOrDefault();
                yield return Line(test, TestProtocol.Failed, $"{info?.Element(trx + "Message")?.Value}\n{info?.Element(trx + "StackTrace")?.Value}");
            }
        }
    }

    private static string Line(int number, string state, string text) => string.Create(CultureInfo.InvariantCulture,
        $"{TestProtocol.Sign}{TestProtocol.Ended} {number} {state} 0 0 {text.ReplaceLineEndings(TestProtocol.LineEnd.ToString())}");

    /// <summary>The number of the test that a report names: frameworks write the class before a name, or beside it.</summary>
    private int? Number(string name, string type, string method)
    {
        _numbers ??= tests.Tests.DistinctBy(test => test.Name, StringComparer.Ordinal).ToDictionary(test => test.Name, test => test.Number, StringComparer.Ordinal);
        name = name.ReplaceLineEndings(" ");
        foreach (var candidate in (string[])[name, Unescaped(name), $"{type}.{name}", $"{type}.{method}", $"{type}.{method}: {name}"])
        {
            if (_numbers.TryGetValue(candidate, out var number))
            {
                return number;
            }
        }

        return tests.Tests.Cast<KnownTest?>().FirstOrDefault(test => test!.Name.EndsWith('.' + name, StringComparison.Ordinal))?.Number;
    }

    private Dictionary<string, int>? _numbers;

    /// <summary>What the reports of xUnit 3 write for a name: quotes, backslashes and what cannot be printed stand behind a backslash.</summary>
    private static string Unescaped(string name) => EscapedCharacter().Replace(name, match => match.Groups["kind"].Value switch
    {
        "n" => "\n",
        "r" => "\r",
        "t" => "\t",
        var other => other,
    });

    private static string MethodOf(KnownTest test) => test.Name.IndexOfAny(['(', ' ', ':']) is var end and > 0 ? test.Name[..end] : test.Name;

    private static string Escaped(string text) => text.Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal);

    [GeneratedRegex(@"\\(?<kind>.)")]
    private static partial Regex EscapedCharacter();

    [GeneratedRegex(@"^\s*failed (?<name>.+?)(?: \(\d+(?:\.\d+)?\s?m?s(?: \d+ms)?\))?$")]
    private static partial Regex FailedLine();
}
