using Microsoft.CodeAnalysis;

namespace Mutators.Campaign.Projects;

/// <summary>
/// The source generators that come with .NET itself and its extensions, and so with nearly every project. Each acts on attributes alone, and most projects use none of them; to run them all for
/// nothing is 7,000 methods that the runtime compiles first, and half of the processor time of loading a small project.
/// </summary>
public static class StandardGenerators
{
    /// <summary>Each assembly's attributes: without one of these words in any file, also in an alias, it adds nothing.</summary>
    private static readonly Dictionary<string, string[]> attributes = new(StringComparer.Ordinal)
    {
        ["Microsoft.Interop.ComInterfaceGenerator.dll"] = ["GeneratedComInterface", "GeneratedComClass", "VirtualMethodIndex"],
        ["Microsoft.Interop.JavaScript.JSImportGenerator.dll"] = ["JSImport", "JSExport"],
        ["Microsoft.Interop.LibraryImportGenerator.dll"] = ["LibraryImport"],
        ["Microsoft.Interop.SourceGeneration.dll"] = [],
        ["Microsoft.Extensions.Logging.Generators.dll"] = ["LoggerMessage"],
        ["Microsoft.Extensions.Options.SourceGeneration.dll"] = ["OptionsValidator"],
        ["System.Text.Json.SourceGeneration.dll"] = ["JsonSerializable"],
        ["System.Text.RegularExpressions.Generator.dll"] = ["GeneratedRegex"],
    };

    /// <summary>Whether an assembly's generators would add nothing to these files.</summary>
    public static bool AddNothing(string path, IEnumerable<SyntaxTree> trees) =>
        attributes.TryGetValue(Path.GetFileName(path), out var words)
        && (words.Length == 0 || !trees.Any(tree => tree.ToString() is var text && Array.Exists(words, word => text.Contains(word, StringComparison.Ordinal))));
}
