using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mutators.Campaign.Workloads;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// The way of a mutant that no delta can express, such as a static initialiser: its whole assembly is compiled in memory, without ticks, and
/// run in a process of its own, as the rebuild engine would run it.
/// </summary>
/// <param name="goldenFolders">The folder with golden's build of each program, by the program's assembly.</param>
/// <param name="directory">A folder of ours.</param>
/// <param name="root">The checkout's root, for messages.</param>
/// <param name="exerciseOf">What the workload of a job means.</param>
internal sealed class WholeEmission(IReadOnlyDictionary<string, string> goldenFolders, string directory, string root, Func<ReloadJob, Exercise> exerciseOf)
{
    /// <summary>Where a mutant's assembly lies alone.</summary>
    private readonly string _alone = directory + "-alone";

    /// <summary>Compiles and runs a mutant.</summary>
    /// <param name="job">The mutant.</param>
    /// <param name="trees">Its trees.</param>
    /// <param name="why">Why it needs an assembly of its own.</param>
    /// <param name="lane">A lane that may load the assembly into its worker; null for a process of its own.</param>
    /// <param name="cancel">Ends the run.</param>
    public ReloadResult Run(ReloadJob job, BranchTrees trees, string why, WorkerLane? lane, CancellationToken cancel)
    {
        var way = ReloadWay.Emit(why);
        var compilation = VariantBuild.Relaxed(trees.Target.Compilation);
        foreach (var (golden, mutant) in trees.Trees)
        {
            compilation = compilation.ReplaceSyntaxTree(golden, mutant);
        }

        // A body's errors are found without compiling everything else.
        foreach (var (golden, mutant) in trees.Trees)
        {
            var model = compilation.GetSemanticModel(mutant);
            foreach (var change in BodyChange.Between(golden.GetRoot(cancel), mutant.GetRoot(cancel), out _))
            {
                var found = mutant.GetDiagnostics(cancel).Concat(model.GetMethodBodyDiagnostics(change.Mutant.FirstAncestorOrSelf<MemberDeclarationSyntax>()!.Span, cancel));
                if (found.Where(each => each.Severity == DiagnosticSeverity.Error).ToImmutableArray() is { IsEmpty: false } errors)
                {
                    return new ReloadResult(job, way, null, Error(errors));
                }
            }
        }

        using var image = new MemoryStream();
        using var symbols = new MemoryStream();
        var emitted = VariantBuild.Emit(trees.Target, compilation, image, symbols, cancel);
        if (!emitted.Success)
        {
            return new ReloadResult(job, way, null, Error(emitted.Diagnostics));
        }

        if (lane is not null)
        {
            ProgramFolder.Delete(_alone);
            Directory.CreateDirectory(_alone);
            var file = Path.Combine(_alone, trees.Target.AssemblyName + ".dll");
            File.WriteAllBytes(file, image.ToArray());
            if (symbols.Length > 0)
            {
                File.WriteAllBytes(Path.ChangeExtension(file, ".pdb"), symbols.ToArray());
            }

            if (lane.RunLoaded(job, trees.Target, _alone, cancel) is { } loaded)
            {
                return new ReloadResult(job, ReloadWay.Load(why), loaded);
            }
        }

        ProgramFolder.Copy(goldenFolders[job.Program.Assembly], directory);
        ProgramFolder.Overlay(directory, trees.Target.OutputAssemblyPath, image.ToArray(), symbols.ToArray());
        var run = exerciseOf(job).RunOnce(Path.Combine(directory, Path.GetFileName(job.Program.Assembly)), job, [], cancel);
        return new ReloadResult(job, way, run);
    }

    /// <summary>The first error as the build engine words it.</summary>
    private string Error(ImmutableArray<Diagnostic> diagnostics)
    {
        var error = diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error).OrderBy(each => each.Location.SourceSpan.Start).First();
        var span = error.Location.GetLineSpan();
        var place = error.Location.IsInSource ? $" ({Path.GetRelativePath(root, span.Path).Replace('\\', '/')}:{span.StartLinePosition.Line + 1})" : "";
        return $"{error.Id}: {error.GetMessage()}{place}";
    }
}
