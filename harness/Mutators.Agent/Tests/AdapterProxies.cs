using System.Reflection;

namespace Mutators.Agent;

/// <summary>What discovery has found.</summary>
internal sealed class DiscoverySink
{
    internal List<object> Tests { get; } = [];
}

/// <summary>Takes the tests that an adapter finds. The class is made at run time for an interface that the agent does not refer to.</summary>
public class DiscoveryProxy : DispatchProxy
{
    private DiscoverySink? sink;

    internal static object Create(string model, DiscoverySink sink)
    {
        var proxy = Create(Adapters.Interface(model, "ITestCaseDiscoverySink"), typeof(DiscoveryProxy));
        ((DiscoveryProxy)proxy).sink = sink;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        sink!.Tests.Add(args![0]!);
        return null;
    }
}

/// <summary>Takes an adapter's messages, and keeps none: what matters comes as a result.</summary>
public class LoggerProxy : DispatchProxy
{
    internal static object Create(string model) => Create(Adapters.Interface(model, "IMessageLogger", "Logging"), typeof(LoggerProxy));

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => null;
}

/// <summary>Tells an adapter where and by which settings it runs.</summary>
public class RunContextProxy : DispatchProxy
{
    private string folder = "";
    private object? settings;

    internal static object Create(Assembly model, string folder, string settings)
    {
        var space = model.GetName().Name!;
        var proxy = Create(Adapters.Interface(space, "IRunContext"), typeof(RunContextProxy));
        ((RunContextProxy)proxy).folder = folder;
        ((RunContextProxy)proxy).settings = SettingsProxy.Create(Adapters.Interface(space, "IRunSettings"), settings);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        "get_RunSettings" => settings,
        "get_TestRunDirectory" => Path.Combine(folder, "TestResults"),
        "get_SolutionDirectory" => folder,
        _ => Adapters.Nothing(targetMethod),
    };
}

/// <summary>The settings of a run, as VSTest would read them from a file.</summary>
public class SettingsProxy : DispatchProxy
{
    private string xml = "";

    internal static object Create(Type settings, string xml)
    {
        var proxy = Create(settings, typeof(SettingsProxy));
        ((SettingsProxy)proxy).xml = xml;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == "get_SettingsXml" ? xml : null;
}

/// <summary>Takes what happens to tests.</summary>
public class FrameworkHandleProxy : DispatchProxy
{
    private TestRecorder? recorder;
    private Func<object, int>? numberOf;

    internal static object Create(Type handle, TestRecorder recorder, Func<object, int> numberOf)
    {
        var proxy = Create(handle, typeof(FrameworkHandleProxy));
        ((FrameworkHandleProxy)proxy).recorder = recorder;
        ((FrameworkHandleProxy)proxy).numberOf = numberOf;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod!.Name)
        {
            case "RecordStart":
                recorder!.Started(numberOf!(args![0]!));
                return null;
            case "RecordEnd":
                recorder!.Ended();
                return null;
            case "RecordResult":
                Result(args![0]!);
                return null;
            default:
                return Adapters.Nothing(targetMethod);
        }
    }

    private void Result(object result)
    {
        var type = result.GetType();
        string Text(string property) => type.GetProperty(property)!.GetValue(result) as string ?? "";
        var state = Adapters.State(type.GetProperty("Outcome")!.GetValue(result)!);
        recorder!.Result(numberOf!(type.GetProperty("TestCase")!.GetValue(result)!), state, state == TestProtocol.Failed ? $"{Text("ErrorMessage")}\n{Text("ErrorStackTrace")}" : "");
    }
}

/// <summary>What the proxies share.</summary>
internal static class Adapters
{
    internal static Type Interface(string model, string name, string space = "Adapter") => Assembly.Load(model).GetType($"{model}.{space}.{name}", throwOnError: true)!;

    /// <summary>How a test ended, by the word that VSTest and NUnit have for it in common.</summary>
    internal static string State(object outcome) => outcome.ToString() switch
    {
        "Passed" => TestProtocol.Passed,
        "Failed" => TestProtocol.Failed,
        _ => TestProtocol.Skipped,
    };

    internal static object? Nothing(MethodInfo method) =>
        method.ReturnType.IsValueType && method.ReturnType != typeof(void) ? Activator.CreateInstance(method.ReturnType) : null;
}
