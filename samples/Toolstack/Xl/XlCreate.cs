using System.Text;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>xl create: from a configuration file to a running domain, and to the daemon that watches over it.</summary>
public sealed class XlCreate(XlProcess process, Dom0Services services)
{
    private readonly LibxlContext context = process.Context;

    public void Run(List<string> arguments, bool dryRun)
    {
        var paused = arguments.Remove("-p");
        var daemonWanted = !arguments.Remove("-e");
        if (arguments.Remove("-n")) dryRun = true;
        var quiet = arguments.Remove("-q");
        if (ReadConfig(arguments, quiet || dryRun) is not { } config) return;
        if (dryRun)
        {
            process.Print(DomainConfigJson.Write(config));
            process.Exit(XlMain.ExitSuccess);
            return;
        }
        var creation = new XlCreateDomain(process, services, config) { Paused = paused, DaemonWanted = daemonWanted };
        creation.Start((rc, _) =>
        {
            // A lock that cannot be had is xl's own problem; everything else is the library's and keeps its number.
            process.Exit(rc == LibxlError.LockFail ? XlMain.ExitFailure : -(int)rc);
        });
    }

    private DomainConfig? ReadConfig(List<string> arguments, bool quiet)
    {
        string? file = null;
        var extra = new StringBuilder();
        foreach (var argument in arguments)
        {
            if (argument.Contains('='))
            {
                extra.Append(argument).Append('\n');
            }
            else if (file is null)
            {
                file = argument;
            }
            else
            {
                context.Log.Program("'xl create': more than one configuration file");
                process.Exit(2);
                return null;
            }
        }
        if (file is null)
        {
            Fail("No config file specified", XlMain.ExitFailure);
            return null;
        }
        if (context.Files.ReadText(file) is not { } text)
        {
            Fail($"Failed to read config file: {file}: No such file or directory", XlMain.ExitFailure);
            return null;
        }
        if (!quiet) process.Print($"Parsing config from {file}");

        var parsed = XluConfig.TryParse(text, file, out var source);
        if (parsed && extra.Length > 0) parsed = source.Add(extra.ToString());
        if (!parsed)
        {
            Fail($"Failed to parse config: {source.Messages[^1]}", XlMain.ExitFailure);
            return null;
        }
        var parser = new ConfigParser(source, context.Host.Options.Cpus);
        if (parser.Parse() is { } config)
        {
            foreach (var message in source.Messages) context.Log.Warning(null, message);
            return config;
        }
        Fail(parser.Error, XlMain.ExitFailure);
        return null;
    }

    private void Fail(string text, int code)
    {
        context.Log.Program(text);
        process.Exit(code);
    }
}
