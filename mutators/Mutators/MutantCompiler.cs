using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// What the compiler says to one mutant alone. A mutant with an error is rejected by every build, so it is no residual fault; one
/// with a new warning is a fault that a warning-clean code base would have noticed.
/// </summary>
/// <remarks>
/// An edit inside a body changes no signature, so the mutated body's diagnostics are all there are. An edit of an initialiser
/// belongs to every constructor, so then the whole tree is asked. Warnings that need the whole compilation, such as a field that
/// nobody assigns any more (CS0649), appear in a build only.
/// </remarks>
public static class MutantCompiler
{
    /// <summary>The compile errors that the mutant causes; golden's own are not among them.</summary>
    /// <param name="golden">The golden compilation.</param>
    /// <param name="tree">The tree of <paramref name="golden"/> that holds the mutant's site.</param>
    /// <param name="mutant">The mutant.</param>
    /// <param name="cancel">Stops the compiler.</param>
    public static ImmutableArray<Diagnostic> Errors(Compilation golden, SyntaxTree tree, Mutant mutant, CancellationToken cancel) =>
        New(golden, tree, mutant, IsError, cancel);

    /// <summary>The warnings that the mutant causes and golden lacks.</summary>
    /// <inheritdoc cref="Errors"/>
    public static ImmutableArray<Diagnostic> Warnings(Compilation golden, SyntaxTree tree, Mutant mutant, CancellationToken cancel) =>
        New(golden, tree, mutant, IsWarning, cancel);

    /// <summary>The errors and the warnings that the mutant causes, at the price of one of them.</summary>
    /// <inheritdoc cref="Errors"/>
    public static (ImmutableArray<Diagnostic> Errors, ImmutableArray<Diagnostic> Warnings) Diagnose(
        Compilation golden, SyntaxTree tree, Mutant mutant, CancellationToken cancel)
    {
        var found = New(golden, tree, mutant, Counts, cancel);
        return ([.. found.Where(IsError)], [.. found.Where(IsWarning)]);
    }

    /// <summary>The mutant's tree, with golden's path, encoding and options.</summary>
    public static SyntaxTree Inject(SyntaxTree tree, Mutant mutant, CancellationToken cancel) =>
        tree.WithChangedText(mutant.Inject(tree.GetText(cancel)));

    private static ImmutableArray<Diagnostic> New(
        Compilation golden, SyntaxTree tree, Mutant mutant, Func<Diagnostic, bool> counts, CancellationToken cancel)
    {
        var mutated = Inject(tree, mutant, cancel);
        var start = mutant.Site.Edits[0].Span.Start;
        var found = Diagnose(golden.ReplaceSyntaxTree(tree, mutated), mutated, start, cancel).Where(counts).ToImmutableArray();
        if (found.IsEmpty)
        {
            return found;
        }

        // Positions shift with the edit; what stays the same is the message.
        var known = Diagnose(golden, tree, start, cancel).Where(counts).Select(Message).ToList();
        return [.. found.Where(diagnostic => !known.Remove(Message(diagnostic)))];
    }

    private static IEnumerable<Diagnostic> Diagnose(Compilation compilation, SyntaxTree tree, int position, CancellationToken cancel)
    {
        var body = BodyAt(tree.GetRoot(cancel), position);
        var model = compilation.GetSemanticModel(tree);
        return tree.GetDiagnostics(cancel).Concat(body is { } span
            ? model.GetMethodBodyDiagnostics(span, cancel)
            : model.GetDeclarationDiagnostics(null, cancel).Concat(model.GetMethodBodyDiagnostics(null, cancel)));
    }

    private static TextSpan? BodyAt(SyntaxNode root, int position)
    {
        var member = root.FindToken(position).Parent?.FirstAncestorOrSelf<MemberDeclarationSyntax>();
        return member switch
        {
            BaseMethodDeclarationSyntax method => method.FullSpan,
            BasePropertyDeclarationSyntax property and not PropertyDeclarationSyntax { Initializer: not null } => property.FullSpan,
            _ => null,
        };
    }

    /// <summary>Whether a diagnostic is one of those that are told.</summary>
    internal static bool Counts(Diagnostic diagnostic) => IsError(diagnostic) || IsWarning(diagnostic);

    private static string Message(Diagnostic diagnostic) => $"{diagnostic.Id}: {diagnostic.GetMessage()}";

    // A project that treats warnings as errors says so in the severity; by itself the mutant still builds.
    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error && !diagnostic.IsWarningAsError;

    private static bool IsWarning(Diagnostic diagnostic) =>
        diagnostic.DefaultSeverity == DiagnosticSeverity.Warning && diagnostic.Severity >= DiagnosticSeverity.Warning && !diagnostic.IsSuppressed;
}
