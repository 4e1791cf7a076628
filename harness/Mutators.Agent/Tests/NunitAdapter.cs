using System.Collections;
using System.Reflection;

namespace Mutators.Agent;

/// <summary>
/// NUnit, by the framework's own runner: its adapter for VSTest would load all tests anew for each run, and tell of them from a queue that lags behind the tests.
/// The tests are loaded once; a run is a filter over them.
/// </summary>
internal sealed class NunitAdapter : TestAdapter
{
    private const string Framework = "nunit.framework";

    /// <summary>Lies beside tests that <c>dotnet test</c> can run.</summary>
    private const string Adapter = "NUnit3.TestAdapter.dll";

    private readonly Assembly tests;
    private readonly Assembly framework;
    private readonly NunitTree first;
    private NunitTree running;

    private NunitAdapter(Assembly tests, Assembly framework)
    {
        this.tests = tests;
        this.framework = framework;
        running = first = new NunitTree(framework, tests);
    }

    internal static NunitAdapter? Beside(Assembly tests, string folder) =>
        File.Exists(Path.Combine(folder, Adapter)) && Array.Exists(tests.GetReferencedAssemblies(), reference => reference.Name == Framework)
            ? new NunitAdapter(tests, Assembly.Load(Framework))
            : null;

    internal override List<FoundTest> Discover() =>
        [.. first.Tests.Select(test => new FoundTest(test.Key, Method(first.Test.FullName(test.Value)), first.Test.Name(test.Value)))];

    internal override void Run(IReadOnlyList<(int Number, FoundTest Test)> tests, TestRecorder recorder)
    {
        running = Current();
        var numbers = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        var chosen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var (number, found) in tests)
        {
            if (running.Tests.TryGetValue((string)found.Handle, out var test))
            {
                numbers[test] = number;
                running.AddWithParents(test, chosen);
            }
        }

        running.Run(NunitListenerProxy.Create(framework, new NunitMessages(framework, numbers, recorder)), NunitFilterProxy.Create(framework, chosen));
    }

    internal override void Cancel() => running.Stop();

    internal static Type Interface(Assembly framework, string name) => framework.GetType($"NUnit.Framework.Interfaces.{name}", throwOnError: true)!;

    /// <summary>The tests of the assembly that is to be used now, which may have been loaded once more for this run.</summary>
    private NunitTree Current()
    {
        var assembly = Assembly.Load(tests.GetName());
        return assembly == first.Assembly ? first : assembly == running.Assembly ? running : new NunitTree(framework, assembly);
    }

    /// <summary>The arguments of a row stand behind the method.</summary>
    private static string Method(string full) => full.IndexOf('(', StringComparison.Ordinal) is var at and > 0 ? full[..at] : full;
}

/// <summary>All tests of an assembly, loaded, and what runs them.</summary>
internal sealed class NunitTree
{
    private readonly Assembly framework;
    private readonly object runner;

    internal NunitTree(Assembly framework, Assembly assembly)
    {
        this.framework = framework;
        Assembly = assembly;
        Test = new NunitTest(framework);
        var builder = Activator.CreateInstance(framework.GetType("NUnit.Framework.Api.DefaultTestAssemblyBuilder", throwOnError: true)!)!;
        runner = Activator.CreateInstance(framework.GetType("NUnit.Framework.Api.NUnitTestAssemblyRunner", throwOnError: true)!, builder)!;

        // One test after the other, told at once; named as the adapter names them; what is drawn by chance is drawn alike in every process.
        var settings = new Dictionary<string, object>
        {
            ["SynchronousEvents"] = true,
            ["NumberOfTestWorkers"] = 0,
            ["RandomSeed"] = 1,
            ["DefaultTestNamePattern"] = "{m}{a}",
            ["WorkDirectory"] = AppContext.BaseDirectory,
        };
        Collect(Call("Load", [typeof(Assembly), typeof(IDictionary<string, object>)], assembly, settings)!);
    }

    internal Assembly Assembly { get; }

    internal NunitTest Test { get; }

    /// <summary>The tests by their full names; those that share a name are told apart by their place.</summary>
    internal Dictionary<string, object> Tests { get; } = new(StringComparer.Ordinal);

    internal void Run(object listener, object filter) =>
        Call("Run", [NunitAdapter.Interface(framework, "ITestListener"), NunitAdapter.Interface(framework, "ITestFilter")], listener, filter);

    internal void Stop() => Call("StopRun", [typeof(bool)], false);

    /// <summary>Adds a test and all that it is part of.</summary>
    internal void AddWithParents(object test, HashSet<object> chosen)
    {
        for (var node = test; node is not null && chosen.Add(node); node = Test.Parent(node))
        {
        }
    }

    private void Collect(object node)
    {
        if (!Test.IsSuite(node))
        {
            var name = Test.FullName(node);
            for (var (key, place) = (name, 2); !Tests.TryAdd(key, node); place++)
            {
                key = $"{name} #{place}";
            }
        }

        foreach (var child in Test.Children(node))
        {
            Collect(child!);
        }
    }

    private object? Call(string method, Type[] types, params object?[] arguments) =>
        runner.GetType().GetMethod(method, types)!.Invoke(runner, BindingFlags.DoNotWrapExceptions, null, arguments, null);
}

/// <summary>A node of NUnit's tree of tests: an assembly, a namespace, a class, a method with its rows, or a test.</summary>
internal sealed class NunitTest(Assembly framework)
{
    private readonly PropertyInfo name = Property(framework, "Name");
    private readonly PropertyInfo fullName = Property(framework, "FullName");
    private readonly PropertyInfo isSuite = Property(framework, "IsSuite");
    private readonly PropertyInfo parent = Property(framework, "Parent");
    private readonly PropertyInfo children = Property(framework, "Tests");

    internal string Name(object test) => (string)name.GetValue(test)!;

    internal string FullName(object test) => (string)fullName.GetValue(test)!;

    internal bool IsSuite(object test) => (bool)isSuite.GetValue(test)!;

    internal object? Parent(object test) => parent.GetValue(test);

    internal IEnumerable Children(object test) => (IEnumerable?)children.GetValue(test) ?? Array.Empty<object>();

    private static PropertyInfo Property(Assembly framework, string name) => NunitAdapter.Interface(framework, "ITest").GetProperty(name)!;
}

/// <summary>Reads what NUnit tells.</summary>
/// <param name="framework">The assembly with the messages' interfaces.</param>
/// <param name="numbers">The tests' numbers.</param>
/// <param name="recorder">Takes what is told.</param>
internal sealed class NunitMessages(Assembly framework, Dictionary<object, int> numbers, TestRecorder recorder)
{
    private readonly PropertyInfo test = Property(framework, "Test");
    private readonly PropertyInfo state = Property(framework, "ResultState");
    private readonly PropertyInfo message = Property(framework, "Message");
    private readonly PropertyInfo stack = Property(framework, "StackTrace");

    internal void Started(object node)
    {
        if (numbers.TryGetValue(node, out var number))
        {
            recorder.Started(number);
        }
    }

    internal void Finished(object result)
    {
        if (!numbers.TryGetValue(test.GetValue(result)!, out var number))
        {
            return;
        }

        recorder.Ended();
        var reached = state.GetValue(result)!;
        var told = Adapters.State(reached.GetType().GetProperty("Status")!.GetValue(reached)!);
        recorder.Result(number, told, told == TestProtocol.Failed ? $"{message.GetValue(result)}\n{stack.GetValue(result)}" : "");
    }

    private static PropertyInfo Property(Assembly framework, string name) => NunitAdapter.Interface(framework, "ITestResult").GetProperty(name)!;
}

/// <summary>Takes what happens to NUnit's tests.</summary>
public class NunitListenerProxy : DispatchProxy
{
    private NunitMessages? messages;

    internal static object Create(Assembly framework, NunitMessages messages)
    {
        var proxy = Create(NunitAdapter.Interface(framework, "ITestListener"), typeof(NunitListenerProxy));
        ((NunitListenerProxy)proxy).messages = messages;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod!.Name)
        {
            case "TestStarted":
                messages!.Started(args![0]!);
                break;
            case "TestFinished":
                messages!.Finished(args![0]!);
                break;
        }

        return null;
    }
}

/// <summary>Chooses tests for NUnit, and what they are part of.</summary>
public class NunitFilterProxy : DispatchProxy
{
    private HashSet<object>? chosen;

    internal static object Create(Assembly framework, HashSet<object> chosen)
    {
        var proxy = Create(NunitAdapter.Interface(framework, "ITestFilter"), typeof(NunitFilterProxy));
        ((NunitFilterProxy)proxy).chosen = chosen;
        return proxy;
    }

    /// <summary>A test that asks to be run only when it is named is not named.</summary>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        "Pass" => chosen!.Contains(args![0]!),
        _ => Adapters.Nothing(targetMethod),
    };
}
