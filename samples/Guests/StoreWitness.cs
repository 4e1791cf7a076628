using Xen.Hypervisor;

namespace Xen.Guests;

/// <summary>
/// Remembers outside of all guests which versions of which keys were acknowledged to be on disk, and which were only begun. A store that
/// comes back with less has lost data; one that comes back with more than was ever written has made it up.
/// </summary>
public sealed class StoreWitness
{
    private readonly SortedDictionary<(ulong Store, int Key), (ulong Acknowledged, ulong Issued)> versions = [];

    /// <summary>Writes that were acknowledged, all stores together.</summary>
    public long Acknowledgements { get; private set; }

    public void Issue(Component by, ulong store, int key, ulong version)
    {
        Tell(by, true, $"issue {store:x} {key} {version:x}");
        var (acknowledged, issued) = versions.GetValueOrDefault((store, key));
        versions[(store, key)] = (acknowledged, Math.Max(issued, version));
    }

    public void Acknowledge(Component by, ulong store, int key, ulong version)
    {
        Tell(by, true, $"acknowledge {store:x} {key} {version:x}");
        Acknowledgements++;
        var (acknowledged, issued) = versions.GetValueOrDefault((store, key));
        versions[(store, key)] = (Math.Max(acknowledged, version), issued);
    }

    /// <summary>What is wrong with finding this version of a key after a restart; null when it can be.</summary>
    public string? Check(Component by, ulong store, int key, ulong version)
    {
        var wrong = Check(store, key, version);
        if (wrong is not null)
        {
            Tell(by, false, wrong);
        }

        return wrong;
    }

    private string? Check(ulong store, int key, ulong version)
    {
        var (acknowledged, issued) = versions.GetValueOrDefault((store, key));
        if (version < acknowledged)
        {
            return $"key {key} is back at version {version:x}, {acknowledged:x} was acknowledged";
        }

        return version > issued ? $"key {key} has version {version:x}, which was never written" : null;
    }

    private static void Tell(Component by, bool heard, string text)
    {
        if (by.Simulation.Tap is { } tap)
        {
            var name = tap.NameOf(by);
            tap.Send(heard ? name : "witness", heard ? "witness" : name, "witness", text);
        }
    }
}
