using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mutators;

namespace Benchmarks;

/// <summary>
/// A repository with a program of about so many lines, made from a seed: classes with fields, constructors, loops, branches, lambdas, iterators and
/// calls of each other, of which the program executes some. It terminates, prints sums, and compiles without packages.
/// </summary>
internal sealed class SyntheticProject : IDisposable
{
    private const int LinesPerClass = 100;

    private SyntheticProject(string root, int lines)
    {
        Root = root;
        Lines = lines;
    }

    /// <summary>The repository's folder.</summary>
    public string Root { get; }

    /// <summary>Lines of C#.</summary>
    public int Lines { get; }

    /// <summary>Writes and commits a project.</summary>
    /// <param name="lines">About how many lines.</param>
    /// <param name="executed">How many of its classes the program executes.</param>
    public static SyntheticProject Create(int lines, int executed)
    {
        var root = Directory.CreateTempSubdirectory("mutators-benchmark-").FullName;
        var app = Path.Combine(root, "App");
        Directory.CreateDirectory(app);
        var random = new SeededGenerator(2017);
        var classes = Math.Max(1, lines / LinesPerClass);
        var written = 0;
        for (var number = 0; number < classes; number++)
        {
            var text = Class(number, classes, random);
            written += text.Count(c => c == '\n');
            File.WriteAllText(Path.Combine(app, $"Part{number}.cs"), text);
        }

        File.WriteAllText(Path.Combine(app, "Program.cs"), $$"""
            var sum = 0L;
            {{string.Concat(Enumerable.Range(0, Math.Min(executed, classes)).Select(number => $"sum += new Parts.Part{number}({number}).Run(8);\n"))}}
            System.Console.WriteLine(sum);
            """);
        File.WriteAllText(Path.Combine(app, "App.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(root, ".gitignore"), "bin/\nobj/\n");
        foreach (var arguments in (string[])["init -q -b main", "add -A", "-c user.name=benchmark -c user.email=benchmark@example.org commit -q -m golden"])
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = root })!;
            git.WaitForExit();
        }

        return new SyntheticProject(root, written);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static string Class(int number, int classes, SeededGenerator random)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"namespace Parts;");
        Line($"");
        Line($"/// <summary>Part {number}.</summary>");
        Line($"public sealed class Part{number}");
        Line($"{{");
        Line($"    private readonly List<long> values = [];");
        Line($"    private readonly Dictionary<string, long> table = [];");
        Line($"    private readonly int start;");
        Line($"    private long total;");
        Line($"");
        Line($"    public Part{number}(int start)");
        Line($"    {{");
        Line($"        this.start = start;");
        Line($"        total = 0;");
        Line($"        values.Add(start);");
        Line($"    }}");
        Line($"");
        Line($"    public bool IsOpen => values.Count > 0;");
        for (var method = 0; method < 4; method++)
        {
            var (a, b, c) = (random.Below(90) + 1, random.Below(9) + 2, random.Below(50));
            Line($"");
            Line($"    public long Step{method}(int count)");
            Line($"    {{");
            Line($"        var sum = (long)start + {a};");
            Line($"        var limit = count * {b};");
            Line($"        for (var i = 0; i < count; i++)");
            Line($"        {{");
            Line($"            var next = sum + i * {c};");
            Line($"            if (next % {b} == 0 && values.Count < limit)");
            Line($"            {{");
            Line($"                values.Add(next);");
            Line($"                Note($\"k{{next % 7}}\", next);");
            Line($"            }}");
            Line($"            else if (next > {a * 50})");
            Line($"            {{");
            Line($"                sum -= {c};");
            Line($"            }}");
            Line($"            sum += next & 0xFF;");
            Line($"        }}");
            Line($"        total += sum;");
            Line($"        return total % 1_000_003;");
            Line($"    }}");
        }

        Line($"");
        Line($"    public IEnumerable<long> Each(long least)");
        Line($"    {{");
        Line($"        foreach (var value in values)");
        Line($"        {{");
        Line($"            if (value >= least) yield return value;");
        Line($"        }}");
        Line($"    }}");
        Line($"");
        Line($"    public long Run(int count)");
        Line($"    {{");
        for (var method = 0; method < 4; method++)
        {
            Line($"        total ^= Step{method}(count);");
        }

        Line($"        var most = Each(start).Where(value => value % 2 == 0).DefaultIfEmpty().Max();");
        Line($"        if (table.TryGetValue(\"k3\", out var found) || !IsOpen) most += found;");
        Line($"        return most + {(number % 10 == 0 || classes < 2 ? "0" : $"(count > 4 ? new Part{number - 1}(count).Step{random.Below(4)}(count - 4) : 0)")};");
        Line($"    }}");
        Line($"");
        Line($"    private void Note(string key, long value)");
        Line($"    {{");
        Line($"        if (!table.TryGetValue(key, out var before)) before = 1;");
        Line($"        table[key] = before + value;");
        Line($"        total += before;");
        Line($"    }}");
        Line($"}}");
        return text.ToString();
    }
}
