using Xen.XenWorkloads;

if (WorkloadOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(WorkloadOptions.Usage);
    return WorkloadRun.WrongUsage;
}

WorkloadRun run;
if (options.TraceFile is { } file)
{
    using var writer = new StreamWriter(file);
    run = WorkloadRun.Execute(options, writer.WriteLine);
}
else
{
    run = WorkloadRun.Execute(options);
}

Console.Out.Write(string.Concat(run.Output.Select(line => line + "\n")));
return run.ExitCode;
