using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Tests.Operators;

namespace Mutators.Tests.Constructs;

/// <summary>Every operator on every construct of the language that can surprise it.</summary>
[TestClass]
public sealed class ConstructCoverage
{
    private const string Folder = "tests/Mutators.Tests/Constructs";

    private static readonly Dictionary<string, Func<SyntaxNode, bool>> Kinds = new(StringComparer.Ordinal)
    {
        ["expression body"] = node => node is ArrowExpressionClauseSyntax,
        ["switch section"] = node => node is SwitchSectionSyntax or SwitchExpressionArmSyntax,
        ["top-level program"] = node => node is GlobalStatementSyntax,
        ["local function"] = node => node is LocalFunctionStatementSyntax,
        ["lambda"] = node => node is AnonymousFunctionExpressionSyntax,
        ["async method"] = node => node is AwaitExpressionSyntax,
        ["iterator"] = node => node is YieldStatementSyntax,
        ["using declaration"] = node => node is UsingStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 },
        ["pattern variable"] = node => node is SingleVariableDesignationSyntax { Parent: PatternSyntax },
        ["out variable"] = node => node is ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.OutKeyword },
        ["nullable flow"] = node => node is NullableTypeSyntax or ConditionalAccessExpressionSyntax or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression },
        ["generics"] = node => node is TypeParameterListSyntax,
        ["record"] = node => node is RecordDeclarationSyntax,
        ["primary constructor"] = node => node is TypeDeclarationSyntax { ParameterList: not null } and not RecordDeclarationSyntax,
        ["ref local"] = node => node is RefExpressionSyntax or RefTypeSyntax,
        ["preprocessor directive"] = node => node is CompilationUnitSyntax { ContainsDirectives: true },
        ["trivia and formatting"] = node => node is CompilationUnitSyntax && node.DescendantTrivia().Any(trivia =>
            trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)),
    };

    private static readonly Lazy<IReadOnlyList<(string Name, Golden Golden, IReadOnlyList<Mutant> Mutants)>> Scanned = new(() =>
    [
        .. Code().Select(each => new { each.Name, Golden = new Golden(each.Code) }).Select(each => (each.Name, each.Golden, each.Golden.Scan(FaultOperator.All))),
    ]);

    public static IEnumerable<TestDataRow<string>> Names => Kinds.Keys.Select(name => new TestDataRow<string>(name) { DisplayName = name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Every_mutant_in_a_construct_compiles_and_is_there_to_be_read(string name)
    {
        var (_, golden, mutants) = Scanned.Value.Single(each => each.Name == name);
        Assert.IsEmpty(Golden.Errors(golden.Compilation), $"The code of '{name}' does not compile.");
        Assert.IsTrue(golden.Tree.GetRoot().DescendantNodesAndSelf().Any(Kinds[name]), $"The code of '{name}' has no {name}.");
        foreach (var mutant in mutants)
        {
            OperatorCases.StaysInside(golden, mutant);
            OperatorCases.RevertsToGolden(golden, mutant);
        }

        var found = TrivialEquivalence.Find(golden.Compilation, mutants.Select(mutant => (golden.Tree, mutant)), CancellationToken.None);
        Assert.IsEmpty(mutants.Where(mutant => found.Errors.ContainsKey(mutant.Id)).Select(mutant => $"{mutant.Subject}: {found.Errors[mutant.Id]}"));
        var page = new StringBuilder();
        foreach (var mutant in mutants)
        {
            page.Append(CultureInfo.InvariantCulture, $"{mutant.Subject}\n{OperatorCases.Diff(golden, mutant)}\n\n");
        }

        Snapshot.Verify($"{Folder}/{name.Replace(' ', '-')}.verified.diff", page.ToString());
    }

    [TestMethod]
    public void Table_is_fresh()
    {
        var page = new StringBuilder("""
            # Operators and constructs

            How many cases of the operator's own case file hold the construct, and behind the slash how many sites the operator finds in
            the [code of the construct](../../tests/Mutators.Tests/Constructs/Constructs.md), where all operators are run and every
            mutant's difference is kept to be read. A zero behind the slash says: tried, and no site.


            """.ReplaceLineEndings("\n"));
        page.Append(CultureInfo.InvariantCulture, $"| operator | {string.Join(" | ", Kinds.Keys)} |\n|---|{string.Concat(Kinds.Select(_ => "---|"))}\n");
        foreach (var faultOperator in FaultOperator.All)
        {
            var cases = CaseFile.Read(faultOperator).Select(each => new Golden(each.Code).Tree.GetRoot().DescendantNodesAndSelf().ToList()).ToList();
            var cells = Kinds.Select(kind =>
                $"{cases.Count(nodes => nodes.Any(kind.Value))}/{Scanned.Value.Single(each => each.Name == kind.Key).Mutants.Count(mutant => mutant.Operator == faultOperator)}");
            page.Append(CultureInfo.InvariantCulture, $"| {faultOperator.Definition.Id} | {string.Join(" | ", cells)} |\n");
        }

        Snapshot.Verify("docs/operators/constructs.md", page.ToString());
    }

    [TestMethod]
    public void Ids_in_all_constructs_survive_code_above_another_layout_and_another_member()
    {
        var changed = new List<string>();
        foreach (var (name, golden, mutants) in Scanned.Value)
        {
            var code = golden.Tree.ToString();
            var isProgram = name == "top-level program";
            var end = code.TrimEnd().Length - 1;
            var edits = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["code above"] = "// Above.\nusing System.Text;\n\n" + code,
                ["layout"] = code.Replace("\n", "\r\n", StringComparison.Ordinal).Replace("    ", "\t", StringComparison.Ordinal),
                ["another member"] = isProgram ? code + "\nclass Other { }" : code.Insert(end, "\n    private static int Added(int x) { Console.Write(x); return x + 1; }\n"),
            };
            foreach (var (what, edited) in edits)
            {
                var kept = new Golden(edited).Scan(FaultOperator.All).Select(mutant => mutant.Id).ToHashSet();
                changed.AddRange(mutants.Where(mutant => !kept.Contains(mutant.Id)).Select(mutant => $"{what}: {mutant.Subject}"));
            }
        }

        Assert.IsEmpty(changed, "These sites have another id although nobody touched them.");
    }

    private static IEnumerable<(string Name, string Code)> Code()
    {
        var parts = File.ReadAllText(Path.Combine(Repository.Root, Folder, "Constructs.md")).ReplaceLineEndings("\n").Split("\n## ")[1..];
        foreach (var part in parts)
        {
            var lines = part.Split('\n');
            var begin = Array.IndexOf(lines, "```cs");
            yield return (lines[0], string.Join('\n', lines[(begin + 1)..Array.IndexOf(lines, "```", begin)]));
        }
    }
}
