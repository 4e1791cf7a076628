using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mutators.Tests;

/// <summary>The operators on real code: the case study in samples/.</summary>
[TestClass]
public sealed class SampleSites
{
    // Enough for each operator to show its habits, few enough for a minute.
    private const int SampleSize = 600;

    // System.Threading has a Timer, and so has the simulator.
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        """;

    private static readonly Lazy<CSharpCompilation> Samples = new(Compile);

    private static readonly Lazy<IReadOnlyList<(SyntaxTree Tree, Mutant Mutant)>> Sites = new(() =>
    [
        .. Samples.Value.SyntaxTrees.SelectMany(tree => SiteScanner
            .Scan(Samples.Value.GetSemanticModel(tree), tree.FilePath, FaultOperator.All, CancellationToken.None)
            .Select(mutant => (tree, mutant))),
    ]);

    [TestMethod]
    public void Every_operator_of_the_library_finds_a_site_in_the_samples()
    {
        var found = Sites.Value.Select(site => site.Mutant.Operator).ToHashSet();
        var without = FaultOperator.Library.Except(found).Select(each => each.Definition.Id);
        Assert.IsEmpty(without, "An operator that finds nothing in the case study is too strict, or the case study too small.");
    }

    [TestMethod]
    public void No_two_sites_of_the_samples_have_one_id()
    {
        var twins = Sites.Value.GroupBy(site => site.Mutant.Id).Where(group => group.Count() > 1).Select(group => group.Key.ToString());
        Assert.IsEmpty(twins);
    }

    [TestMethod]
    [TestCategory("Slow")]
    public void Mutants_of_the_samples_compile()
    {
        var trees = Sites.Value.ToDictionary(site => site.Mutant.Id, site => site.Tree);
        var drawn = Faultload.Draw([.. Sites.Value.Select(site => site.Mutant)], SampleSize, seed: 1, SamplingRule.Uniform);
        var rejected = drawn.Mutants
            .Select(mutant => (mutant, errors: MutantCompiler.Errors(Samples.Value, trees[mutant.Id], mutant, CancellationToken.None)))
            .Where(each => !each.errors.IsEmpty)
            .Select(each => $"{each.mutant.Id} {each.mutant.Subject}: {each.errors[0]}");
        Assert.IsEmpty(rejected);
    }

    [TestMethod]
    public void What_the_compiler_says_to_many_mutants_together_is_what_it_says_to_each_alone()
    {
        var trees = Sites.Value.ToDictionary(site => site.Mutant.Id, site => site.Tree);
        var drawn = Faultload.Draw([.. Sites.Value.Select(site => site.Mutant)], SampleSize / 4, seed: 2, SamplingRule.Uniform).Mutants
            .Concat(Sites.Value.GroupBy(site => site.Tree).OrderByDescending(file => file.Count()).First().Select(site => site.Mutant))
            .DistinctBy(mutant => mutant.Id).Select(mutant => (Tree: trees[mutant.Id], Mutant: mutant)).ToList();

        var together = MutantDiagnoses.Of(Samples.Value, drawn, CancellationToken.None);

        var alone = drawn.AsParallel().AsOrdered().Select(each => MutantCompiler.Diagnose(Samples.Value, each.Tree, each.Mutant, CancellationToken.None)).ToList();
        Assert.AreSequenceEqual(alone.Zip(drawn, Words).ToList(), together.Zip(drawn, Words).ToList());
        Assert.IsNotEmpty(together.Where(each => !each.Warnings.IsEmpty));

        static string Words((ImmutableArray<Diagnostic> Errors, ImmutableArray<Diagnostic> Warnings) said, (SyntaxTree Tree, Mutant Mutant) of) =>
            $"{of.Mutant.Id} {string.Join(", ", said.Errors.Concat(said.Warnings).Select(each => $"{each.Id}: {each.GetMessage()}"))}";
    }

    // All projects of the case study in one compilation: what they refer to of each other is then there without a build. All but the host
    // to play with and the mechanisms, which are programs of their own and hold no target of faults.
    private static CSharpCompilation Compile()
    {
        var empty = new Golden("");
        var options = (CSharpParseOptions)empty.Tree.Options;
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "XenHost" or "Mechanisms"))
            .Order(StringComparer.Ordinal);
        var trees = files.Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, Repository.RelativePath(path)));
        var compilation = empty.Compilation
            .RemoveAllSyntaxTrees()
            .AddSyntaxTrees(trees)
            .AddSyntaxTrees(CSharpSyntaxTree.ParseText(Usings, options, "samples/Usings.g.cs"))
            .WithOptions(empty.Compilation.Options.WithOutputKind(OutputKind.ConsoleApplication));
        Assert.AreEqual("", string.Join("\n", Golden.Errors(compilation)), "The samples do not compile together.");
        return compilation;
    }
}
