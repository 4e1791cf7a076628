using System.Diagnostics;
using System.Reflection;

namespace Mutators.Agent;

/// <summary>
/// What a program writes for a debugger, by <see cref="Debug"/> or by <see cref="Trace"/>'s default listener. Where no debugger is attached the runtime hands it to the
/// system's log, a connection for each message: nobody compares it, a campaign would fill that log, and for some tests it is most of what they cost.
/// </summary>
internal static class DebugMessages
{
    /// <summary>From now on they go nowhere, unless the user has them written to standard error, which is compared. Other listeners hear them as ever.</summary>
    internal static void Drop()
    {
        // The runtime's own hook, which has no public name; without it messages go where they went.
        const BindingFlags Hidden = BindingFlags.Static | BindingFlags.NonPublic;
        var provider = typeof(Debug).Assembly.GetType("System.Diagnostics.DebugProvider");
        if (provider?.GetField("s_shouldWriteToStdErr", Hidden)?.GetValue(null) is false && provider.GetField("s_WriteCore", Hidden) is { } hook && hook.FieldType == typeof(Action<string>))
        {
            hook.SetValue(null, (Action<string>)(static _ => { }));
        }
    }
}
