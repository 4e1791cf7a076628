namespace Xen.Toolstack.Config;

/// <summary>The names of what xl does after a shutdown, as configuration files and the stored JSON spell them.</summary>
public static class ShutdownActions
{
    private static readonly (ActionOnShutdown Action, string Name)[] Names =
    [
        (ActionOnShutdown.Destroy, "destroy"),
        (ActionOnShutdown.Restart, "restart"),
        (ActionOnShutdown.RenameRestart, "rename-restart"),
        (ActionOnShutdown.Preserve, "preserve"),
        (ActionOnShutdown.CoredumpDestroy, "coredump-destroy"),
        (ActionOnShutdown.CoredumpRestart, "coredump-restart"),
        (ActionOnShutdown.SoftReset, "soft-reset"),
    ];

    public static string Name(ActionOnShutdown action)
    {
        foreach (var (known, name) in Names)
        {
            if (known == action) return name;
        }
        return "";
    }

    public static bool TryParse(string text, out ActionOnShutdown action)
    {
        foreach (var (known, name) in Names)
        {
            if (name != text) continue;
            action = known;
            return true;
        }
        action = default;
        return false;
    }
}
