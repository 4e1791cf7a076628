using System.Collections.Immutable;

namespace Mutators.Reliability.Diagrams;

/// <summary>
/// How modules are named together: M1, M2, M3 are the family M, that is several copies of one piece of software. A value or a
/// statement about M holds for each of them.
/// </summary>
public static class ModuleNames
{
    /// <summary>The family of a module: its name without the number at the end, if there is one.</summary>
    public static string Family(string module)
    {
        var family = module.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return family.Length == 0 ? module : family;
    }

    /// <summary>The modules that a name stands for: the one of this name, or the members of the family.</summary>
    /// <exception cref="ModelInputException">There is none.</exception>
    public static ImmutableArray<string> Named(string name, ImmutableArray<string> modules)
    {
        ImmutableArray<string> found = modules.Contains(name) ? [name] : [.. modules.Where(module => Family(module) == name)];
        return found.IsEmpty
            ? throw new ModelInputException($"There is no module '{name}' in the diagram.", $"Its modules are {InWords(modules)}.")
            : found;
    }

    internal static ModelInputException WithoutValue(string module) =>
        new($"Module {module} has no value.", $"Add {module}=0.99{(Family(module) == module ? "" : $", or {Family(module)}=0.99 for all {Family(module)}1, {Family(module)}2, …")}.");

    private static string InWords(ImmutableArray<string> modules)
    {
        const int Shown = 12;
        return string.Join(", ", modules.Take(Shown)) + (modules.Length > Shown ? $" and {modules.Length - Shown} more" : "");
    }
}
