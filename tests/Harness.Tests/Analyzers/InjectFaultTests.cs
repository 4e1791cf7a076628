using System.Collections.Immutable;
using System.Text;
using Harness.Tests.Campaigns;
using Microsoft.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using Mutators;
using Mutators.Campaign;
using Mutators.Campaign.Branches;

namespace Harness.Tests.Analyzers;

/// <summary>The refactoring and the analyzer against the command line: the same sites, and the same text as on the branch.</summary>
[TestClass]
public sealed class InjectFaultTests
{
    /// <summary>Sites of each operator that are injected in the editor; each asks the compiler about all sites of its line.</summary>
    private const int SitesOfEach = 3;

    private static readonly Tree tree = WithExamples();
    private static readonly MutantRepository repository = MutantRepository.Open(tree.Root);
    private static readonly GoldenWorkspace workspace = GoldenWorkspace.Open(
        repository, new() { Targets = ["App"], Profile = FaultProfile.All }, NullLogger.Instance, CancellationToken.None);

    private static readonly ImmutableArray<Mutant> sites = workspace.Sites(CancellationToken.None);
    private static readonly Editor editor = new(workspace.Targets[0], workspace.Checkout.Directory, "mutators.profile = all");
    private static readonly Dictionary<string, SyntaxTree> trees = workspace.Targets[0].Sources.ToDictionary(source => source.Path, source => source.Tree);

    public static IEnumerable<string> Operators => FaultOperator.All.Select(each => each.Definition.Id);

    [ClassCleanup]
    public static void CleanUp()
    {
        editor.Dispose();
        workspace.Dispose();
        repository.Dispose();
        tree.Dispose();
    }

    [TestMethod]
    public void The_editor_shows_the_sites_that_the_command_line_lists_one_for_one()
    {
        var shown = editor.Diagnostics().Where(each => each.Id.StartsWith("MUT1", StringComparison.Ordinal))
            .Select(each => (each.Properties["mutant"], each.Properties["change"], each.Location.GetLineSpan().StartLinePosition));
        CollectionAssert.AreEquivalent(sites.Select(site => (site.Id.ToString(), site.Site.Change, site.Lines.StartLinePosition)).ToList(), shown.ToList());
    }

    [TestMethod]
    [DynamicData(nameof(Operators))]
    public void The_document_after_injecting_a_fault_is_the_branches(string faultOperator)
    {
        var compiling = sites
            .Where(site => site.Id.Operator == faultOperator && MutantCompiler.Errors(workspace.Targets[0].Compilation, trees[site.Path], site, CancellationToken.None).IsEmpty)
            .Take(SitesOfEach)
            .ToList();
        Assert.IsNotEmpty(compiling, $"No site of {faultOperator} compiles, not even in its own example.");
        foreach (var (site, branch) in compiling.Zip(Emit(compiling)))
        {
            var path = trees[site.Path].FilePath;
            var offered = editor.Offered(path, site.Lines.StartLinePosition.Line);
            var action = offered.Single(each => each.EquivalenceKey == site.Id.ToString());
            Assert.AreEqual($"Inject fault: {site.Site.Change} ({faultOperator})", action.Title);
            Assert.AreEqual(Encoding.UTF8.GetString(OnBranch(branch).Span), editor.After(action, path).ToString());
        }
    }

    private static IReadOnlyList<MutantBranch> Emit(IReadOnlyList<Mutant> mutants)
    {
        lock (repository)
        {
            return repository.Emit(mutants, path => trees[path].GetText(), new EmissionOptions(1));
        }
    }

    private static ReadOnlyMemory<byte> OnBranch(MutantBranch branch)
    {
        lock (repository)
        {
            return repository.ChangedFiles(branch).Single().Content!.Value;
        }
    }

    /// <summary>Every construct of the language, and beside it the example of every operator, so that each of them has a site.</summary>
    private static Tree WithExamples()
    {
        var made = new Tree("every_construct");
        foreach (var (index, each) in FaultOperator.All.Index())
        {
            made.Write($"App/Examples/Example{index}.cs", $$"""
                namespace Examples.Number{{index}};

                internal static class Example
                {
                    internal static object? Body()
                    {
                        {{each.Definition.Before}}
                    }
                }

                """);
        }

        made.Commit();
        return made;
    }
}
