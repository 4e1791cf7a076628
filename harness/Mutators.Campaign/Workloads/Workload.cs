using System.Collections.Immutable;

namespace Mutators.Campaign.Workloads;

/// <summary>A program plus arguments: what exercises golden and mutants alike.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Project">The path of the executable project in the repository, with forward slashes.</param>
/// <param name="Arguments">What the program is started with.</param>
public sealed record Workload(string Name, string Project, ImmutableArray<string> Arguments)
{
    /// <summary>
    /// Further arguments that make the program tell, on standard output, what each of its components does: a line <c>rendezvous</c> whenever one
    /// returns to its receive loop. Empty where the program does not know how.
    /// </summary>
    public ImmutableArray<string> Rendezvous { get; init; } = [];
}
