using Xen.XenWorkloads;

if (LifecycleOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(LifecycleOptions.Usage);
    return LifecycleRun.WrongUsage;
}

LifecycleRun run;
if (options.TraceFile is { } file)
{
    using var writer = new StreamWriter(file);
    run = LifecycleRun.Execute(options, writer.WriteLine);
}
else
{
    run = LifecycleRun.Execute(options);
}

Console.Out.Write(string.Concat(run.Output.Select(line => line + "\n")));
return run.ExitCode;
