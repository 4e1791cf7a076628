using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Mutators.Agent;

/// <summary>
/// What a program can change of its process, remembered before a run and put back after it; and what it can leave running. State in the
/// program's own statics is not seen here: the harness finds it by running golden again.
/// </summary>
internal sealed class ProcessState
{
    /// <summary>Looks, a millisecond apart, that a thread gets to be gone, and the pool to be idle.</summary>
    private const int Looks = 50;

    private readonly TextWriter output = Console.Out;
    private readonly TextWriter error = Console.Error;
    private readonly TextReader input = Console.In;
    private readonly string directory = Environment.CurrentDirectory;
    private readonly CultureInfo culture = CultureInfo.CurrentCulture;
    private readonly CultureInfo uiCulture = CultureInfo.CurrentUICulture;
    private readonly IDictionary environment = Environment.GetEnvironmentVariables();
    private readonly Handlers processExit = new("ProcessExit");
    private readonly Handlers unhandledException = new("UnhandledException");
    private readonly Handlers firstChance = new("FirstChanceException");
    private readonly TraceListener[] listeners = [.. Trace.Listeners.Cast<TraceListener>()];
    private readonly HashSet<string> threads = new(StringComparer.Ordinal);
    private readonly StaticState statics = new();
    private long timers;
    private bool isUsuallyAtRest = true;
    private bool hasRun;

    /// <summary>Called before each run.</summary>
    internal void Remember()
    {
        threads.Clear();
        threads.UnionWith(Threads());
        timers = Timer.ActiveCount;
        Environment.ExitCode = 0;
    }

    /// <summary>What the run has left running.</summary>
    internal Residue Residue()
    {
        var residue = HasThreads() ? Agent.Residue.Threads : Agent.Residue.None;
        return IsAtRest() ? residue : residue | Agent.Residue.Pool;
    }

    /// <summary>
    /// Whether the pool has nothing to do and no timer was added. What the run awaited may still be on its way back to the pool; but where golden, the
    /// first to run, leaves work behind, there is nothing to wait for.
    /// </summary>
    private bool IsAtRest()
    {
        var isAtRest = isUsuallyAtRest ? Becomes(PoolIsAtRest) : PoolIsAtRest();
        isUsuallyAtRest = hasRun ? isUsuallyAtRest : isAtRest;
        hasRun = true;
        return isAtRest;

        bool PoolIsAtRest()
        {
            ThreadPool.GetMaxThreads(out var most, out _);
            ThreadPool.GetAvailableThreads(out var idle, out _);
            return idle == most && ThreadPool.PendingWorkItemCount == 0 && Timer.ActiveCount <= timers;
        }
    }

    /// <summary>Whether threads of the program are left. One that was joined may still be on its way out of the system.</summary>
    private bool HasThreads() => !Becomes(() => !Threads().Any(thread => !threads.Contains(thread) && IsPrograms(thread)));

    private static bool Becomes(Func<bool> wanted)
    {
        using var moment = new ManualResetEventSlim();
        for (var look = 0; look < Looks; look++)
        {
            if (wanted())
            {
                return true;
            }

            moment.Wait(millisecondsTimeout: 1);
        }

        return false;
    }

    /// <summary>An ordinary process would now tell the program that it ends.</summary>
    internal void RaiseProcessExit() => (processExit.Added() as EventHandler)?.Invoke(AppDomain.CurrentDomain, EventArgs.Empty);

    /// <summary>An ordinary process would now tell the program that it dies.</summary>
    internal void RaiseUnhandledException(Exception exception) =>
        (unhandledException.Added() as UnhandledExceptionEventHandler)?.Invoke(AppDomain.CurrentDomain, new UnhandledExceptionEventArgs(exception, isTerminating: true));

    /// <summary>Makes the process what it was.</summary>
    /// <returns>What of the program's statics the run had changed.</returns>
    internal Residue Restore()
    {
        RestoreSurroundings();
        var residue = RestoreStatics();
        RestoreSurroundings();
        return residue;
    }

    // Before the program's initialisers run, which read culture, folder and environment as in a fresh process, and after them, since they may set these.
    private void RestoreSurroundings()
    {
        Console.SetOut(output);
        Console.SetError(error);
        Console.SetIn(input);
        Environment.ExitCode = 0;
        processExit.Restore();
        unhandledException.Restore();
        firstChance.Restore();
        SynchronizationContext.SetSynchronizationContext(null);
        if (!Equals(CultureInfo.CurrentCulture, culture) || !Equals(CultureInfo.CurrentUICulture, uiCulture))
        {
            CultureInfo.CurrentCulture = culture;
            CultureInfo.CurrentUICulture = uiCulture;
        }

        CultureInfo.DefaultThreadCurrentCulture = null;
        CultureInfo.DefaultThreadCurrentUICulture = null;
        if (Environment.CurrentDirectory != directory)
        {
            Environment.CurrentDirectory = directory;
        }

        RestoreTrace();
        RestoreEnvironment();
    }

    private void RestoreTrace()
    {
        if (!Trace.Listeners.Cast<TraceListener>().SequenceEqual(listeners))
        {
            Trace.Listeners.Clear();
            Trace.Listeners.AddRange(listeners);
        }

        Trace.IndentLevel = 0;
    }

    private Residue RestoreStatics()
    {
        try
        {
            var wereChanged = statics.Restore();
            return statics.IsStuck ? Agent.Residue.StuckStatics : wereChanged ? Agent.Residue.Statics : Agent.Residue.None;
        }
        catch (Exception refusal) when (refusal is not OutOfMemoryException)
        {
            // The program's own initialisers run here and may throw anything; whatever it is, this process is used up.
            return Agent.Residue.StuckStatics;
        }
    }

    private void RestoreEnvironment()
    {
        var now = Environment.GetEnvironmentVariables();
        foreach (DictionaryEntry entry in now)
        {
            if (!environment.Contains(entry.Key))
            {
                Environment.SetEnvironmentVariable((string)entry.Key, null);
            }
        }

        foreach (DictionaryEntry entry in environment)
        {
            if (!Equals(now[entry.Key], entry.Value))
            {
                Environment.SetEnvironmentVariable((string)entry.Key, (string?)entry.Value);
            }
        }
    }

    private static IEnumerable<string> Threads() =>
        Directory.Exists("/proc/self/task") ? Directory.EnumerateDirectories("/proc/self/task") : [];

    /// <summary>The runtime names its own threads; one that ended meanwhile is nobody's.</summary>
    private static bool IsPrograms(string thread)
    {
        try
        {
            return !File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(".NET", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The handlers of one of the process's events. The event has no other way to be read than its field.</summary>
    private sealed class Handlers
    {
        private readonly FieldInfo? field;
        private readonly Delegate? before;

        internal Handlers(string name)
        {
            field = typeof(AppContext).GetField(name, BindingFlags.Static | BindingFlags.NonPublic);
            before = field?.GetValue(null) as Delegate;
        }

        /// <summary>What the program has added.</summary>
        internal Delegate? Added()
        {
            var now = field?.GetValue(null) as Delegate;
            return before is null ? now : Delegate.RemoveAll(now, before);
        }

        internal void Restore() => field?.SetValue(null, before);
    }
}
