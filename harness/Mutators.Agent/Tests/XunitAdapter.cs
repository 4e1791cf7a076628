using System.Collections;
using System.Reflection;

namespace Mutators.Agent;

/// <summary>xUnit 3, whose test projects are programs: the framework's own discoverer and executor, as its in-process runner calls them.</summary>
internal sealed class XunitAdapter : TestAdapter
{
    private const string Core = "xunit.v3.core";
    private const string Common = "xunit.v3.common";
    private const string Runner = "xunit.v3.runner.common";

    private readonly object discoverer;
    private readonly object executor;
    private readonly object forDiscovery;
    private readonly object forExecution;
    private readonly Type testCase;
    private volatile bool isCancelled;

    private XunitAdapter(Assembly tests)
    {
        var core = Assembly.Load(Core);
        testCase = Named(Assembly.Load(Common), "Xunit.Sdk.ITestCase");

        // Whatever tests ask of their context is there from now on.
        Call(Named(core, "Xunit.TestContext").GetMethod("SetForInitialization")!, null, null, false, false);
        var framework = Named(core, "Xunit.v3.ExtensibilityPointFactory").GetMethod("GetTestFramework", [typeof(Assembly)])!.Invoke(null, [tests])!;
        discoverer = Method(core, "Xunit.v3.ITestFramework", "GetDiscoverer").Invoke(framework, [tests])!;
        executor = Method(core, "Xunit.v3.ITestFramework", "GetExecutor").Invoke(framework, [tests])!;
        var runner = Assembly.Load(Runner);
        var options = Named(runner, "Xunit.Runner.Common.TestFrameworkOptions");
        var configuration = Activator.CreateInstance(Named(runner, "Xunit.Runner.Common.TestAssemblyConfiguration"))!;
        Set(configuration, "PreEnumerateTheories", true);
        Set(configuration, "ParallelizeTestCollections", false);
        Set(configuration, "SynchronousMessageReporting", true);
        forDiscovery = options.GetMethod("ForDiscovery", [configuration.GetType()])!.Invoke(null, [configuration])!;
        forExecution = options.GetMethod("ForExecution", [configuration.GetType()])!.Invoke(null, [configuration])!;
    }

    internal static XunitAdapter? Beside(Assembly tests, string folder) =>
        Array.TrueForAll([Core, Common, Runner], name => File.Exists(Path.Combine(folder, name + ".dll"))) ? new XunitAdapter(tests) : null;

    internal override List<FoundTest> Discover()
    {
        var found = new List<object>();
        var collect = typeof(XunitAdapter).GetMethod(nameof(Collector), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(testCase).Invoke(null, [found]);
        var find = Method(Assembly.Load(Core), "Xunit.v3.ITestFrameworkDiscoverer", "Find");
        Wait(Call(find, discoverer, collect, forDiscovery));
        var metadata = Named(testCase.Assembly, "Xunit.Sdk.ITestCaseMetadata");
        string Text(object test, string property) => metadata.GetProperty(property)!.GetValue(test) as string ?? "";
        return [.. found.Select(test => new FoundTest(test, $"{Text(test, "TestClassName")}.{Text(test, "TestMethodName")}", Text(test, "TestCaseDisplayName")))];
    }

    internal override void Run(IReadOnlyList<(int Number, FoundTest Test)> tests, TestRecorder recorder)
    {
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(testCase))!;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var id = Named(testCase.Assembly, "Xunit.Sdk.ITestCaseMetadata").GetProperty("UniqueID")!;
        foreach (var (number, test) in tests)
        {
            list.Add(test.Handle);
            numbers[(string)id.GetValue(test.Handle)!] = number;
        }

        isCancelled = false;
        var sink = XunitSinkProxy.Create(testCase.Assembly, new XunitMessages(testCase.Assembly, numbers, recorder), () => isCancelled);
        Wait(Call(Method(Assembly.Load(Core), "Xunit.v3.ITestFrameworkExecutor", "RunTestCases"), executor, list, sink, forExecution));
    }

    internal override void Cancel() => isCancelled = true;

    private static Type Named(Assembly assembly, string name) => assembly.GetType(name, throwOnError: true)!;

    private static MethodInfo Method(Assembly assembly, string type, string name) => Named(assembly, type).GetMethod(name)!;

    /// <summary>Calls a method with its first arguments; those that a later version has added are optional.</summary>
    private static object? Call(MethodInfo method, object? target, params object?[] arguments) =>
        method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, [.. arguments, .. new object?[method.GetParameters().Length - arguments.Length]], null);

    private static void Wait(object? task)
    {
        if (task is ValueTask pending)
        {
            pending.AsTask().GetAwaiter().GetResult();
        }
    }

    private static void Set(object target, string property, object value)
    {
        if (target.GetType().GetProperty(property) is { CanWrite: true } known)
        {
            known.SetValue(target, value);
        }
    }

    private static Func<T, ValueTask<bool>> Collector<T>(List<object> found) => test =>
    {
        found.Add(test!);
        return ValueTask.FromResult(true);
    };
}

/// <summary>Reads xUnit's messages.</summary>
/// <param name="common">The assembly with the messages' interfaces.</param>
/// <param name="numbers">The tests' numbers by their ids.</param>
/// <param name="recorder">Takes what they say.</param>
internal sealed class XunitMessages(Assembly common, Dictionary<string, int> numbers, TestRecorder recorder)
{
    private readonly Type starting = common.GetType("Xunit.Sdk.ITestStarting", throwOnError: true)!;
    private readonly Type passed = common.GetType("Xunit.Sdk.ITestPassed", throwOnError: true)!;
    private readonly Type failed = common.GetType("Xunit.Sdk.ITestFailed", throwOnError: true)!;
    private readonly Type skipped = common.GetType("Xunit.Sdk.ITestSkipped", throwOnError: true)!;
    private readonly Type finished = common.GetType("Xunit.Sdk.ITestFinished", throwOnError: true)!;
    private readonly PropertyInfo id = common.GetType("Xunit.Sdk.ITestCaseMessage", throwOnError: true)!.GetProperty("TestCaseUniqueID")!;
    private readonly Type error = common.GetType("Xunit.Sdk.IErrorMetadata", throwOnError: true)!;

    internal void Take(object message)
    {
        if (!id.DeclaringType!.IsInstanceOfType(message) || !numbers.TryGetValue((string)id.GetValue(message)!, out var number))
        {
            return;
        }

        if (starting.IsInstanceOfType(message))
        {
            recorder.Started(number);
        }
        else if (passed.IsInstanceOfType(message))
        {
            recorder.Result(number, TestProtocol.Passed, "");
        }
        else if (skipped.IsInstanceOfType(message))
        {
            recorder.Result(number, TestProtocol.Skipped, "");
        }
        else if (failed.IsInstanceOfType(message))
        {
            recorder.Result(number, TestProtocol.Failed, Words(message));
        }
        else if (finished.IsInstanceOfType(message))
        {
            recorder.Ended();
        }
    }

    private string Words(object message)
    {
        string First(string property) => (error.GetProperty(property)!.GetValue(message) as string?[])?.FirstOrDefault() ?? "";
        var cause = failed.GetProperty("Cause")!.GetValue(message)!.ToString();
        var text = First("Messages");
        return cause switch
        {
            "Timeout" => $"Test timed out: {text}",
            "Assertion" => text,
            _ => $"{First("ExceptionTypes")} : {text}",
        } + "\n" + First("StackTraces");
    }
}

/// <summary>Takes xUnit's messages.</summary>
public class XunitSinkProxy : DispatchProxy
{
    private XunitMessages? messages;
    private Func<bool>? isCancelled;

    internal static object Create(Assembly common, XunitMessages messages, Func<bool> isCancelled)
    {
        var proxy = Create(common.GetType("Xunit.Sdk.IMessageSink", throwOnError: true)!, typeof(XunitSinkProxy));
        ((XunitSinkProxy)proxy).messages = messages;
        ((XunitSinkProxy)proxy).isCancelled = isCancelled;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        messages!.Take(args![0]!);
        return !isCancelled!();
    }
}
