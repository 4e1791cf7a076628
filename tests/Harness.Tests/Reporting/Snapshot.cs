namespace Mutators.Reporting;

/// <summary>
/// Golden files beside the tests. <c>SNAP_UPDATE=1</c> rewrites them; a person then reads the difference before it is committed.
/// </summary>
internal static class Snapshot
{
    public static void Verify(string text, string name)
    {
        var path = Path.Combine(Root(), "tests", "Harness.Tests", "Reporting", "Snapshots", name);
        var actual = text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("SNAP_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        var expected = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (expected != actual)
        {
            Assert.Fail($"{name} differs from its golden file {FirstDifference(expected, actual)} If that is meant, run the tests again with SNAP_UPDATE=1 and read the difference.");
        }
    }

    private static string FirstDifference(string expected, string actual)
    {
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var line = left.AsSpan().CommonPrefixLength(right);
        return $"in line {line + 1}.\n  golden: {left.ElementAtOrDefault(line)}\n  now:    {right.ElementAtOrDefault(line)}\n";
    }

    /// <summary>The repository's root: the folder of the solution above the tests' executable.</summary>
    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Mutators.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException("Mutators.sln is in no folder above the tests.");
    }
}
