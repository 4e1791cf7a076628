using System.Diagnostics;
using System.Reflection;
using System.Runtime;
using System.Text;

namespace Mutators.Agent;

/// <summary>
/// Which test reaches which site. The probes that the harness has compiled into the target call <see cref="Reached"/>; what they reach belongs to the
/// test that is under way, and what they reach between two tests, in fixtures, to both of them.
/// </summary>
internal sealed class SiteRecorder
{
    /// <summary>The assembly attribute's key that names the class with the probes.</summary>
    internal const string Key = "Mutators.Activation";

    private const int BetweenTests = -1;

    private readonly object gate = new();
    private readonly List<(int Test, HashSet<int> Sites)> reached = [];
    private readonly HashSet<int> initialising = [];
    private long[] hits = [];
    private int[] last = [];
    private HashSet<int> current = [];
    private int test = BetweenTests;

    /// <summary>The methods that this thread had compiled when its stack was looked at last and no type was being initialised.</summary>
    [ThreadStatic]
    private static long compiledThen;

    internal SiteRecorder()
    {
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            Listen(assembly);
        }

        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => Listen(loaded.LoadedAssembly);
    }

    /// <summary>Whether tests are being looked for: what is computed for their rows of data stays as well.</summary>
    internal bool IsDiscovering { get; set; }

    /// <summary>From now on a test is under way; null for none.</summary>
    internal void Begin(int? next)
    {
        lock (gate)
        {
            if (current.Count > 0)
            {
                reached.Add((test, current));
                current = [];
            }

            test = next ?? BetweenTests;
            Array.Fill(last, int.MinValue);
        }
    }

    /// <summary>All that was recorded, as lines of <see cref="TestProtocol"/>.</summary>
    internal IEnumerable<string> Lines()
    {
        Begin(null);
        foreach (var (of, sites) in reached)
        {
            yield return $"{TestProtocol.Reached} {of} {string.Join(',', sites.Order())}";
        }

        yield return $"{TestProtocol.Initialising} {string.Join(',', initialising.Order())}";
        for (var site = 0; site < hits.Length; site++)
        {
            if (hits[site] > 0)
            {
                yield return $"{TestProtocol.Hits} {site} {hits[site]}";
            }
        }
    }

    private void Reached(int site)
    {
        if (site >= last.Length)
        {
            Grow(site);
        }

        Interlocked.Increment(ref hits[site]);
        if (last[site] == test)
        {
            return;
        }

        lock (gate)
        {
            last[site] = test;
            if (current.Add(site) && !initialising.Contains(site) && (IsDiscovering || IsInitialising()))
            {
                initialising.Add(site);
            }
        }
    }

    private void Grow(int site)
    {
        lock (gate)
        {
            var size = Math.Max(1024, 2 * (site + 1));
            var (longer, counts) = (new int[size], new long[size]);
            Array.Fill(longer, int.MinValue);
            last.CopyTo(longer, 0);
            hits.CopyTo(counts, 0);
            hits = counts;
            last = longer;
        }
    }

    /// <summary>
    /// Whether a type is being initialised: what is computed then stays, for all tests that come later in this process. A look at the stack costs some 20 µs,
    /// and there is one for each pair of site and test; but an initialiser runs as soon as it is compiled, so as long as a thread compiles nothing, none begins
    /// (but that of a generic type for another argument, whose code the first one shares, and whose sites are known from there).
    /// </summary>
    private static bool IsInitialising()
    {
        var compiled = JitInfo.GetCompiledMethodCount(currentThread: true);
        if (compiled == compiledThen)
        {
            return false;
        }

        var trace = new StackTrace(fNeedFileInfo: false);
        for (var i = 0; i < trace.FrameCount; i++)
        {
            if (trace.GetFrame(i)?.GetMethod() is ConstructorInfo { IsStatic: true })
            {
                return true;
            }
        }

        // With those that the look itself has compiled.
        compiledThen = JitInfo.GetCompiledMethodCount(currentThread: true);
        return false;
    }

    private void Listen(Assembly assembly)
    {
        if (assembly.IsDynamic)
        {
            return;
        }

        foreach (var metadata in assembly.GetCustomAttributesData())
        {
            if (metadata.AttributeType == typeof(AssemblyMetadataAttribute)
                && metadata.ConstructorArguments is [{ Value: Key }, { Value: string name }] && assembly.GetType(name) is { } type)
            {
                type.GetField("Listener", BindingFlags.Static | BindingFlags.NonPublic)!.SetValue(null, (Action<int>)Reached);
            }
        }
    }
}
