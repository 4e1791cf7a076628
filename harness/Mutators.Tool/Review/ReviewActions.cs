using System.Diagnostics;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Campaign.Store;

namespace Mutators.Tool.Review;

/// <summary>
/// What a reviewer can do with a mutant beside deciding about it. Running and tracing are the tool's own verbs in a process of their own, with
/// the same terminal: a mutant that takes its process down does not take the review with it.
/// </summary>
/// <param name="repository">The repository.</param>
internal sealed class ReviewActions(MutantRepository repository)
{
    /// <summary>The folder in <c>.mutators</c> in which mutants are opened.</summary>
    private const string FolderName = "review";

    private Process? _verb;

    /// <summary>Writes the mutant's files into a private checkout, where an editor can open them; the work tree stays as it is.</summary>
    /// <returns>Where it is, or why not.</returns>
    internal string Open(MutantRecord mutant)
    {
        try
        {
            using var checkout = Checkout.Create(repository, Path.Combine(repository.EnsureOwnFolder(), FolderName));
            checkout.SwitchTo(mutant.Commit);
            return $"{Path.GetRelativePath(repository.Root, checkout.Directory)}/{mutant.Path}:{mutant.Line} holds the mutant; with git: git switch --detach {mutant.Commit[..12]}";
        }
        catch (UsageException problem)
        {
            return $"{problem.Message} {problem.Remedy}";
        }
    }

    /// <summary>Runs the mutant again, and says whether it ends as before.</summary>
    internal void RunAgain(MutantRecord mutant) => Verb("run", "--only", mutant.Id.ToString());

    /// <summary>Shows how the fault propagates.</summary>
    internal void Trace(MutantRecord mutant) => Verb("trace", mutant.Id.ToString());

    /// <summary>Ends the command that is running, if there is one: nobody would read what it says. A campaign keeps its outcomes.</summary>
    internal void Stop()
    {
        try
        {
            _verb?.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended in this moment.
        }
    }

    private void Verb(params ReadOnlySpan<string> arguments)
    {
        var tool = typeof(ReviewActions).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet")
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(tool);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add("-C");
        start.ArgumentList.Add(repository.Root);
        using var verb = Process.Start(start)!;
        _verb = verb;
        verb.WaitForExit();
        _verb = null;
    }
}
