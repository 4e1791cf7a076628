using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Tests;

/// <summary>Golden code in memory: compiled, scanned, and run beside its mutants.</summary>
public sealed class Golden
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(System.IO.Path.PathSeparator)
            .Where(path => System.IO.Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Compiles one file, beside the usings that a project has implicitly.</summary>
    public Golden(string code, string path = "src/Code.cs", LanguageVersion language = LanguageVersion.Preview)
    {
        Path = path;
        var options = Options.WithLanguageVersion(language);
        Tree = CSharpSyntaxTree.ParseText(code, options, path, System.Text.Encoding.UTF8);
        var isProgram = Tree.GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();
        Compilation = CSharpCompilation.Create(
            "Code",
            [Tree, CSharpSyntaxTree.ParseText(Usings, options, "Usings.g.cs", System.Text.Encoding.UTF8)],
            References,
            new CSharpCompilationOptions(
                isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                allowUnsafe: true,
                deterministic: true));
    }

    /// <summary>The file's path in its repository.</summary>
    public string Path { get; }

    /// <summary>The file's tree.</summary>
    public SyntaxTree Tree { get; }

    /// <summary>The golden compilation.</summary>
    public CSharpCompilation Compilation { get; }

    /// <summary>The mutants that the operators find.</summary>
    public IReadOnlyList<Mutant> Scan(params IEnumerable<FaultOperator> operators) => Scan(ScanScope.Default, operators);

    /// <summary>The mutants that the operators find in more than what programmers wrote and test.</summary>
    public IReadOnlyList<Mutant> Scan(ScanScope scope, params IEnumerable<FaultOperator> operators) =>
        [.. SiteScanner.Scan(Compilation.GetSemanticModel(Tree), Path, operators, CancellationToken.None, scope)];

    /// <summary>The compilation with the mutant's tree in golden's place.</summary>
    public Compilation Inject(Mutant mutant) =>
        Compilation.ReplaceSyntaxTree(Tree, MutantCompiler.Inject(Tree, mutant, CancellationToken.None));

    /// <summary>The errors that a whole build would report.</summary>
    public static IReadOnlyList<string> Errors(Compilation compilation) =>
        [.. compilation.GetDiagnostics().Where(each => each.Severity == DiagnosticSeverity.Error).Select(each => each.ToString())];

    /// <summary>Runs the static method <c>Run()</c> of the code and says what it gives, or what it throws.</summary>
    public static string Run(Compilation compilation)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.IsTrue(result.Success, string.Join('\n', result.Diagnostics));
        image.Position = 0;
        var context = new AssemblyLoadContext("run", isCollectible: true);
        try
        {
            var run = context.LoadFromStream(image).GetTypes()
                .Select(type => type.GetMethod("Run", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, []))
                .Single(method => method is not null)!;
            return Convert.ToString(run.Invoke(null, []), CultureInfo.InvariantCulture) ?? "null";
        }
        catch (TargetInvocationException thrown)
        {
            return $"throws {thrown.InnerException!.GetType().Name}";
        }
        finally
        {
            context.Unload();
        }
    }
}
