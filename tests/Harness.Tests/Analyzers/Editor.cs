using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeRefactorings;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Mutators.Analyzers;
using Mutators.Campaign.Projects;
using Mutators.Refactorings;

namespace Harness.Tests.Analyzers;

/// <summary>A project as an IDE has it open: documents, EditorConfig, additional files; analyzers report on it and refactorings change it.</summary>
internal sealed class Editor : IDisposable
{
    public const string Root = "/repository";

    /// <summary>The file of an editor that has one file of code.</summary>
    public const string Path = Root + "/src/C.cs";

    private static readonly ImmutableArray<DiagnosticAnalyzer> analyzers = [new InjectionSiteAnalyzer(), new UndetectedFaultAnalyzer(), new ConfigurationAnalyzer()];

    private static readonly ImmutableArray<MetadataReference> platform =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(System.IO.Path.PathSeparator)
            .Where(path => System.IO.Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly AdhocWorkspace _workspace = new();
    private readonly ProjectId _project;

    /// <summary>One file of code.</summary>
    public Editor(string code, string editorConfig = "", string? outcomes = null, string path = Path)
        : this(new CSharpParseOptions(LanguageVersion.Preview), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary), platform, Root, editorConfig, outcomes)
    {
        Open(path, SourceText.From(code));
    }

    /// <summary>A project of a repository at <paramref name="root"/>, as the harness has loaded it.</summary>
    public Editor(TargetProject target, string root, string editorConfig)
        : this(target.Sources[0].Tree.Options, target.Compilation.Options, target.Compilation.References, root, editorConfig, outcomes: null)
    {
        foreach (var source in target.Sources)
        {
            Open(source.Tree.FilePath, source.Tree.GetText());
        }
    }

    private Editor(
        ParseOptions parse, CompilationOptions compile, IEnumerable<MetadataReference> references, string root, string editorConfig, string? outcomes)
    {
        _project = _workspace.AddProject(ProjectInfo.Create(
            ProjectId.CreateNewId(), VersionStamp.Default, "Project", "Project", LanguageNames.CSharp,
            compilationOptions: compile, parseOptions: parse, metadataReferences: references)).Id;
        var solution = _workspace.CurrentSolution
            .AddAnalyzerConfigDocument(DocumentId.CreateNewId(_project), ".editorconfig", SourceText.From($"root = true\n[*.cs]\n{editorConfig}\n"), filePath: $"{root}/.editorconfig")
            .AddAnalyzerConfigDocument(
                DocumentId.CreateNewId(_project), ".globalconfig", SourceText.From($"is_global = true\nbuild_property.MutatorsRepositoryRoot = {root}\n"), filePath: $"{root}/.globalconfig");
        if (outcomes is not null)
        {
            solution = solution.AddAdditionalDocument(DocumentId.CreateNewId(_project), "outcomes.json", SourceText.From(outcomes), filePath: $"{root}/.mutators/outcomes.json");
        }

        Assert.IsTrue(_workspace.TryApplyChanges(solution));
    }

    /// <summary>One file as the compiler sees it.</summary>
    public static CSharpCompilation Compile(SyntaxTree tree) =>
        CSharpCompilation.Create("Project", [tree], platform, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

    /// <summary>What the analyzers report, in the order of the text.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics()
    {
        var project = _workspace.CurrentSolution.GetProject(_project)!;
        var compilation = project.GetCompilationAsync().Result!;
        var found = compilation.WithAnalyzers(analyzers, project.AnalyzerOptions).GetAnalyzerDiagnosticsAsync().Result;
        Assert.IsEmpty(found.Where(each => each.Id == "AD0001").Select(each => each.GetMessage()));
        return [.. found.OrderBy(each => each.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(each => each.Location.SourceSpan).ThenBy(each => each.GetMessage(), StringComparer.Ordinal)];
    }

    /// <summary>What is offered with the caret in a line, counted from 0.</summary>
    public IReadOnlyList<CodeAction> Offered(string path, int line)
    {
        var document = _workspace.CurrentSolution.GetProject(_project)!.Documents.Single(each => each.FilePath == path);
        var offered = new List<CodeAction>();
        var context = new CodeRefactoringContext(document, new TextSpan(document.GetTextAsync().Result.Lines[line].Start, 0), offered.Add, CancellationToken.None);
        new InjectFault().ComputeRefactoringsAsync(context).Wait();
        return offered;
    }

    /// <summary>The document's text after an action: what its preview shows.</summary>
    public SourceText After(CodeAction action, string path)
    {
        var operation = (ApplyChangesOperation)action.GetOperationsAsync(CancellationToken.None).Result.Single();
        var changed = operation.ChangedSolution.GetChanges(_workspace.CurrentSolution).GetProjectChanges().Single().GetChangedDocuments().Single();
        var document = operation.ChangedSolution.GetDocument(changed)!;
        Assert.AreEqual(path, document.FilePath);
        return document.GetTextAsync().Result;
    }

    public void Dispose() => _workspace.Dispose();

    private void Open(string path, SourceText text) =>
        _workspace.AddDocument(DocumentInfo.Create(DocumentId.CreateNewId(_project), System.IO.Path.GetFileName(path), loader: TextLoader.From(TextAndVersion.Create(text, VersionStamp.Default)), filePath: path));
}
