using System.Collections;
using System.Reflection;
using System.Runtime.Loader;

namespace Mutators.Agent;

/// <summary>
/// The test framework's adapter for VSTest, as it lies beside the tests: MSTest's and xUnit's implement the same two interfaces. They
/// are called by reflection, with the assemblies of the tests' own folder, so that the agent refers to none of them.
/// </summary>
internal sealed class VsTestAdapter : TestAdapter
{
    private const string Model = "Microsoft.VisualStudio.TestPlatform.ObjectModel";

    private readonly string source;
    private readonly Type executor;
    private readonly PropertyInfo idOf;
    private readonly Type discoverer;
    private readonly Type testCase;
    private readonly Type caseList;
    private readonly Type executorInterface;
    private readonly Type discovererInterface;
    private readonly Type handleInterface;
    private readonly object context;
    private readonly MethodInfo cancel;
    private object? running;

    private VsTestAdapter(string source, Assembly model, Type discoverer, Type executor, string settings)
    {
        this.source = source;
        this.discoverer = discoverer;
        this.executor = executor;
        testCase = model.GetType(Model + ".TestCase", throwOnError: true)!;
        idOf = testCase.GetProperty("Id")!;
        caseList = typeof(List<>).MakeGenericType(testCase);
        executorInterface = Interface(model, "ITestExecutor");
        discovererInterface = Interface(model, "ITestDiscoverer");
        handleInterface = Interface(model, "IFrameworkHandle");
        cancel = executorInterface.GetMethod("Cancel")!;
        context = RunContextProxy.Create(model, Path.GetDirectoryName(source)!, settings);
    }

    /// <summary>The adapter beside an assembly; null if there is none.</summary>
    internal static VsTestAdapter? Beside(Assembly tests, string folder)
    {
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
                return new VsTestAdapter(tests.Location, model, discoverer, executor, Settings);
            }
        }

        return null;
    }

    internal override List<FoundTest> Discover()
    {
        var sink = new DiscoverySink();
        var instance = Activator.CreateInstance(discoverer, nonPublic: true)!;
        Call(discovererInterface.GetMethod("DiscoverTests")!, instance, [new[] { source }, context, LoggerProxy.Create(Model), DiscoveryProxy.Create(Model, sink)]);
        return [.. sink.Tests.Select(test => new FoundTest(test, Text(test, "FullyQualifiedName"), Text(test, "DisplayName")))];
    }

    internal override void Run(IReadOnlyList<(int Number, FoundTest Test)> tests, TestRecorder recorder)
    {
        var list = (IList)Activator.CreateInstance(caseList)!;
        var numbers = new Dictionary<Guid, int>();
        foreach (var (number, test) in tests)
        {
            list.Add(test.Handle);
            numbers[(Guid)idOf.GetValue(test.Handle)!] = number;
        }

        running = Activator.CreateInstance(executor, nonPublic: true)!;
        try
        {
            var run = executorInterface.GetMethods().Single(method => method.Name == "RunTests" && method.GetParameters()[0].ParameterType.GetGenericArguments()[0] == testCase);
            Call(run, running, [list, context, FrameworkHandleProxy.Create(handleInterface, recorder, test => numbers.GetValueOrDefault((Guid)idOf.GetValue(test)!, -1))]);
        }
        finally
        {
            running = null;
        }
    }

    internal override void Cancel()
    {
        if (running is { } under)
        {
            cancel.Invoke(under, null);
        }
    }

    private string Text(object test, string property) => testCase.GetProperty(property)!.GetValue(test) as string ?? "";

    /// <summary>
    /// One test after the other, and none of the adapter's own ways to another process; told at once, so that it is known which test is under way. xUnit is not to look for
    /// reporters: it would load all assemblies of the folder for each call. Its version 2.4 is told so among the general settings.
    /// </summary>
    private const string Settings = """
        <?xml version="1.0" encoding="utf-8"?>
        <RunSettings>
          <RunConfiguration><DisableParallelization>true</DisableParallelization><DisableAppDomain>true</DisableAppDomain><DesignMode>false</DesignMode><MaxCpuCount>1</MaxCpuCount><NoAutoReporters>true</NoAutoReporters></RunConfiguration>
          <xUnit><ParallelizeAssembly>false</ParallelizeAssembly><ParallelizeTestCollections>false</ParallelizeTestCollections><ShowLiveOutput>false</ShowLiveOutput><NoAutoReporters>true</NoAutoReporters><AppDomain>denied</AppDomain></xUnit>
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
