using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mutators.Campaign.Workloads;

/// <summary>A program of a few lines, compiled once into a temporary folder, that dies in the way its first argument says.</summary>
internal static class TinyProgram
{
    private const string Source = """
        using System;
        using System.Collections.Generic;
        class TinyProgram
        {
            static int Main(string[] args)
            {
                Console.WriteLine("started");
                switch (args[0])
                {
                    case "throw": Throw(); break;
                    case "fail-fast": Environment.FailFast("the disk is on fire"); break;
                    case "overflow": return Overflow(1);
                    case "exhaust": Exhaust(); break;
                    case "code": return int.Parse(args[1]);
                }
                return 0;
            }
            static void Throw() => throw new InvalidOperationException("no such domain");
            static int Overflow(int n) => Overflow(n + 1) + 1;
            static void Exhaust() { var all = new List<byte[]>(); while (true) all.Add(new byte[1 << 20]); }
        }
        """;

    private static readonly Lazy<string> Assembly = new(Compile);

    public static ImmutableArray<string> Command(params string[] arguments) => ["exec", Assembly.Value, .. arguments];

    private static string Compile()
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is "System.Runtime.dll" or "System.Console.dll" or "System.Collections.dll" or "System.Private.CoreLib.dll")
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create("TinyProgram", [CSharpSyntaxTree.ParseText(Source)], references);
        var directory = Directory.CreateTempSubdirectory("mutators-tests-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        var path = Path.Combine(directory, "TinyProgram.dll");
        Assert.IsTrue(compilation.Emit(path).Success);
        File.WriteAllText(Path.ChangeExtension(path, "runtimeconfig.json"), $$"""
            { "runtimeOptions": { "tfm": "net10.0", "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" } } }
            """);
        return path;
    }
}
