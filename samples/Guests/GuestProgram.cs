namespace Xen.Guests;

/// <summary>
/// A program that runs in a guest and knows end to end whether its data is right. It can be stopped at a point from which another
/// kernel, in another domain, takes it up again.
/// </summary>
public abstract class GuestProgram
{
    /// <summary>Says in a saved state what it is.</summary>
    public abstract string Kind { get; }

    /// <summary>What the reports call it, such as <c>disk0</c>.</summary>
    public abstract string Title { get; }

    /// <summary>It has done what the manifest wants, well or not.</summary>
    public abstract bool Ended { get; }

    /// <summary>What is wrong with its data, or why it could not go on; null when nothing is.</summary>
    public abstract string? Problem { get; }

    /// <summary>A digest of its data as it last saw it.</summary>
    public abstract ulong Digest { get; }

    /// <summary>Starts nothing new; <paramref name="frozen"/> runs when nothing is under way any more.</summary>
    public abstract void Freeze(Action frozen);

    /// <summary>Goes on after a freeze.</summary>
    public abstract void Thaw();

    /// <summary>Writes down what is needed to go on elsewhere. Frozen programs only.</summary>
    public abstract void Save(GuestState state);

    /// <summary>Looks at all of its data once more. <see cref="Problem"/> tells what was found when <paramref name="done"/> runs.</summary>
    public abstract void Verify(Action done);

    /// <summary>The guest is shutting down: nothing more is asked of anybody.</summary>
    public abstract void Stop();
}
