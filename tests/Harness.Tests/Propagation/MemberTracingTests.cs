using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Mutators;
using Mutators.Campaign.Activation;
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
    [DataRow("value = value * 10 + (c - '0')", "value = value * 10",
        "Numbers.Parse <- Fault",
        "Shop.Sell <- Numbers.Parse, Altered return 12 / 0",
        "Item.new <- Shop.Sell, Altered call ('a', 12) / ('a', 0)",
        "Item <- Item.new, Altered state Name='a', Price=12 / Name='a', Price=0; Item 1.Price 12 / 0",
        "Basket.Add <- Shop.Sell, Altered call (Item 1{Name='a', Price=12}) / (Item 1{Name='a', Price=0})",
        "Basket <- Basket.Add, Altered state items=[Item 1{Name='a', Price=12}], count=0 / items=[Item 1{Name='a', Price=0}], count=0; Basket 1.items [Item 1{Name='a', Price=12}] / [Item 1{Name='a', Price=0}]",
        "Basket.Count <- Basket, Altered state items=[Item 1{Name='a', Price=12}], count=0 / items=[Item 1{Name='a', Price=0}], count=0",
        "Basket.Total <- Basket, Altered state items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=90}], count=2 / items=[Item 1{Name='a', Price=0}, Item 2{Name='b', Price=0}], count=2",
        "Discount.Apply <- Shop.Sell, Altered call (102) / (0)",
        "Receipt.Print <- Shop.Sell, Altered call (102, 92) / (0, 0)")]
    [DataRow("if (price > 90) price = 90;", "",
        "Item.new <- Fault",
        "Item <- Item.new, Altered state Name='b', Price=90 / Name='b', Price=95; Item 2.Price 90 / 95",
        "Shop.Sell <- Item.new, Altered return Item 2{Name='b', Price=90} / Item 2{Name='b', Price=95}",
        "Basket.Add <- Shop.Sell, Altered call (Item 2{Name='b', Price=90}) / (Item 2{Name='b', Price=95})",
        "Basket <- Basket.Add, Altered state items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=90}], count=1 / items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=95}], count=1; Basket 1.items [Item 1{Name='a', Price=12}, Item 2{Name='b', Price=90}] / [Item 1{Name='a', Price=12}, Item 2{Name='b', Price=95}]",
        "Basket.Count <- Basket, Altered state items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=90}], count=1 / items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=95}], count=1",
        "Basket.Total <- Basket, Altered state items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=90}], count=2 / items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=95}], count=2",
        "Discount.Apply <- Shop.Sell, Altered call (102) / (107)",
        "Receipt.Print <- Shop.Sell, Altered call (102, 92) / (107, 97)")]
    [DataRow("Price = price;", "Price = 0;",
        "Item.new <- Fault",
        "Item <- Item.new, Altered state Name='a', Price=12 / Name='a', Price=0; Item 1.Price 12 / 0",
        "Shop.Sell <- Item.new, Altered return Item 1{Name='a', Price=12} / Item 1{Name='a', Price=0}",
        "Basket.Add <- Shop.Sell, Altered call (Item 1{Name='a', Price=12}) / (Item 1{Name='a', Price=0})",
        "Basket <- Basket.Add, Altered state items=[Item 1{Name='a', Price=12}], count=0 / items=[Item 1{Name='a', Price=0}], count=0; Basket 1.items [Item 1{Name='a', Price=12}] / [Item 1{Name='a', Price=0}]",
        "Basket.Count <- Basket, Altered state items=[Item 1{Name='a', Price=12}], count=0 / items=[Item 1{Name='a', Price=0}], count=0",
        "Basket.Total <- Basket, Altered state items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=90}], count=2 / items=[Item 1{Name='a', Price=0}, Item 2{Name='b', Price=0}], count=2",
        "Discount.Apply <- Shop.Sell, Altered call (102) / (0)",
        "Receipt.Print <- Shop.Sell, Altered call (102, 92) / (0, 0)")]
    [DataRow("items.Add(item);", "",
        "Basket.Add <- Fault",
        "Basket <- Basket.Add, Altered state items=[Item 1{Name='a', Price=12}], count=0 / items=[], count=0; Basket 1.items [Item 1{Name='a', Price=12}] / []",
        "Basket.Count <- Basket, Altered state items=[Item 1{Name='a', Price=12}], count=0 / items=[], count=0",
        "Basket.Total <- Basket, Altered state items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=90}], count=2 / items=[], count=2",
        "Shop.Sell <- Basket.Total, Altered return 102 / 0",
        "Discount.Apply <- Shop.Sell, Altered call (102) / (0)",
        "Receipt.Print <- Shop.Sell, Altered call (102, 92) / (0, 0)")]
    [DataRow("count++", "count--",
        "Basket.Count <- Fault",
        "Basket <- Basket.Count, Altered state items=[Item 1{Name='a', Price=12}], count=1 / items=[Item 1{Name='a', Price=12}], count=-1; Basket 1.count 1 / -1",
        "Basket.Add <- Basket",
        "Basket.Total <- Basket, Altered state items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=90}], count=2 / items=[Item 1{Name='a', Price=12}, Item 2{Name='b', Price=90}], count=-2")]
    [DataRow("total += item.Price", "total = item.Price",
        "Basket.Total <- Fault",
        "Shop.Sell <- Basket.Total, Altered return 102 / 90",
        "Discount.Apply <- Shop.Sell, Altered call (102) / (90)",
        "Receipt.Print <- Shop.Sell, Altered call (102, 92) / (90, 81)")]
    [DataRow("this.percent = percent;", "",
        "Discount.new <- Fault",
        "Discount <- Discount.new, Altered state percent=10 / percent=0; Discount 1.percent 10 / 0",
        "Discount.Apply <- Discount, Altered state percent=10 / percent=0",
        "Shop.Sell <- Discount.Apply, Altered return 92 / 102",
        "Receipt.Print <- Shop.Sell, Altered call (102, 92) / (102, 102)")]
    [DataRow("total - total * percent / 100", "total * percent / 100",
        "Discount.Apply <- Fault",
        "Shop.Sell <- Discount.Apply, Altered return 92 / 10",
        "Receipt.Print <- Shop.Sell, Altered call (102, 92) / (102, 10)")]
    [DataRow("{reduced} of {total}", "{total} of {reduced}",
        "Receipt.Print <- Fault",
        "Shop.Sell <- Receipt.Print, Altered return '92 of 102' / '102 of 92'")]
    [DataRow("Receipt.Print(total, discount.Apply(total))", "Receipt.Print(total, total)",
        "Shop.Sell <- Fault",
        "Discount.Apply <- Shop.Sell, Missing call (102) / ",
        "Discount <- Discount.Apply, Missing state percent=10 / ",
        "Receipt.Print <- Shop.Sell, Altered call (102, 92) / (102, 102)")]
    [DataRow("basket.Clear();", "",
        "Shop.Sell <- Fault",
        "Basket.Clear <- Shop.Sell, Missing call () / ",
        "Basket <- Basket.Clear, Missing state items=[], count=0 / ; Basket 1.count 0 / 2")]
    [DataRow("count = 0;", "",
        "Basket.Clear <- Fault",
        "Basket <- Basket.Clear, Altered state items=[], count=0 / items=[], count=2; Basket 1.count 0 / 2")]
    public void Who_is_infected_by_whom_with_what(string golden, string mutant, params string[] infections)
    {
        var delta = Trace(golden, mutant);

        CollectionAssert.AreEqual(infections, delta.Infections.Select(Words).ToArray(), string.Join('\n', delta.Infections.Select(Words)));
        Assert.AreEqual(delta.Infections[0].Component, delta.Reached?.Of, "the fault is activated where it infects first");
        Assert.IsFalse(delta.DiffersTooEarly);
    }

    private const string Statics = """
        public static class Rates
        {
            private static int percent = 1;

            public static void Load(string text) => Store(int.Parse(text));

            private static void Store(int value) => percent = value;

            public static int Fee(int total) => total * percent / 100;
        }

        public static class Shop
        {
            public static string Sell(string first, string second)
            {
                Rates.Load(first);
                return Rates.Fee(int.Parse(second)).ToString();
            }
        }
        """;

    [TestMethod]
    [DataRow("percent = value", "percent = 0",
        "Rates.Store <- Fault",
        "Rates <- Rates.Store, Altered state percent=12 / percent=0; Rates.percent 12 / 0",
        "Rates.Load <- Rates",
        "Rates.Fee <- Rates, Altered state percent=12 / percent=0",
        "Shop.Sell <- Rates.Fee, Altered return 11 / 0")]
    [DataRow("=> Store(int.Parse(text));", "{ }",
        "Rates.Load <- Fault",
        "Rates.Store <- Rates.Load, Missing call (12) / ",
        "Rates <- Rates.Load, Altered state percent=12 / percent=1; Rates.percent 12 / 1",
        "Rates.Fee <- Rates, Altered state percent=12 / percent=1",
        "Shop.Sell <- Rates.Fee, Altered return 11 / 0")]
    public void A_static_field_is_the_state_of_its_type(string golden, string mutant, params string[] infections)
    {
        var delta = Trace(Statics, golden, mutant, golden.Trim('=', '>', ' ', ';'));

        CollectionAssert.AreEqual(infections, delta.Infections.Select(Words).ToArray(), string.Join('\n', delta.Infections.Select(Words)));
        Assert.IsEmpty(delta.Divergent.SelectMany(each => each.Messages).Where(each => each.Change is MessageChange.Reordered), "what stands in another piece of the same step has not changed places");
    }

    private static string Words(Infection infection) =>
        $"{infection.Component} <- {infection.From ?? $"{infection.Cause}"}{(infection.By is { } by ? $", {by.Change} {by.Kind} {by.Golden} / {by.Faulty}" : "")}{(infection.First is { } first ? $"; {first.Field} {first.Golden} / {first.Faulty}" : "")}";

    [TestMethod]
    [DataRow("value * 10 + (c - '0')", "(c - '0') + value * 10")]
    [DataRow("var value = 0;", "int value = 0;")]
    public void What_computes_the_same_is_activated_and_has_an_empty_delta(string golden, string mutant)
    {
        var delta = Trace(golden, mutant);

        Assert.IsTrue(delta.IsEmpty);
        Assert.AreEqual(("Numbers.Parse", true), (delta.Reached!.Of, delta.Hits > 0));
    }

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

    private static Delta Trace(string golden, string mutant) => Trace(Golden, golden, mutant, golden);

    private static Delta Trace(string source, string golden, string mutant, string site)
    {
        var changed = source.Replace(golden, mutant, StringComparison.Ordinal);
        Assert.AreNotEqual(source, changed);
        var left = Lines(source, Sell, site);
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

    private static string[] Lines(string source) => Lines(source, Sell);

    private static string Sell(Assembly image) => (string)image.GetType("Shop")!.GetMethod("Sell")!.Invoke(null, ["12", "95"])!;

    /// <summary>Plants the calls, compiles, and runs the program in this process; the last line is what it gives. That the site is reached is told where one is named.</summary>
    private static string[] Lines(string source, Func<Assembly, string> run, string? site = null)
    {
        var tree = CSharpSyntaxTree.ParseText(source);
        var isProgram = tree.GetRoot().ChildNodes().Any(node => node is GlobalStatementSyntax);
        var plain = CSharpCompilation.Create("shop", [tree], references.Value, new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary));
        if (site is not null)
        {
            var probed = ActivationProbes.Plant(plain.GetSemanticModel(tree), [(0, new TextSpan(source.IndexOf(site, StringComparison.Ordinal), site.Length))], "global::Probe.Reached", new List<int>());
            plain = plain.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(probed));
        }

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
