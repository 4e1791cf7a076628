using System.Reflection;
using System.Runtime.InteropServices;
using Mutators.Campaign;
using Mutators.Campaign.Branches;
using Mutators.Tool;

SdkCompiler.Prefer();
using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl-C ends the campaign in order; a second one ends the process.
    pressed.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
};
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    interrupt.Cancel();
});

try
{
    return (int)CommandLine.Run(args, interrupt.Token);
}
catch (UsageException mistake)
{
    Console.Error.WriteLine($"error: {Checkout.PathsInRepository(mistake.Message)}");
    Console.Error.WriteLine($"       {Checkout.PathsInRepository(mistake.Remedy)}");
    return (int)mistake.ExitCode;
}
catch (IOException problem) when (DiskSpace.IsFull(problem))
{
    var full = DiskSpace.Full(Directory.GetCurrentDirectory());
    Console.Error.WriteLine($"error: {full.Message}");
    Console.Error.WriteLine($"       {full.Remedy}");
    return (int)full.ExitCode;
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    Console.Error.WriteLine("interrupted: every outcome so far is kept; the same command resumes.");
    return (int)ExitCode.Interrupted;
}
catch (Exception bug)
{
    var version = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
    Console.Error.WriteLine($"internal error: {bug.Message}");
    Console.Error.WriteLine("       This is a bug of mutators. Please report it with the lines below.");
    Console.Error.WriteLine($"mutators {version}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, arguments: {string.Join(' ', args)}");
    Console.Error.WriteLine(bug);
    return (int)ExitCode.InternalError;
}
