namespace Mutators.Agent;

/// <summary>
/// Takes a fault away while the program runs: golden's bodies come back, and whatever the fault has left behind stays. The program says when, by
/// calling the action that it finds under <see cref="Key"/>; a program that never does keeps the fault to its end.
/// </summary>
internal sealed class Healing
{
    /// <summary>Where a program finds the action, in the data of its application domain: so it needs no reference to the agent.</summary>
    internal const string Key = "Mutators.Heal";

    private IReadOnlyList<Delta> undo = [];

    /// <summary>Offers the action to the run that begins.</summary>
    /// <param name="deltas">What puts golden's bodies back.</param>
    internal void Begin(IReadOnlyList<Delta> deltas)
    {
        undo = deltas;
        AppDomain.CurrentDomain.SetData(Key, (Action)Heal);
    }

    /// <summary>Puts golden's bodies back, once.</summary>
    internal void Heal()
    {
        var deltas = undo;
        undo = [];
        Deltas.Apply(deltas);
    }
}
