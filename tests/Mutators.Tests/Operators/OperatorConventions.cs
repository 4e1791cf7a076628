using System.Text.RegularExpressions;

namespace Mutators.Tests.Operators;

/// <summary>What every operator brings with it. Each failure says what to add.</summary>
[TestClass]
public sealed class OperatorConventions
{
    private static readonly string Folder = Path.Combine("mutators", "Mutators", "Operators");

    public static IEnumerable<TestDataRow<FaultOperator>> Operators =>
        FaultOperator.All.Select(each => new TestDataRow<FaultOperator>(each) { DisplayName = each.Definition.Id });

    [TestMethod]
    [DynamicData(nameof(Operators))]
    public void The_case_file_shows_what_is_a_site_what_is_none_and_how_a_mutant_behaves(FaultOperator faultOperator)
    {
        var path = Repository.RelativePath(CaseFile.PathOf(faultOperator));
        var cases = CaseFile.Read(faultOperator);
        Assert.IsNotEmpty(cases, $"Add {path} with a heading for each case.");
        Assert.IsTrue(cases.Any(each => each.IsPositive), $"Add a case with a site to {path}.");
        Assert.IsTrue(cases.Any(each => !each.IsPositive), $"Add a case without a site to {path}.");
        Assert.IsTrue(cases.Any(each => each.Run is not null), $"Add a block `run` to a case of {path}: what Run() gives in golden and in the mutant.");
        Assert.IsGreaterThanOrEqualTo(8, cases.Count, $"Eight cases are the least that {path} needs.");
        Assert.IsGreaterThan(
            cases.Count(each => each.IsPositive),
            cases.Count(each => !each.IsPositive),
            $"What is no site needs more cases than what is one: add cases without a site to {path}.");
    }

    [TestMethod]
    [DynamicData(nameof(Operators))]
    public void The_example_holds_the_fault(FaultOperator faultOperator)
    {
        var definition = faultOperator.Definition;
        var golden = new Golden(Example(definition.Before));
        Assert.IsEmpty(Golden.Errors(golden.Compilation), $"The example of {definition.Id} does not compile.");
        var mutants = golden.Scan(faultOperator).Select(mutant => mutant.Inject(golden.Tree.GetText()).ToString()).ToList();
        Assert.Contains(Example(definition.After), mutants, $"The operator does not turn `before` of {definition.Id} into `after`.");
    }

    [TestMethod]
    [DynamicData(nameof(Operators))]
    public void The_definition_is_complete(FaultOperator faultOperator)
    {
        var definition = faultOperator.Definition;
        Assert.MatchesRegex("^([CN]-[A-Z]+|[A-Z]{3,5}(\\.[A-Z]+)?)$", definition.Id);
        Assert.IsTrue(char.IsLower(definition.Name[0]) && !definition.Name.EndsWith('.'), "A name is a phrase inside a sentence.");
        Assert.MatchesRegex(@"^[A-Z][^.]+\. [A-Z][^.]+\.$", definition.Rationale, "A rationale is two sentences: how a programmer makes this mistake, and why it stays.");
        Assert.MatchesRegex("[^.]$", definition.Provenance, "A provenance is a phrase.");
        Assert.IsTrue(definition.FieldCount is null || definition.Origin is FaultOrigin.Library or FaultOrigin.FieldStudy, "Only the field study counted.");
        Assert.AreSequenceEqual(definition.Constraints.Order(StringComparer.Ordinal), definition.Constraints, "Constraints stand in their order.");
        Assert.IsTrue(definition.Constraints.All(id => Constraint.Find(id).Rule.Length > 0));
    }

    [TestMethod]
    public void Ids_and_examples_are_unique()
    {
        var definitions = FaultOperator.All.Select(each => each.Definition).ToList();
        CollectionAssert.AllItemsAreUnique(definitions.Select(definition => definition.Id).ToList());
        CollectionAssert.AllItemsAreUnique(definitions.Select(definition => definition.Name).ToList());
        CollectionAssert.AllItemsAreUnique(definitions.Select(definition => (definition.Before, definition.After)).ToList());
    }

    [TestMethod]
    public void An_operator_takes_two_files_and_is_named_nowhere_else()
    {
        var names = FaultOperator.All.Select(each => each.GetType().Name).ToList();
        var pattern = new Regex($@"\b({string.Join('|', names)})\b");
        var others = Sources()
            .Select(Repository.RelativePath)
            .Where(path => !names.Contains(Path.GetFileNameWithoutExtension(path)))
            .Where(path => pattern.IsMatch(File.ReadAllText(Path.Combine(Repository.Root, path))))
            .ToList();
        Assert.IsEmpty(others, "These files name an operator's class. Find operators through FaultOperator.All, so that adding one takes two files.");
    }

    [TestMethod]
    public void Each_file_of_the_folder_is_one_operator_and_each_case_file_belongs_to_one()
    {
        var names = FaultOperator.All.Select(each => each.GetType().Name).Order(StringComparer.Ordinal).ToList();
        Assert.AreSequenceEqual(names, Names(Folder, "*.cs"), "One operator is one file, named after its class.");
        Assert.AreSequenceEqual(names, Names(Path.Combine("tests", "Mutators.Tests", "Operators"), "*.md"), "A case file is named after its operator's class.");
    }

    // Tests may name operators as examples; the product may not.
    private static IEnumerable<string> Sources() => new[] { "mutators", "analyzers", "harness" }
        .Select(folder => Path.Combine(Repository.Root, folder))
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs*", SearchOption.AllDirectories))
        .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    private static IEnumerable<string> Names(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern)
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal);

    // An example is the body of a method that may return anything.
    private static string Example(string body) => $$"""
        class Example
        {
            static object? Body()
            {
        {{body}}
            }
        }
        """;
}
