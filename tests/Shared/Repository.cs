namespace Mutators.Testing;

/// <summary>The repository that holds the test projects, found from where they run: a build server maps the compiler's paths away.</summary>
internal static class Repository
{
    /// <summary>Its root folder: the nearest one above the built tests that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file's path below the root, with forward slashes.</summary>
    public static string RelativePath(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mutators.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Mutators.sln.");
    }
}
