using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Mutators;

namespace Harness.Tests.Analyzers;

/// <summary>What campaigns found out, where people edit.</summary>
[TestClass]
public sealed class KnownOutcomeTests
{
    private const string Code = "class C\n{\n    void M()\n    {\n        A();\n        A(1);\n    }\n    void A(int n = 0) { }\n}\n";

    private static readonly string id = MutantId.Of("MFC", "src/C.cs", "M:C.M", "A ( ) ;", 0).ToString();

    private static string Outcomes(string more = "") => $$"""
        { "version": 1, "mutants": [ { "id": "{{id}}", "path": "src/C.cs", "injected": "2026-11-21", "failureMode": "silent data failure",
          "noticed": "no monitor noticed", "undetected": true, "branch": "mutants/MFC/{{id[4..]}}"{{more}} } ] }
        """;

    [TestMethod]
    public void An_undetected_fault_is_a_warning_that_says_what_happened()
    {
        using var editor = new Editor(Code, outcomes: Outcomes());
        var warning = editor.Diagnostics().Single(each => each.Id == "MUT2001");
        Assert.AreEqual(
            $"MFC here was injected on 2026-11-21: silent data failure, no monitor noticed; drop call A(); branch mutants/MFC/{id[4..]}", warning.GetMessage());
        Assert.AreEqual(DiagnosticSeverity.Warning, warning.Severity);
        Assert.AreEqual(4, warning.Location.GetLineSpan().StartLinePosition.Line);
    }

    [TestMethod]
    public void A_site_with_a_known_outcome_says_it()
    {
        using var editor = new Editor(Code, outcomes: Outcomes());
        var site = editor.Diagnostics().First(each => each.Id == "MUT1004");
        Assert.EndsWith($"(missing function call; injected on 2026-11-21: silent data failure, no monitor noticed; branch mutants/MFC/{id[4..]})", site.GetMessage());
    }

    [TestMethod]
    public void A_fault_that_somebody_noticed_is_no_warning()
    {
        using var editor = new Editor(Code, outcomes: Outcomes().Replace("true", "false"));
        Assert.IsEmpty(editor.Diagnostics().Where(each => each.Id == "MUT2001"));
    }

    [TestMethod]
    public void A_fault_that_a_reviewer_dismissed_is_no_warning()
    {
        using var editor = new Editor(Code, outcomes: Outcomes(", \"decision\": \"accepted\", \"decisionReason\": \"logged elsewhere\""));
        var found = editor.Diagnostics();
        Assert.IsEmpty(found.Where(each => each.Id == "MUT2001"));
        Assert.Contains("accepted: logged elsewhere", found[0].GetMessage());
    }

    [TestMethod]
    [DataRow("{ nonsense")]
    [DataRow("{ \"version\": 2, \"mutants\": [] }")]
    public void A_file_of_outcomes_that_cannot_be_read_is_one_warning(string text)
    {
        using var editor = new Editor(Code, outcomes: text);
        var warning = editor.Diagnostics().Single(each => each.Id == "MUT9001");
        Assert.Contains("dotnet mutators export", warning.GetMessage());
    }

    [TestMethod]
    public void The_branch_of_a_known_mutant_is_offered_as_a_message()
    {
        using var editor = new Editor(Code, outcomes: Outcomes());
        var offered = editor.Offered($"{Editor.Root}/src/C.cs", line: 4);
        CollectionAssert.AreEqual(new[] { "Inject fault: drop call A() (MFC)", $"Open mutant branch: git switch mutants/MFC/{id[4..]}" }, offered.Select(each => each.Title).ToList());

        // It shows what happened, and does nothing.
        var message = (PreviewOperation)offered[1].GetOperationsAsync(CancellationToken.None).Result.Single();
        Assert.AreEqual($"injected on 2026-11-21: silent data failure, no monitor noticed; branch mutants/MFC/{id[4..]}", message.GetPreviewAsync(CancellationToken.None).Result);
    }
}
