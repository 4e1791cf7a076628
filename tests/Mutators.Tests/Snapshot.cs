namespace Mutators.Tests;

/// <summary>A generated file in the repository: compared, and rewritten when <c>SNAP_UPDATE=1</c> is set.</summary>
public static class Snapshot
{
    /// <summary>Fails unless the file holds the text.</summary>
    /// <param name="path">The file's path below the root.</param>
    /// <param name="text">What it must hold.</param>
    public static void Verify(string path, string text)
    {
        var file = Path.Combine(Repository.Root, path);
        if (Environment.GetEnvironmentVariable("SNAP_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        var present = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        Assert.AreEqual(text, present, $"{path} is stale. Run the tests with SNAP_UPDATE=1, read the difference, and commit it.");
    }
}
