using System.Text;
using Xen.Hypervisor;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>
/// One invocation of the xl command: a process of Dom0 with arguments, output, a log and, in the end, an exit code. A process that dies
/// of an exception ends like one that was aborted.
/// </summary>
public sealed class XlProcess
{
    /// <summary>The exit code that a shell shows for a process killed by SIGABRT.</summary>
    public const int AbortedCode = 134;

    private readonly StringBuilder output = new();

    private LibxlContext? context;
    private string abort = "";

    private XlProcess(Dom0Services services, IReadOnlyList<string> arguments)
    {

        Arguments = arguments;
        Component = services.Host.CreateProcess("xl " + (arguments.Count > 0 ? arguments[0] : ""));
        Component.Died += Aborted;
    }

    public IReadOnlyList<string> Arguments { get; }

    public Component Component { get; }

    /// <summary>What the process holds open. It is there as soon as main runs.</summary>
    public LibxlContext Context => context ?? throw new InvalidOperationException("xl has not started yet");

    /// <summary>Standard input and output, when they are a connection to another process; null for a terminal.</summary>
    public Descriptor? Stream { get; set; }

    /// <summary>Null while the process runs.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Standard output.</summary>
    public string Output => output.ToString();

    /// <summary>The last line of standard error, or how the process died.</summary>
    public string Error => abort.Length > 0 ? abort : context?.Log.LastError ?? "";

    /// <summary>Standard error so far, line by line, without what only a verbose xl shows.</summary>
    public IReadOnlyList<string> ErrorLines => context?.Log.ErrorLines ?? [];

    /// <summary>Starts a command. It runs as the simulation does.</summary>
    public static XlProcess Start(Dom0Services services, params IReadOnlyList<string> arguments)
    {
        var process = new XlProcess(services, arguments);
        services.Host.Simulation.Post(process.Component, "main", () => process.Main(services));
        return process;
    }

    private void Main(Dom0Services services)
    {
        context = new LibxlContext(services.Host, services.Xenstored, Component);
        new XlMain(this, services).Run();
    }

    public void Print(string text) => output.Append(text).Append('\n');

    public void Exit(int code)
    {
        if (ExitCode is not null) throw new InvalidOperationException("xl exits twice");
        ExitCode = code;
        Component.Exit();
    }

    private void Aborted(Component component)
    {
        if (ExitCode is not null) return;
        abort = component.Death ?? "killed";
        ExitCode = AbortedCode;
    }
}
