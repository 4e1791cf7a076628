using Microsoft.CodeAnalysis.CodeActions;
using Mutators.Analyzers;

namespace Mutators.Refactorings;

/// <summary>
/// Says on which branch a mutant is, and what came of it. It changes nothing: what runs inside of a compiler must not touch a repository.
/// </summary>
internal sealed class OpenBranch(KnownOutcome outcome) : CodeAction
{
    /// <inheritdoc/>
    public override string Title => $"Open mutant branch: git switch {(outcome.Branch!.StartsWith("refs/", StringComparison.Ordinal) ? "--detach " : "")}{outcome.Branch}";

    /// <inheritdoc/>
    public override string EquivalenceKey => $"branch {outcome.Id}";

    /// <inheritdoc/>
    protected override Task<IEnumerable<CodeActionOperation>> ComputeOperationsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IEnumerable<CodeActionOperation>>([new Message(outcome.InWords)]);

    /// <summary>An operation that is a text and nothing else.</summary>
    private sealed class Message(string text) : PreviewOperation
    {
        /// <inheritdoc/>
        public override string Title => text;

        /// <inheritdoc/>
        public override Task<object?> GetPreviewAsync(CancellationToken cancellationToken) => Task.FromResult<object?>(text);
    }
}
