using System.Collections.Immutable;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Outcomes;

/// <summary>Hand-written runs for the tests of the classifier.</summary>
internal static class Runs
{
    /// <summary>A structured workload in which everything goes well, and one command is expected to fail.</summary>
    public const string Healthy = """
        {"observe":"phase","name":"boot","at":0}
        {"observe":"operation","name":"xl create web1","code":0,"at":1000}
        {"observe":"operation","name":"xl create web1","code":1,"at":2000,"error":"domain with name 'web1' already exists"}
        {"observe":"monitor","name":"xl-list","ok":true,"at":3000}
        {"observe":"monitor","name":"canary","ok":true,"at":4000}
        {"observe":"operation","name":"xl destroy web1","code":0,"at":5000}
        {"observe":"invariant","name":"store-matches-domains","ok":true,"at":6000}
        {"observe":"state","name":"xenstore","value":"00000000000000aa"}
        {"observe":"data","name":"web1 disk","ok":true,"value":"00000000000000bb"}
        {"observe":"resource","name":"virtual-time","value":6000}
        2 domains, 1 disk
        trace 00000000000000cc
        """;

    public static MutantId Id { get; } = MutantId.Of("MFC", "src/Xl.cs", "M:Xl.Create", "Open ( ) ;", 0);

    public static GoldenRun Golden { get; } = GoldenOf(Healthy);

    public static GoldenRun GoldenOf(string output, int exitCode = 0) =>
        new(new Workload("lifecycle", "src/Program.csproj", ["lifecycle"]), Run(output, exitCode));

    public static WorkloadRun Run(string output, int exitCode = 0, ProcessEnd end = ProcessEnd.Exited, params string[] error) =>
        new(end, exitCode, [.. output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries)], [.. error], TimeSpan.FromMilliseconds(80));

    /// <summary>The healthy run with some text replaced: each pair must really occur.</summary>
    public static string With(params ReadOnlySpan<(string Old, string New)> changes)
    {
        var text = Healthy;
        foreach (var (old, replacement) in changes)
        {
            Assert.Contains(old, text);
            text = text.Replace(old, replacement, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The healthy run with a line put in before its last two.</summary>
    public static string And(string line) => With(("2 domains, 1 disk", $"{line}\n2 domains, 1 disk"));

    public static Outcome Classify(string output, int exitCode = 0, ProcessEnd end = ProcessEnd.Exited, params string[] error) =>
        OutcomeClassifier.Classify(Id, Golden, Run(output, exitCode, end, error), "rebuild");
}
