using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators;
using Mutators.Campaign.Branches;

namespace Harness.Tests.Branches;

/// <summary>A git repository of one test's own, made and looked at with git's own program.</summary>
internal sealed class ScratchRepository : IDisposable
{
    public const string Source = "class C\n{\n    void M()\n    {\n        Open();\n        Read();\n    }\n}\n";

    private readonly ScratchFolder _folder = new();

    public ScratchRepository(string source = Source)
    {
        Git("init", "-q", "-b", "main");
        Write("src/C.cs", source);
        Write("readme.txt", "Read me.\n");
        Commit("golden");
    }

    public string Path => _folder.Path;

    public string this[string relative] => _folder[relative];

    public string Git(params ReadOnlySpan<string> arguments) => _folder.Run("git", arguments).TrimEnd('\n');

    public void Write(string path, string text) => _folder.Write(path, text);

    public void Write(string path, byte[] bytes)
    {
        _folder.Write(path, "");
        File.WriteAllBytes(_folder[path], bytes);
    }

    public string Commit(string message)
    {
        Git("add", "-A");
        Git("commit", "-q", "-m", message);
        return Git("rev-parse", "HEAD");
    }

    public MutantRepository Open() => MutantRepository.Open(Path);

    /// <summary>Emits the mutants of C.cs that drop one statement each.</summary>
    public IReadOnlyList<MutantBranch> Emit(params ReadOnlySpan<string> dropped)
    {
        using var repository = Open();
        return repository.Emit([.. Mutants(dropped)], SourceOf, new EmissionOptions(42));
    }

    public List<Mutant> Mutants(params ReadOnlySpan<string> dropped)
    {
        var mutants = new List<Mutant>();
        foreach (var statement in dropped)
        {
            mutants.Add(Drop("src/C.cs", SourceOf("src/C.cs"), statement));
        }

        return mutants;
    }

    /// <summary>The text of a file in the work tree, as a loader of projects reads it.</summary>
    public SourceText SourceOf(string path) => SourceText.From(File.ReadAllText(_folder[path]), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

    /// <summary>The mutant that lacks a statement.</summary>
    public static Mutant Drop(string path, SourceText text, string statement)
    {
        var span = new TextSpan(text.ToString().IndexOf(statement, StringComparison.Ordinal), statement.Length);
        Assert.IsGreaterThanOrEqualTo(0, span.Start);
        return MutantOf(path, text, new TextChange(span, ""), $"drop call {statement.TrimEnd(';')}", statement);
    }

    /// <summary>The mutant that has some text more at its beginning.</summary>
    public static Mutant Insert(string path, SourceText text, string inserted) =>
        MutantOf(path, text, new TextChange(new TextSpan(0, 0), inserted), $"insert {inserted}", inserted);

    private static Mutant MutantOf(string path, SourceText text, TextChange change, string inWords, string identity)
    {
        var span = change.Span;
        var site = new InjectionSite(DroppedStatement.Instance, span, [change], inWords);
        var lines = new FileLinePositionSpan(path, text.Lines.GetLinePositionSpan(span));
        return new Mutant(MutantId.Of("MFC", path, "M:C.M", identity, 0), site, path, "M:C.M", "C.M", lines);
    }

    public void Dispose() => _folder.Dispose();

    private sealed class DroppedStatement : FaultOperator<StatementSyntax>
    {
        public static readonly DroppedStatement Instance = new();

        public override FaultDefinition Definition { get; } = new(
            "MFC",
            "missing function call",
            FaultClass.Algorithm,
            "A call made only for its effect can be forgotten without a compile error, because nobody reads its value.",
            "Open(); Read();",
            "Read();");

        protected override IEnumerable<InjectionSite> SitesAt(StatementSyntax node, SemanticModel model, CancellationToken cancel) => [];
    }
}
