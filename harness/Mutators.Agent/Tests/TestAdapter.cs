using System.Reflection;
using System.Runtime.Loader;

namespace Mutators.Agent;

/// <summary>A test as its framework knows it.</summary>
/// <param name="handle">The framework's own object.</param>
/// <param name="method">The full name of its method.</param>
/// <param name="display">How the framework shows it.</param>
internal sealed class FoundTest(object handle, string method, string display)
{
    internal object Handle { get; } = handle;

    internal string Method { get; } = method;

    internal string Display { get; } = display;
}

/// <summary>
/// A test framework, called by reflection in the process that holds the tests: the agent refers to none. What there is lies beside the tests.
/// </summary>
internal abstract class TestAdapter
{
    /// <summary>The tests in the order in which the framework names them.</summary>
    internal abstract List<FoundTest> Discover();

    /// <summary>Runs some tests; all that happens to them is told to the recorder.</summary>
    /// <param name="tests">The tests with their numbers.</param>
    /// <param name="recorder">Takes it.</param>
    internal abstract void Run(IReadOnlyList<(int Number, FoundTest Test)> tests, TestRecorder recorder);

    /// <summary>Ends the run that is under way after the test that is under way.</summary>
    internal abstract void Cancel();

    /// <summary>The framework of an assembly's tests; null if none is known.</summary>
    internal static TestAdapter? Beside(Assembly tests)
    {
        var folder = Path.GetDirectoryName(tests.Location)!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(folder, name.Name + ".dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;

        // The adapter of xUnit 3 for VSTest starts a process of its own, that of NUnit loads all tests for each run: the frameworks themselves come first.
        return (TestAdapter?)XunitAdapter.Beside(tests, folder) ?? (TestAdapter?)NunitAdapter.Beside(tests, folder) ?? VsTestAdapter.Beside(tests, folder);
    }
}
