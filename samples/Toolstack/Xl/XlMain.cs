namespace Xen.Toolstack.Xl;

/// <summary>xl's main, after the manual page xl(1): global options, then the verb. Verbs may be cut to any prefix that is not ambiguous.</summary>
public sealed class XlMain(XlProcess process, Dom0Services services)
{
    public const int ExitSuccess = 0;
    public const int ExitFailure = 1;

    /// <summary>What getopt does not know.</summary>
    public const int ExitUsage = 2;

    private bool dryRun;

    public void Run()
    {
        var arguments = process.Arguments.ToList();
        if (!GlobalOptions(arguments)) return;
        if (arguments.Count == 0)
        {
            Fail("Usage xl [-vfNtT] <subcommand> [args]");
            return;
        }
        var given = arguments[0];
        arguments.RemoveAt(0);
        if (XlVerbs.Find(given, out var problem) is not { } verb)
        {
            Fail(problem);
            return;
        }
        if (arguments.Contains("-h") || arguments.Contains("--help"))
        {
            Help([verb.Name]);
            return;
        }
        if (XlOptions.Respell(verb.Accepts, arguments) is { } unknown)
        {
            Fail($"option `{unknown}' not supported.", ExitUsage);
            return;
        }
        Dispatch(verb.Name, arguments);
    }

    private void Dispatch(string verb, List<string> arguments)
    {
        switch (verb)
        {
            case "create": new XlCreate(process, services).Run(arguments, dryRun); break;
            case "list": new XlList(process).List(arguments); break;
            case "vm-list": new XlList(process).VmList(); break;
            case "info": new XlList(process).Info(arguments); break;
            case "block-list": new XlBlock(process).List(arguments); break;
            case "block-attach": new XlBlock(process).Attach(arguments); break;
            case "block-detach": new XlBlock(process).Detach(arguments); break;
            case "network-list": new XlNetwork(process).List(arguments); break;
            case "network-attach": new XlNetwork(process).Attach(arguments); break;
            case "network-detach": new XlNetwork(process).Detach(arguments); break;
            case "save": new XlSave(process).Run(arguments); break;
            case "restore": new XlRestore(process, services).Run(arguments); break;
            case "migrate": new XlMigrate(process, services).Run(arguments); break;
            case "migrate-receive": new XlMigrateReceive(process, services).Run(arguments); break;
            case "domid": new XlDomains(process).Domid(arguments); break;
            case "domname": new XlDomains(process).Domname(arguments); break;
            case "rename": new XlDomains(process).Rename(arguments); break;
            case "pause": new XlDomains(process).Pause(arguments); break;
            case "unpause": new XlDomains(process).Unpause(arguments); break;
            case "destroy": new XlDomains(process).Destroy(arguments); break;
            case "mem-set": new XlMemory(process).MemSet(arguments); break;
            case "mem-max": new XlMemory(process).MemMax(arguments); break;
            case "vcpu-list": new XlVcpu(process).List(arguments); break;
            case "vcpu-set": new XlVcpu(process).Set(arguments); break;
            case "vcpu-pin": new XlVcpu(process).Pin(arguments); break;
            case "sched-credit": new XlSched(process).Credit(arguments); break;
            case "sched-credit2": new XlSched(process).Credit2(arguments); break;
            case "console": new XlMisc(process, services).Console(arguments); break;
            case "uptime": new XlMisc(process, services).Uptime(arguments); break;
            case "dmesg": new XlMisc(process, services).Dmesg(arguments); break;
            case "sysrq": new XlMisc(process, services).Sysrq(arguments); break;
            case "claims": new XlMisc(process, services).Claims(arguments); break;
            case "dump-core": new XlMisc(process, services).DumpCore(arguments); break;
            case "help": Help(arguments); break;
            default: new XlDomains(process).ShutdownOrReboot(verb, arguments); break;
        }
    }

    /// <summary>The options before the verb. False when one of them is none.</summary>
    private bool GlobalOptions(List<string> arguments)
    {
        while (arguments.Count > 0 && arguments[0].Length > 1 && arguments[0][0] == '-')
        {
            foreach (var option in arguments[0].AsSpan(1))
            {
                switch (option)
                {
                    case 'N': dryRun = true; break;
                    case 'v': process.Context.Log.ShowMore(); break;
                    case 'f' or 't' or 'T': break;
                    default:
                        Fail("unknown global option");
                        return false;
                }
            }
            arguments.RemoveAt(0);
        }
        return true;
    }

    private void Help(List<string> arguments)
    {
        if (arguments.Count == 0)
        {
            process.Print(XlVerbs.Overview());
            process.Exit(ExitSuccess);
            return;
        }
        if (XlVerbs.Find(arguments[0], out var problem) is not { } verb)
        {
            Fail(problem);
            return;
        }
        process.Print(XlVerbs.Help(verb));
        process.Exit(ExitSuccess);
    }

    private void Fail(string text, int code = ExitFailure)
    {
        process.Context.Log.Program(text);
        process.Exit(code);
    }
}
