using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Harness.Tests.Tidy;

/// <summary>The house keeps its shape: each failure says what to do.</summary>
[TestClass]
public sealed partial class HouseTests
{
    private static readonly string root = Repository.Root;

    /// <summary>Who may refer to whom: arrows point one way, and the case study knows nothing of the product.</summary>
    private static readonly Dictionary<string, string[]> allowed = new(StringComparer.Ordinal)
    {
        ["Mutators"] = [],
        ["Mutators.Agent"] = [],
        ["Mutators.Campaign"] = ["Mutators", "Mutators.Agent"],
        ["Mutators.Reporting"] = ["Mutators.Campaign"],
        ["Mutators.Reliability"] = [],
        ["Mutators.Tool"] = ["Mutators.Reporting", "Mutators.Reliability"],
        ["Mutators.Analyzers"] = ["Mutators"],
        ["Mutators.Refactorings"] = ["Mutators", "Mutators.Analyzers"],
        ["Mutators.Analyzers.Package"] = ["Mutators.Analyzers", "Mutators.Refactorings"],
        ["Hypervisor"] = [],
        ["XenStore"] = ["Hypervisor"],
        ["Toolstack"] = ["Hypervisor", "XenStore"],
        ["Drivers"] = ["Hypervisor", "XenStore"],
        ["Guests"] = ["Hypervisor", "XenStore", "Drivers"],
        ["XenWorkloads"] = ["Hypervisor", "XenStore", "Toolstack", "Drivers", "Guests"],
        ["Mechanisms"] = ["Hypervisor", "XenStore", "Toolstack", "Drivers", "Guests", "XenWorkloads"],
        ["XenHost"] = ["Hypervisor", "XenStore", "Toolstack", "XenWorkloads"],
    };

    /// <summary>Where a third-party API may be named.</summary>
    private static readonly (string Api, string[] Folders)[] homes =
    [
        ("LibGit2Sharp", ["harness/Mutators.Campaign/Branches/"]),
        ("Microsoft.Build", ["harness/Mutators.Campaign/Projects/"]),
        ("Microsoft.Data.Sqlite", ["harness/Mutators.Campaign/Store/"]),
        ("Spectre.Console", ["harness/Mutators.Reporting/", "harness/Mutators.Tool/"]),
        ("System.CommandLine", ["harness/Mutators.Tool/"]),
    ];

    /// <summary>One word per thing: the right-hand words are not used for these things.</summary>
    private static readonly (string Pattern, string Instead)[] words =
    [
        (@"\bclass \w*(Utils|Helper|Manager|Impl)\b", "a name that says what it is"),
        (@"\b(class|record|enum|interface) \w*(Oracle|Verdict|MutationSet|Baseline)\w*", "FailureMonitor, FailureMode, Faultload or GoldenRun"),
        (@"\b(class|record|enum|interface) \w*(MutationOperator|MutationType)\b", "FaultOperator"),
        (@"\bNotImplementedException\b", "the real thing"),
        (@"\bDateTime(Offset)?\.(Utc)?Now\b", "a TimeProvider that is passed in"),
        (@"\bGuid\.NewGuid\b", "an id that is the same on every machine"),
        (@"\bnew Random\(\)", "a generator with a seed"),
        (@"\bEnvironment\.TickCount", "a TimeProvider that is passed in"),
        (@"\bThread\.Sleep\b", "waiting for what you wait for"),
    ];

    public static IEnumerable<string> Projects => Directory.EnumerateFiles(root, "*.csproj", SearchOption.AllDirectories)
        .Where(IsOurs)
        .Select(Relative)
        .Where(path => !path.StartsWith("tests/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    [TestMethod]
    [DynamicData(nameof(Projects))]
    public void References_point_one_way(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Assert.IsTrue(allowed.TryGetValue(name, out var mayUse), $"{project} is new: say in this test and in DESIGN.md what it may refer to.");
        var uses = XDocument.Load(Path.Combine(root, project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        foreach (var used in uses)
        {
            Assert.Contains(used, mayUse, $"{name} refers to {used}. Move what it needs to a project below both, or change the map in DESIGN.md.");
        }
    }

    [TestMethod]
    public void A_third_party_API_is_named_in_one_folder_only() => NoneOf(
        from source in Sources("harness", "mutators", "analyzers")
        from home in homes
        where !home.Folders.Any(folder => source.Path.StartsWith(folder, StringComparison.Ordinal))
        from line in Lines(source.Text, $@"^\s*(global )?using (static )?{Regex.Escape(home.Api)}\b")
        select $"{source.Path}:{line}: {home.Api} belongs into {string.Join(" or ", home.Folders)}, behind a class that speaks our words.");

    [TestMethod]
    public void One_word_per_thing_and_no_hidden_input() => NoneOf(
        from source in Sources("harness", "mutators", "analyzers", "samples")
        from word in words
        from line in Lines(source.Text, word.Pattern)
        select $"{source.Path}:{line}: use {word.Instead} instead of what matches '{word.Pattern}'.");

    [TestMethod]
    public void The_case_study_names_nothing_of_the_product() => NoneOf(
        from source in Sources("samples")
        from line in Lines(source.Text, @"^\s*using Mutators\b")
        select $"{source.Path}:{line}: samples/ is an ordinary code base and refers to nothing above it.");

    [TestMethod]
    public void Exception_is_caught_where_a_process_or_a_component_ends_only() => NoneOf(
        from source in Sources("harness", "mutators", "analyzers", "samples")
        where source.Path is not ("harness/Mutators.Tool/Program.cs" or "samples/Hypervisor/Simulation.cs")
            && !source.Path.StartsWith("harness/Mutators.Agent/", StringComparison.Ordinal)
            && !source.Path.StartsWith("mutators/Mutators/Operators/", StringComparison.Ordinal) // examples of programs
        from line in Lines(source.Text, @"catch \(Exception( \w+)?\)\s*$")
        select $"{source.Path}:{line}: catch what you can handle, with a filter; everything else is a bug that Main reports.");

    [TestMethod]
    public void Every_path_that_a_document_links_to_exists() => NoneOf(
        from document in Directory.EnumerateFiles(root, "*.md", SearchOption.AllDirectories).Where(IsOurs)
        where !Relative(document).StartsWith("tests/", StringComparison.Ordinal)
        from link in Link().Matches(File.ReadAllText(document)).Select(match => match.Groups[1].Value.Split('#')[0])
        where link.Length > 0 && !link.Contains("://", StringComparison.Ordinal)
        let target = Path.GetFullPath(link, Path.GetDirectoryName(document)!)
        where !File.Exists(target) && !Directory.Exists(target)
        select $"{Relative(document)} links to {link}, which does not exist.");

    [TestMethod]
    public void No_committed_file_names_a_place_of_one_machine() => NoneOf(
        from source in Sources("harness", "mutators", "analyzers", "samples", "tests", "docs")
        where !source.Path.EndsWith("HouseTests.cs", StringComparison.Ordinal)
        from line in Lines(source.Text, @"(^|[\s""'(])/(home|root|work|Users)/\w")
        select $"{source.Path}:{line}: a path of one machine.");

    private static void NoneOf(IEnumerable<string> offences)
    {
        var found = offences.Take(20).ToArray();
        Assert.IsEmpty(found, string.Join('\n', found));
    }

    private static IEnumerable<int> Lines(string text, string pattern) =>
        Regex.Matches(text, pattern, RegexOptions.Multiline).Select(match => text.AsSpan(0, match.Index).Count('\n') + 1);

    private static IEnumerable<(string Path, string Text)> Sources(params string[] folders) => folders
        .Select(folder => Path.Combine(root, folder))
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
        .Where(IsOurs)
        .Order(StringComparer.Ordinal)
        .Select(file => (Relative(file), File.ReadAllText(file)));

    private static bool IsOurs(string file) =>
        !Relative(file).Split('/').Any(part => part is "bin" or "obj" or ".mutators" or ".git" or "node_modules" or "vendor" || part.StartsWith("artifacts", StringComparison.Ordinal));

    private static string Relative(string file) => Path.GetRelativePath(root, file).Replace('\\', '/');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
