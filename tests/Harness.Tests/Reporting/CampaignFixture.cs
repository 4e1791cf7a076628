using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Store;
using Mutators.Campaign.Workloads;

namespace Mutators.Reporting;

/// <summary>
/// One campaign with every failure mode, every detection, a mutant that is still to be run and one at which the harness failed. Its
/// texts hold what formats must escape: markup, quotes, pipes, backticks.
/// </summary>
internal static class CampaignFixture
{
    private const string Disk = "src/Drivers/DiskBackend.cs";
    private const string Commands = "src/Toolstack/Commands.cs";

    private static readonly ImmutableSortedDictionary<string, string> Sources = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
    {
        [Disk] = """
            namespace Drivers;

            /// <summary>Serves the requests of one guest's disk.</summary>
            public sealed class DiskBackend
            {
                public int Serve(Ring ring, byte[] disk)
                {
                    var served = 0;
                    while (ring.Consumer != ring.Producer)
                    {
                        var request = ring.Requests[ring.Consumer % ring.Size];
                        if (request.Sector + request.Count > disk.Length / 512)
                        {
                            ring.Respond(request, Status.Error);
                            ring.Consumer++;
                            continue;
                        }

                        Copy(request, disk);
                        ring.Respond(request, Status.Ok);
                        ring.Consumer++;
                        served++;
                    }

                    Notify(ring);
                    return served;
                }
            }
            """,
        [Commands] = """
            namespace Toolstack;

            public sealed class Commands(Store store)
            {
                public int Create(string name)
                {
                    if (store.Exists($"/vm/{name}"))
                    {
                        return Fail("<script>alert('exists | `already`')</script>");
                    }

                    var domain = Allocate(name);
                    store.Write($"/local/domain/{domain}/name", name);
                    store.Write($"/vm/{name}", domain);
                    Introduce(domain);
                    return 0;
                }

                public int Destroy(int domain)
                {
                    if (domain == 0)
                    {
                        return Fail("no");
                    }

                    store.Remove($"/local/domain/{domain}");
                    Release(domain);
                    return 0;
                }
            }
            """,
    });

    private static readonly FaultDefinition Mfc = new("MFC", "missing function call", FaultClass.Algorithm, "A call made only for its effect can be forgotten.", "A(); B();", "B();");
    private static readonly FaultDefinition Mifs = new("MIFS", "missing if construct plus statements", FaultClass.Algorithm, "A case was not thought of.", "if (a) { B(); }", "");
    private static readonly FaultDefinition Mvae = new("MVAE", "missing variable assignment using an expression", FaultClass.Assignment, "An update was forgotten.", "a = b + 1;", "");
    private static readonly FaultDefinition Mia = new("MIA", "missing if construct around statements", FaultClass.Checking, "A guard was forgotten.", "if (a) { B(); }", "B();");

    public static GoldenRun Golden { get; } = new(
        new Workload("lifecycle", "src/Program/Program.csproj", ["lifecycle", "--seed", "7"]),
        new WorkloadRun(
            ProcessEnd.Exited,
            0,
            [
                """{"observe":"operation","name":"create web1","code":0,"at":1000}""",
                """{"observe":"monitor","name":"list","ok":true,"at":2000}""",
                """{"observe":"operation","name":"destroy web1","code":0,"at":3000}""",
                """{"observe":"invariant","name":"store-matches-domains","ok":true,"at":4000}""",
                """{"observe":"state","name":"store","value":"00000000000000aa"}""",
                """{"observe":"data","name":"web1 disk","ok":true,"value":"00000000000000bb"}""",
                """{"observe":"resource","name":"virtual-time","value":4000}""",
            ],
            [],
            TimeSpan.FromMilliseconds(84)));

    public static CampaignSnapshot Snapshot { get; } = Build();

    private static CampaignSnapshot Build()
    {
        ImmutableArray<MutantResult> mutants =
        [
            Ran(Mifs, Disk, "DiskBackend.Serve", "drop if (request.Sector + request.Count > disk.Length / 512) and its block", """
                            if (request.Sector + request.Count > disk.Length / 512)
                            {
                                ring.Respond(request, Status.Error);
                                ring.Consumer++;
                                continue;
                            }

                """, "", Recovered(Line(0, """{"observe":"component","name":"host","kind":"host","event":"crash","detail":"IndexOutOfRangeException in Drivers.DiskBackend.Serve","at":1500}""", keep: 1))),
            Ran(Mvae, Disk, "DiskBackend.Serve", "drop ring.Consumer++", "            ring.Consumer++;\n            served++;\n", "            served++;\n", Golden.Run with { End = ProcessEnd.TimedOut, ExitCode = 137, Output = Golden.Run.Output[..1] }),
            Ran(Mfc, Disk, "DiskBackend.Serve", "drop call Copy(request, disk)", "            Copy(request, disk);\n", "", Line(5, """{"observe":"data","name":"web1 disk","ok":false,"value":"0000000000000000"}""")),
            Ran(Mfc, Disk, "DiskBackend.Serve", "drop call ring.Respond(request, Status.Ok)", "            ring.Respond(request, Status.Ok);\n", "", Line(5, """{"observe":"component","name":"web1","kind":"guest","event":"hang","detail":"no response from its disk"}""")),
            Ran(Mvae, Disk, "DiskBackend.Serve", "drop served++", "            served++;\n", "", Golden.Run),
            Ran(Mfc, Disk, "DiskBackend.Serve", "drop call Notify(ring)", "        Notify(ring);\n", "", Line(6, """{"observe":"resource","name":"virtual-time","value":9600}""")),
            Ran(Mia, Commands, "Commands.Create", "drop if (store.Exists($\"/vm/{name}\")) around \"<script>alert(1)</script>\"", """
                        if (store.Exists($"/vm/{name}"))
                        {
                            return Fail("<script>alert('exists | `already`')</script>");
                        }

                """, """
                        return Fail("<script>alert('exists | `already`')</script>");

                """, Line(0, """{"observe":"operation","name":"create web1","code":1,"at":900,"error":"<script>alert('exists | `already`')</script>"}""")),
            Ran(Mfc, Commands, "Commands.Create", "drop call store.Write($\"/local/domain/{domain}/name\", name)", "        store.Write($\"/local/domain/{domain}/name\", name);\n", "", Line(1, """{"observe":"monitor","name":"list","ok":false,"detail":"domain 1 has no name","at":2000}""")),
            Ran(Mfc, Commands, "Commands.Create", "drop call store.Write($\"/vm/{name}\", domain)", "        store.Write($\"/vm/{name}\", domain);\n", "", Line(3, """{"observe":"invariant","name":"store-matches-domains","ok":false,"detail":"domain 1 but no /vm/web1","at":4000}""")),
            Ran(Mfc, Commands, "Commands.Create", "drop call Introduce(domain)", "        Introduce(domain);\n", "", new WorkloadRun(ProcessEnd.Crashed, 134, [], ["Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.", "   at Toolstack.Commands.Create(String name)"], TimeSpan.Zero)),
            Ran(Mifs, Commands, "Commands.Destroy", "drop if (domain == 0) and its block", "        if (domain == 0)\n        {\n            return Fail(\"no\");\n        }\n\n", "", null),
            Ran(Mfc, Commands, "Commands.Destroy", "drop call store.Remove($\"/local/domain/{domain}\")", "        store.Remove($\"/local/domain/{domain}\");\n", "", Line(4, """{"observe":"state","name":"store","value":"0000000000000000"}""")),
            Rejected(Mvae, Commands, "Commands.Create", "drop var domain = Allocate(name)", "        var domain = Allocate(name);\n", "CS0103: The name 'domain' does not exist in the current context"),
            TakenOut(Mvae, Disk, "DiskBackend.Serve", "drop var served = 0", "        var served = 0;\n", "", twin: null),
            TakenOut(Mia, Commands, "Commands.Destroy", "drop if (domain == 0) around return Fail(\"no\")", "        if (domain == 0)\n        {\n            return Fail(\"no\");\n        }\n\n", "        return Fail(\"no\");\n\n", MutantId.Of("MIFS", Commands, "M:Commands.Destroy", "        if (domain == 0)\n        {\n            return Fail(\"no\");\n        }\n\n", 0)),
            Failing(Mfc, Commands, "Commands.Destroy", "drop call Release(domain)", "        Release(domain);\n", "the worker's folder vanished"),
            Pending(Mia, Disk, "DiskBackend.Serve", "drop while (ring.Consumer != ring.Producer)", "        while (ring.Consumer != ring.Producer)\n", ""),
        ];
        var faultload = new FaultloadRecord(42, "field-weighted, 17 of 22 sites, 1 fewer than asked for", [new("MFC", 46, 9, 8, 8, 0.264), new("MIA", 32, 3, 4, 3, 0.184), new("MIFS", 71, 3, 2, 2, 0.408), new("MVAE", 25, 8, 4, 4, 0.144)]);
        return new CampaignSnapshot(
            new CampaignIdentity("0123456789abcdef0123456789abcdef01234567", "89abcdef0123456789abcdef0123456789abcdef", "rebuild", """{"degradedShare":0.5}""", faultload),
            [Golden],
            mutants,
            Sources);
    }

    private static WorkloadRun Recovered(WorkloadRun run) => run with
    {
        Output = run.Output.AddRange(
            """{"observe":"recovery","name":"micro-reboot","ok":false,"detail":"the host is down","guests":3,"kept":0,"restarted":0,"value":1000}""",
            """{"observe":"recovery","name":"dom0-reboot","ok":true,"detail":"web1: a block is lost","guests":3,"kept":2,"restarted":0,"value":2000}"""),
    };

    private static WorkloadRun Line(int index, string line, int? keep = null) =>
        Golden.Run with { Output = [.. Golden.Run.Output.SetItem(index, line).Take(keep ?? Golden.Run.Output.Length)], ExitCode = keep is null ? 0 : 3 };

    private static MutantResult Ran(FaultDefinition definition, string path, string member, string change, string old, string replacement, WorkloadRun? run)
    {
        var mutant = Record(definition, path, member, change, old, replacement);
        var outcome = run is null ? OutcomeClassifier.NotActivated(mutant.Id, "lifecycle") : OutcomeClassifier.Classify(mutant.Id, Golden, run, "rebuild");
        return new MutantResult(mutant, [new ActivationRecord(mutant.Id, "lifecycle", run is null ? 0 : 12)], [new StoredOutcome(outcome, run is null ? 0 : 1)], []);
    }

    private static MutantResult Rejected(FaultDefinition definition, string path, string member, string change, string old, string error)
    {
        var mutant = Record(definition, path, member, change, old, "") with { Branch = "", Commit = "" };
        return new MutantResult(mutant, [], [new StoredOutcome(OutcomeClassifier.BuildReject(mutant.Id, "lifecycle", error), 0)], []);
    }

    private static MutantResult TakenOut(FaultDefinition definition, string path, string member, string change, string old, string replacement, MutantId? twin)
    {
        var mutant = Record(definition, path, member, change, old, replacement) with { SameAs = twin };
        var outcome = twin is { } same ? OutcomeClassifier.Duplicate(mutant.Id, "lifecycle", same) : OutcomeClassifier.Equivalent(mutant.Id, "lifecycle");
        return new MutantResult(mutant, [], [new StoredOutcome(outcome, 0)], []);
    }

    private static MutantResult Failing(FaultDefinition definition, string path, string member, string change, string old, string message)
    {
        var mutant = Record(definition, path, member, change, old, "");
        return new MutantResult(mutant, [new ActivationRecord(mutant.Id, "lifecycle", 3, 4)], [], [new HarnessError(mutant.Id, "lifecycle", message)]);
    }

    private static MutantResult Pending(FaultDefinition definition, string path, string member, string change, string old, string replacement) =>
        new(Record(definition, path, member, change, old, replacement), [], [], []);

    private static MutantRecord Record(FaultDefinition definition, string path, string member, string change, string old, string replacement)
    {
        var golden = SourceText.From(Sources[path].ReplaceLineEndings("\n"));
        var start = Sources[path].IndexOf(old, StringComparison.Ordinal);
        Assert.IsGreaterThanOrEqualTo(0, start, $"{path} has no text '{old}'");
        var span = new TextSpan(start, old.Length);
        var construct = TextSpan.FromBounds(start + old.Length - old.TrimStart().Length, start + old.TrimEnd().Length);
        var site = new InjectionSite(new FixtureOperator(definition), construct, [new TextChange(span, replacement)], change);
        var id = MutantId.Of(definition.Id, path, $"M:{member}", old, 0);
        var mutant = new Mutant(id, site, path, $"M:{member}", member, new FileLinePositionSpan(path, golden.Lines.GetLinePositionSpan(construct)));
        return MutantRecord.Of(mutant, golden, $"refs/heads/mutants/{definition.Id}/{id.Hash}", $"{id.Hash}{id.Hash}{id.Hash}{id.Hash}");
    }

    private sealed class FixtureOperator(FaultDefinition definition) : FaultOperator<StatementSyntax>
    {
        public override FaultDefinition Definition => definition;

        protected override IEnumerable<InjectionSite> SitesAt(StatementSyntax node, SemanticModel model, CancellationToken cancel) => [];
    }
}
