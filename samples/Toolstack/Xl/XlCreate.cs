using System.Text;
using Xen.Toolstack.Config;
using Xen.Toolstack.Libxl;

namespace Xen.Toolstack.Xl;

/// <summary>xl create: from a configuration file to a running domain, and to the daemon that watches over it.</summary>
public sealed class XlCreate(XlProcess process, Dom0Services services)
{
    /// <summary>One create at a time: they all measure the free memory first.</summary>
    public const string LockPath = "/var/lock/xl";

    private const long LockRetryMs = 100;
    private const int LockRetries = 600;
    private const long KbPerPage = 4;

    /// <summary>What a domain needs beside its own memory.</summary>
    private const long OverheadKb = 2048;

    private readonly LibxlContext context = process.Context;
    private bool paused;
    private bool daemonWanted = true;
    private bool dryRun;
    private int lockAttempts;

    public void Run(List<string> arguments)
    {
        paused = arguments.Remove("-p");
        daemonWanted = !arguments.Remove("-e");
        dryRun = arguments.Remove("-n");
        arguments.Remove("-q");
        if (ReadConfig(arguments) is not { } config) return;
        if (dryRun)
        {
            process.Print(DomainConfigJson.Write(config));
            process.Exit(XlMain.ExitSuccess);
            return;
        }
        CreateDomain(config);
    }

    private DomainConfig? ReadConfig(List<string> arguments)
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

        var parsed = XluConfig.TryParse(text, file, out var source);
        if (parsed && extra.Length > 0) parsed = source.Add(extra.ToString());
        if (!parsed)
        {
            Fail($"Failed to parse config: {source.Messages[^1]}", XlMain.ExitFailure);
            return null;
        }
        var parser = new ConfigParser(source);
        if (parser.Parse() is { } config)
        {
            foreach (var message in source.Messages) context.Log.Warning(null, message);
            return config;
        }
        Fail(parser.Error, XlMain.ExitFailure);
        return null;
    }

    private void CreateDomain(DomainConfig config)
    {
        if (!context.Files.TryCreate(LockPath, Encoding.UTF8.GetBytes(process.Component.Name)))
        {
            lockAttempts++;
            if (lockAttempts > LockRetries)
            {
                Fail("unable to acquire the lock of xl", XlMain.ExitFailure);
                return;
            }
            context.Events.RegisterTime(LockRetryMs, "xl lock", () => CreateDomain(config));
            return;
        }

        if (!FreeMemory(config.BuildInfo))
        {
            ReleaseLock();
            Fail("failed to free memory for the domain", -(int)LibxlError.Fail);
            return;
        }
        new DomainCreation(context, config, (rc, domid) => Created(rc, domid, config)).Start();
    }

    /// <summary>freemem: is there room for the domain? Dom0 keeps what it has.</summary>
    private bool FreeMemory(DomainBuildInfo info)
    {
        var needed = info.MaxMemKb == DomainBuildInfo.MemKbDefault ? OverheadKb : info.MaxMemKb + OverheadKb;
        if (context.Host.Sysctl.PhysInfo(context.Self, out var physical) != 0 || physical is null) return false;
        return physical.FreePages * KbPerPage >= needed;
    }

    private void Created(LibxlError rc, int domid, DomainConfig config)
    {
        ReleaseLock();
        if (rc != LibxlError.Ok)
        {
            process.Exit(-(int)rc);
            return;
        }
        if (!paused)
        {
            rc = new LibxlDomain(context).Unpause(domid);
            if (rc != LibxlError.Ok)
            {
                process.Exit(-(int)rc);
                return;
            }
        }
        if (daemonWanted) XlDaemon.Fork(services, domid, config.CreateInfo.Name);
        process.Exit(XlMain.ExitSuccess);
    }

    private void ReleaseLock() => context.Files.Delete(LockPath);

    private void Fail(string text, int code)
    {
        context.Log.Program(text);
        process.Exit(code);
    }
}
