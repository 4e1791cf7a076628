using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators;
using Mutators.Campaign.Outcomes;
using Mutators.Campaign.Propagation;
using Mutators.Campaign.Workloads;

namespace Harness.Tests.Propagation;

/// <summary>A small library and faults made by hand in it: the member that is infected first, and where the damage goes, are known beforehand.</summary>
[TestClass]
[DoNotParallelize]
public sealed class MemberTracingTests
{
    private const string Golden = """
        using System.Collections.Generic;
        using System.Linq;

        public static class Numbers
        {
            public static int Parse(string text)
            {
                var value = 0;
                foreach (var c in text) value = value * 10 + (c - '0');
                return value;
            }
        }

        public sealed class Item
        {
            public Item(string name, int price)
            {
                if (price > 90) price = 90;
                Name = name;
                Price = price;
            }

            public string Name { get; }
            public int Price { get; }
        }

        public sealed class Basket
        {
            private readonly List<Item> items = new();
            private int count;

            public void Add(Item item)
            {
                items.Add(item);
                Count();
            }

            private void Count() => count++;

            public int Total()
            {
                var total = 0;
                foreach (var item in items) total += item.Price;
                return total;
            }

            public void Clear()
            {
                items.Clear();
                count = 0;
            }
        }

        public sealed class Discount
        {
            private int percent;

            public Discount(int percent)
            {
                this.percent = percent;
            }

            public int Apply(int total) => total - total * percent / 100;
        }

        public static class Receipt
        {
            public static string Print(int total, int reduced) => $"{reduced} of {total}";
        }

        public static class Shop
        {
            public static string Sell(string first, string second)
            {
                var basket = new Basket();
                basket.Add(new Item("a", Numbers.Parse(first)));
                basket.Add(new Item("b", Numbers.Parse(second)));
                var discount = new Discount(10);
                var total = basket.Total();
                var text = Receipt.Print(total, discount.Apply(total));
                basket.Clear();
                return text;
            }
        }
        """;

    [TestMethod]
    [DataRow("value = value * 10 + (c - '0')", "value = value * 10", "Numbers.Parse", "Item.new, Basket.Add, Basket.Total, Receipt.Print, Shop.Sell")]
    [DataRow("if (price > 90) price = 90;", "", "Item.new", "Basket.Add, Basket.Total, Discount.Apply, Receipt.Print")]
    [DataRow("Price = price;", "Price = 0;", "Item.new", "Basket.Total, Receipt.Print")]
    [DataRow("items.Add(item);", "", "Basket.Add", "Basket, Basket.Count, Basket.Total, Receipt.Print")]
    [DataRow("count++", "count--", "Basket.Count", "Basket")]
    [DataRow("total += item.Price", "total = item.Price", "Basket.Total", "Shop.Sell, Discount.Apply, Receipt.Print")]
    [DataRow("this.percent = percent;", "", "Discount.new", "Discount.Apply, Receipt.Print")]
    [DataRow("total - total * percent / 100", "total * percent / 100", "Discount.Apply", "Shop.Sell, Receipt.Print")]
    [DataRow("{reduced} of {total}", "{total} of {reduced}", "Receipt.Print", "Shop.Sell")]
    [DataRow("Receipt.Print(total, discount.Apply(total))", "Receipt.Print(total, total)", "Shop.Sell", "Receipt.Print")]
    [DataRow("basket.Clear();", "", "Shop.Sell", "")]
    [DataRow("count = 0;", "", "Basket.Clear", "Basket")]
    public void The_first_infected_member_and_the_way_of_the_damage(string golden, string mutant, string first, string then)
    {
        var delta = Trace(golden, mutant);

        Assert.AreEqual(first, delta.Infections[0].Component, Words(delta));
        foreach (var member in then.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.IsTrue(delta.Infections.Any(each => each.Component == member), $"{member} is missing in {Words(delta)}");
        }

        Assert.IsTrue(delta.Infections.All(each => each.IsExplained), Words(delta));
    }

    [TestMethod]
    [DataRow("value * 10 + (c - '0')", "(c - '0') + value * 10")]
    [DataRow("var value = 0;", "int value = 0;")]
    public void What_computes_the_same_has_an_empty_delta(string golden, string mutant) => Assert.IsTrue(Trace(golden, mutant).IsEmpty);

    [TestMethod]
    [DataRow("Adder.Add(2, 3);\n", "Program.Main")]
    [DataRow("return Twice(Adder.Add(2, 3));\nint Twice(int value) { return 2 * value; }\n", "[\"Program.Main\",\"program\",\"return\",\"10\"]")]
    [DataRow("#if true\nvar text = args.Length > 9 ? \"many\" : \"few\";\n#endif\nAdder.Add(text.Length, 0);\n", "Program.Main")]
    [DataRow("await System.Threading.Tasks.Task.Yield(); Adder.Add(2, 3);\n", "Adder.Add")]
    public void Top_level_statements_are_a_member(string statements, string told)
    {
        var lines = Lines(statements + "static class Adder { public static int Add(int left, int right) => left + right; }", image => image.EntryPoint!.Invoke(null, [Array.Empty<string>()])?.ToString() ?? "");

        Assert.Contains(told, string.Join('\n', lines));
        Assert.Contains("Adder.Add", string.Join('\n', lines));
    }

    [TestMethod]
    public void A_parameter_that_only_one_side_keeps_is_no_state()
    {
        const string Tags = "public sealed class Tag(string owner) { private int calls; public int Touch() { if (owner.Length > 9) calls++; return ++calls; } } "
            + "public static class Shop { public static string Sell(string first, string second) => new Tag(first).Touch().ToString(); }";
        Environment.SetEnvironmentVariable(OneSidedFields.Variable, "Tag.<owner>P");
        try
        {
            CollectionAssert.AreEqual(Lines(Tags.Replace("if (owner.Length > 9) calls++; ", "", StringComparison.Ordinal)), Lines(Tags));
        }
        finally
        {
            Environment.SetEnvironmentVariable(OneSidedFields.Variable, null);
        }
    }

    private static string Words(Delta delta) => string.Join(", ", delta.Infections.Select(each => $"{each.Component} <- {each.From ?? (each.IsExplained ? "" : "?")} {each.By?.Golden} / {each.By?.Faulty}"));

    private static Delta Trace(string golden, string mutant)
    {
        var changed = Golden.Replace(golden, mutant, StringComparison.Ordinal);
        Assert.AreNotEqual(Golden, changed);
        var left = goldenLines.Value;
        var right = Lines(changed);
        Assert.IsTrue(MutantId.TryParse("MFC-0123456789", out var id));
        return new DeltaExecution(Side(left), Side(right), new GoldenRun(new Workload("hand", "App", []), Run([left[^1]]))).Run(id, null, OutcomeClassifier.DefaultDegradedShare);
    }

    private static ExecutionSide Side(string[] lines)
    {
        var queue = new Queue<string>(lines);
        return new ExecutionSide(() => queue.TryDequeue(out var line) ? line : null, Run);
    }

    private static WorkloadRun Run(IEnumerable<string> output) => new(ProcessEnd.Exited, 0, [.. output], [], TimeSpan.Zero);

    private static readonly Lazy<MetadataReference[]> references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) is "System.Runtime" or "System.Private.CoreLib" or "System.Collections" or "System.Linq")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    private static readonly Lazy<string[]> goldenLines = new(() => Lines(Golden));

    private static string[] Lines(string source) => Lines(source, image => (string)image.GetType("Shop")!.GetMethod("Sell")!.Invoke(null, ["12", "95"])!);

    /// <summary>Plants the calls, compiles, and runs the program in this process; the last line is what it gives.</summary>
    private static string[] Lines(string source, Func<Assembly, string> run)
    {
        var tree = CSharpSyntaxTree.ParseText(source);
        var isProgram = tree.GetRoot().ChildNodes().Any(node => node is GlobalStatementSyntax);
        var plain = CSharpCompilation.Create("shop", [tree], references.Value, new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary));
        var planted = MemberPlanting.Plant(plain.GetSemanticModel(plain.SyntaxTrees[0]), "global::Probe").ToString();
        var compilation = plain.RemoveAllSyntaxTrees().AddSyntaxTrees(CSharpSyntaxTree.ParseText(planted), CSharpSyntaxTree.ParseText(MemberProbe.Source("Probe")));
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        Assert.IsTrue(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;

        var file = Path.GetTempFileName();
        Environment.SetEnvironmentVariable(MemberProbe.FileVariable, file);
        var context = new AssemblyLoadContext("shop", isCollectible: true);
        try
        {
            var given = run(context.LoadFromStream(image));
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries), given];
        }
        finally
        {
            Environment.SetEnvironmentVariable(MemberProbe.FileVariable, null);
            context.Unload();
            File.Delete(file);
        }
    }
}
