namespace Mutators.Testing;

/// <summary>A golden file in the repository: compared, and rewritten when <c>SNAP_UPDATE=1</c> is set; a person then reads the difference.</summary>
internal static class Snapshot
{
    /// <summary>Fails unless the file holds the text.</summary>
    /// <param name="path">The file's path below the repository's root.</param>
    /// <param name="text">What it must hold, but for line ends.</param>
    public static void Verify(string path, string text)
    {
        var file = Path.Combine(Repository.Root, path);
        var actual = text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("SNAP_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
            return;
        }

        var expected = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (expected != actual)
        {
            Assert.Fail($"{path} differs from what the tests generate {FirstDifference(expected, actual)} If that is meant, run the tests again with SNAP_UPDATE=1 and read the difference.");
        }
    }

    private static string FirstDifference(string expected, string actual)
    {
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var line = left.AsSpan().CommonPrefixLength(right);
        return $"in line {line + 1}.\n  golden: {left.ElementAtOrDefault(line)}\n  now:    {right.ElementAtOrDefault(line)}\n";
    }
}
