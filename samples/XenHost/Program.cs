using System.Globalization;
using System.Runtime.InteropServices;
using System.Threading;
using Xen.XenHost;

const string Usage = """
    usage: XenHost host [--seed N]   a simulated Xen host that stays up until Ctrl-C
           XenHost xl ARGUMENT...    one xl command on that host
    The sockets lie in the folder that XENSTORED_RUNDIR names, or in one of your own below the temporary folder.
    """;

try
{
    switch (args)
    {
        case ["xl", .. var arguments]:
            return new XlCommand(RunFolder.FromEnvironment(), Environment.CurrentDirectory, Console.OpenStandardOutput(), Console.OpenStandardError())
                .Run(arguments);
        case ["host"]:
            return StayUp(1);
        case ["host", "--seed", var text] when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed):
            return StayUp(seed);
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (HostException exception)
{
    Console.Error.WriteLine($"{args[0]}: {exception.Message}");
    return 1;
}

static int StayUp(ulong seed)
{
    var stop = false;
    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Volatile.Write(ref stop, true);
    }
    using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
    return PlayHost.Run(PlayHost.Boot(seed), RunFolder.FromEnvironment(), TimeProvider.System, () => Volatile.Read(ref stop), Console.WriteLine);
}
