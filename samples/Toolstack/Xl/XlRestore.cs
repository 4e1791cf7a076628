using Xen.Hypervisor;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>xl restore: creates a domain from a file that xl save has written; a configuration file may replace the one in it.</summary>
public sealed class XlRestore(XlProcess process, Dom0Services services) : XlCommand(process)
{
    private bool paused;
    private bool daemonWanted = true;

    public void Run(List<string> arguments)
    {
        paused = arguments.Remove("-p");
        daemonWanted = !arguments.Remove("-e");
        if (!Require(arguments, "restore", 1, 2)) return;
        var path = arguments[^1];
        if (RegularFile.Open(Process.Component, Context.Files, path) is not { } file)
        {
            Fail($"Can't open restore file: {path}: No such file or directory");
            return;
        }
        DomainConfig? replacement = null;
        if (arguments.Count == 2)
        {
            replacement = ReadConfig(arguments[0]);
            if (replacement is null) return;
        }
        SaveFileHeader.Read(Context, file, path, saved =>
        {
            if (saved is null) Process.Exit(XlMain.ExitFailure);
            else Create(replacement ?? saved, file);
        });
    }

    private DomainConfig? ReadConfig(string path)
    {
        if (Context.Files.ReadText(path) is not { } text)
        {
            Fail($"Failed to read config file: {path}: No such file or directory");
            return null;
        }
        if (!XluConfig.TryParse(text, path, out var source))
        {
            Fail($"Failed to parse config: {source.Messages[^1]}");
            return null;
        }
        var parser = new ConfigParser(source, Context.Host.Options.Cpus);
        var config = parser.Parse();
        if (config is null) Fail(parser.Error);
        return config;
    }

    private void Create(DomainConfig config, RegularFile file)
    {
        var creation = new XlCreateDomain(Process, services, config) { Paused = paused, DaemonWanted = daemonWanted, RestoreFrom = file };
        creation.Start((rc, _) =>
        {
            file.Close();
            Finish(rc);
        });
    }
}
