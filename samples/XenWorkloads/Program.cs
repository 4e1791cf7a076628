using Xen.XenWorkloads;

if (WorkloadOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(WorkloadOptions.Usage);
    return WorkloadRun.WrongUsage;
}

options = options.WithEnvironment(Environment.GetEnvironmentVariable);

// Line by line, so that a reader keeps up with the run, and whatever ends it takes no line along.
Action<string>? rendezvous = options.Rendezvous ? Console.Out.WriteLine : null;
WorkloadRun run;
if (options.TraceFile is { } file)
{
    using var writer = new StreamWriter(file);
    run = WorkloadRun.Execute(options, writer.WriteLine, rendezvous);
}
else
{
    run = WorkloadRun.Execute(options, null, rendezvous);
}

if (!options.Rendezvous) Console.Out.Write(string.Concat(run.Output.Select(line => line + "\n")));
return run.ExitCode;
