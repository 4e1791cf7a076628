using System.Text.Json;
using Harness.Tests.Campaigns;

namespace Harness.Tests.Analyzers;

/// <summary>Injection sites as a build's log in SARIF 2.1 holds them and as the command line lists them, in the same words.</summary>
internal static class SiteLog
{
    /// <summary>The results of a log.</summary>
    public static JsonElement.ArrayEnumerator Results(string file) =>
        JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray();

    /// <summary>The sites of a log, with paths below <paramref name="root"/>.</summary>
    public static IEnumerable<string> Sites(string file, string root) =>
        from result in Results(file)
        where result.GetProperty("ruleId").GetString()!.StartsWith("MUT1", StringComparison.Ordinal)
        let properties = result.GetProperty("properties").GetProperty("customProperties")
        let place = result.GetProperty("locations")[0].GetProperty("physicalLocation")
        let path = Path.GetRelativePath(root, new Uri(place.GetProperty("artifactLocation").GetProperty("uri").GetString()!).LocalPath).Replace('\\', '/')
        let region = place.GetProperty("region")
        select $"{properties.GetProperty("mutant")} {path}:{region.GetProperty("startLine")}:{region.GetProperty("startColumn")} {properties.GetProperty("change")}";

    /// <summary>The sites that <c>list</c> prints.</summary>
    public static List<string> Listed(string root, params string[] options)
    {
        var (code, output, error) = ToolProcess.Run(root, ["list", "--format", "json", .. options]);
        Assert.AreEqual(0, code, error);
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray()
            .Select(site => $"{site.GetProperty("id")} {site.GetProperty("path")}:{site.GetProperty("line")}:{site.GetProperty("column")} {site.GetProperty("change")}")];
    }
}
