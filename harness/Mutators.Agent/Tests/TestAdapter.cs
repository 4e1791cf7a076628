using System.Collections;
using System.Reflection;
using System.Runtime.Loader;

namespace Mutators.Agent;

/// <summary>
/// The test framework's adapter for VSTest, as it lies beside the tests: MSTest's, xUnit's and NUnit's implement the same two interfaces. They
/// are called by reflection, with the assemblies of the tests' own folder, so that the agent refers to none of them.
/// </summary>
internal sealed class TestAdapter
{
    private const string Model = "Microsoft.VisualStudio.TestPlatform.ObjectModel";

    private readonly string source;
    private readonly Type[] executors;
    private readonly Type discoverer;
    private readonly Type testCase;
    private readonly Type caseList;
    private readonly Type executorInterface;
    private readonly Type discovererInterface;
    private readonly Type handleInterface;
    private readonly object context;
    private readonly MethodInfo cancel;
    private object? running;

    private TestAdapter(string source, Assembly model, Type discoverer, Type executor, string settings)
    {
        this.source = source;
        this.discoverer = discoverer;
        executors = [executor];
        testCase = model.GetType(Model + ".TestCase", throwOnError: true)!;
        caseList = typeof(List<>).MakeGenericType(testCase);
        executorInterface = Interface(model, "ITestExecutor");
        discovererInterface = Interface(model, "ITestDiscoverer");
        handleInterface = Interface(model, "IFrameworkHandle");
        cancel = executorInterface.GetMethod("Cancel")!;
        context = RunContextProxy.Create(model, Path.GetDirectoryName(source)!, settings);
    }

    /// <summary>The property of a test that names it.</summary>
    internal string Text(object test, string property) => testCase.GetProperty(property)!.GetValue(test) as string ?? "";

    /// <summary>The adapter beside an assembly; null if there is none.</summary>
    internal static TestAdapter? Beside(Assembly tests)
    {
        var folder = Path.GetDirectoryName(tests.Location)!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(folder, name.Name + ".dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        if (!File.Exists(Path.Combine(folder, Model + ".dll")))
        {
            return null;
        }

        var model = Assembly.Load(Model);
        foreach (var file in Directory.EnumerateFiles(folder, "*.dll").Where(IsAdapter).Order(StringComparer.Ordinal))
        {
            var types = Types(AssemblyLoadContext.Default.LoadFromAssemblyPath(file));
            var discoverer = Array.Find(types, type => Implements(type, model, "ITestDiscoverer"));
            var executor = Array.Find(types, type => Implements(type, model, "ITestExecutor"));
            if (discoverer is not null && executor is not null)
            {
                return new TestAdapter(tests.Location, model, discoverer, executor, Settings);
            }
        }

        return null;
    }

    /// <summary>The tests in the order in which the adapter names them.</summary>
    internal List<object> Discover()
    {
        var sink = new DiscoverySink();
        var found = DiscoveryProxy.Create(Model, sink);
        var instance = Activator.CreateInstance(discoverer, nonPublic: true)!;
        Call(discovererInterface.GetMethod("DiscoverTests")!, instance, [new[] { source }, context, LoggerProxy.Create(Model), found]);
        return sink.Tests;
    }

    /// <summary>Runs some tests; all that happens to them is told to the recorder.</summary>
    internal void Run(IEnumerable<object> tests, TestRecorder recorder)
    {
        var list = (IList)Activator.CreateInstance(caseList)!;
        foreach (var test in tests)
        {
            list.Add(test);
        }

        running = Activator.CreateInstance(executors[0], nonPublic: true)!;
        try
        {
            var run = executorInterface.GetMethods().Single(method => method.Name == "RunTests" && method.GetParameters()[0].ParameterType.GetGenericArguments()[0] == testCase);
            Call(run, running, [list, context, FrameworkHandleProxy.Create(handleInterface, recorder)]);
        }
        finally
        {
            running = null;
        }
    }

    /// <summary>Ends the run that is under way after the test that is under way.</summary>
    internal void Cancel()
    {
        if (running is { } executor)
        {
            cancel.Invoke(executor, null);
        }
    }

    /// <summary>One test after the other, and none of the adapter's own ways to another process; told at once, so that it is known which test is under way.</summary>
    private const string Settings = """
        <?xml version="1.0" encoding="utf-8"?>
        <RunSettings>
          <RunConfiguration><DisableParallelization>true</DisableParallelization><DisableAppDomain>true</DisableAppDomain><DesignMode>false</DesignMode><MaxCpuCount>1</MaxCpuCount></RunConfiguration>
          <xUnit><ParallelizeAssembly>false</ParallelizeAssembly><ParallelizeTestCollections>false</ParallelizeTestCollections><ShowLiveOutput>false</ShowLiveOutput><AppDomain>denied</AppDomain></xUnit>
          <NUnit><NumberOfTestWorkers>0</NumberOfTestWorkers><SynchronousEvents>true</SynchronousEvents><ShadowCopyFiles>false</ShadowCopyFiles></NUnit>
          <MSTest><Parallelize><Workers>1</Workers><Scope>ClassLevel</Scope></Parallelize></MSTest>
        </RunSettings>
        """;

    private static void Call(MethodInfo method, object target, object?[] arguments)
    {
        try
        {
            method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        }
        catch (OperationCanceledException)
        {
            // The adapter's word for what Cancel asked of it.
        }
    }

    private static bool IsAdapter(string file) => Path.GetFileNameWithoutExtension(file).EndsWith("TestAdapter", StringComparison.OrdinalIgnoreCase);

    private static Type Interface(Assembly model, string name) => model.GetType($"{Model}.Adapter.{name}", throwOnError: true)!;

    private static bool Implements(Type type, Assembly model, string name) => type is { IsAbstract: false, IsClass: true } && Interface(model, name).IsAssignableFrom(type);

    private static Type[] Types(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partly)
        {
            // Some of an adapter's types serve platforms that are not here.
            return [.. partly.Types.OfType<Type>()];
        }
    }
}
