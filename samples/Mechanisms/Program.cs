using Xen.Mechanisms;

if (MechanismOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(MechanismOptions.Usage);
    return MechanismRun.WrongUsage;
}

return MechanismRun.Execute(options, Console.Out);
